import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { act, createElement, useState, type ReactElement } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import type { TokenStore } from '../../src/client/index.ts';
import {
  RequireSession,
  SessionProvider,
  useSession,
  useSignIn,
  type Session,
  type SignIn,
} from '../../src/client/react.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { closeDevices, newDevice } from './network.ts';

/** What React DOM needs of an element in which there is nothing but text. */
class TextElement extends EventTarget {
  readonly nodeType = 1;
  readonly nodeName = 'DIV';
  readonly tagName = 'DIV';
  readonly namespaceURI = 'http://www.w3.org/1999/xhtml';
  readonly ownerDocument = Object.assign(new EventTarget(), {
    nodeType: 9,
    createTextNode: (nodeValue: string) => ({ nodeValue }),
  });
  readonly #texts: { nodeValue: string }[] = [];
  appendChild(text: { nodeValue: string }): void {
    this.#texts.push(text);
  }
  insertBefore(text: { nodeValue: string }, other: { nodeValue: string }): void {
    this.#texts.splice(this.#texts.indexOf(other), 0, text);
  }
  removeChild(text: { nodeValue: string }): void {
    this.#texts.splice(this.#texts.indexOf(text), 1);
  }
  get text(): string {
    return this.#texts.map(({ nodeValue }) => nodeValue).join('');
  }
}

describe('the hooks', () => {
  let server: TestServer;
  let element: TextElement;
  let root: Root;
  let tokens: TokenStore;
  beforeAll(async () => {
    Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true, window: { HTMLIFrameElement: class {} } });
    server = await startTestServer('sqlite');
    await server.auth.users.create({ username: 'bob', password: PASSWORD });
  });
  beforeEach(() => {
    element = new TextElement();
    root = createRoot(element as unknown as Element);
    ({ tokens } = newDevice(server));
  });
  afterEach(async () => {
    await act(async () => root.unmount());
    closeDevices();
  });
  afterAll(() => server.remove());

  const show = (content: ReactElement, store = tokens) =>
    act(async () => root.render(createElement(SessionProvider, { tokens: store }, content)));
  let session: Session;
  let form: SignIn;
  function Status() {
    session = useSession();
    return session.status;
  }
  function Form() {
    form = useSignIn();
    return `${form.isPending ? 'pending' : 'waiting'} ${form.error instanceof Error ? form.error.message : ''}`;
  }
  let mounted = 0;
  const Mounted = () => useState(() => `mounted ${(mounted += 1)}`)[0];

  test('show what is for the state of the session, and mount it anew for each session', async () => {
    mounted = 0;
    await show(createElement(RequireSession, { signedOut: 'sign in' }, createElement(Mounted)));
    await act(() => tokens.accessToken());
    expect(element.text).toBe('sign in');
    await act(() => tokens.signIn('alice', PASSWORD));
    await act(() => tokens.refresh());
    expect(element.text).toBe('mounted 1');
    await act(() => tokens.signIn('bob', PASSWORD));
    expect(element.text).toBe('mounted 2');
    await act(() => tokens.signOut());
    expect(element.text).toBe('sign in');
  });

  test('tell the session, and sign out', async () => {
    await show(createElement(Status));
    await act(() => tokens.signIn('alice', PASSWORD));
    expect(element.text).toBe('signed-in');
    if (session.status !== 'signed-in') throw new Error('not signed in');
    expect(session.tokens).toBe((tokens.getState() as typeof session).tokens);
    const { signOut } = session;
    expect(await act(() => signOut())).toBe(true);
    expect(element.text).toBe('signed-out');
    expect(session).toEqual({ status: 'signed-out', reason: 'signed_out' });
  });

  test('sign in once however often it is asked for, say when that goes on, and how it ended', async () => {
    await show(createElement(Form));
    expect(element.text).toBe('waiting ');
    let attempts: Promise<boolean>[] = [];
    await act(async () => {
      attempts = [form.signIn('alice', 'wrong'), form.signIn('bob', PASSWORD)];
    });
    expect(attempts[1]).toBe(attempts[0]);
    expect(element.text).toBe('pending ');
    expect(await act(async () => attempts[0])).toBe(false);
    expect(element.text).toBe('waiting No active account found with the given credentials');
    await act(async () => {
      expect(await form.signIn('alice', PASSWORD)).toBe(true);
      expect(tokens.getState().status).toBe('signed-in');
    });
    expect(element.text).toBe('waiting ');
  });

  test('sign in to the store that they were given last', async () => {
    await show(createElement(Form));
    const other = newDevice(server).tokens;
    await show(createElement(Form), other);
    await act(() => form.signIn('alice', PASSWORD));
    expect([tokens, other].map((store) => store.getState().status)).toEqual(['signed-out', 'signed-in']);
  });

  test('are said to run in browsers, to bundlers that render on servers', () => {
    expect(readFileSync('src/client/react.ts', 'utf8')).toMatch(/^'use client';/);
  });
});
