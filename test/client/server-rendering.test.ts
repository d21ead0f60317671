import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { cookieStorage, createTokenStore } from '../../src/client/index.ts';
import { RequireSession, SessionProvider, useSession } from '../../src/client/react.ts';
import { createRequestTokens } from '../../src/client/ssr.ts';
import { claimsOf } from '../support/forge.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';

describe('a server that renders pages', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer('sqlite', { env: { JWT_REFRESH_COOKIE: 'on' } });
    await server.auth.users.create({ username: 'bob', password: PASSWORD });
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  afterAll(() => server.remove());

  /** The cookie of a browser in which somebody has signed in. */
  async function cookieOf(username: string): Promise<string> {
    const { tokens, setCookies } = createRequestTokens(new Request(server.url), { url: server.url });
    await tokens.signIn(username, PASSWORD);
    return setCookies()[0]?.split(';')[0] ?? '';
  }
  const requestWith = (cookie: string) => new Request(server.url, { headers: { cookie: `theme=dark; ${cookie}` } });

  test('renders each request for the user whose cookie came with it, and hands on the new cookie', async () => {
    const cookies = await Promise.all(['alice', 'bob'].map(cookieOf));
    const requests = cookies.map((cookie) => createRequestTokens(requestWith(cookie), { url: server.url }));
    const accesses = await Promise.all(requests.map(({ tokens }) => tokens.accessToken()));
    const [alice, bob] = accesses.map((access) => claimsOf(access ?? '')['user_id']);
    expect(alice).toBe(server.alice.id);
    expect(bob).not.toBe(alice);
    const [renewed] = requests[0]?.setCookies() ?? [];
    expect(renewed).toMatch(/^__Host-simplejwt-refresh=.*HttpOnly/);
    const next = createRequestTokens(requestWith(renewed?.split(';')[0] ?? ''), { url: server.url });
    expect(claimsOf((await next.tokens.accessToken()) ?? '')['user_id']).toBe(alice);
  });

  test('sends the cookie that came last, and none after a sign-out', async () => {
    const sent: (string | null)[] = [];
    const { tokens, setCookies } = createRequestTokens(requestWith(await cookieOf('alice')), {
      url: server.url,
      fetch: (input, init) => {
        sent.push(new Headers(init?.headers).get('cookie'));
        return fetch(input, init);
      },
    });
    await tokens.refresh();
    await tokens.signOut();
    await tokens.signIn('alice', PASSWORD);
    const received = setCookies().map((line) => /^[^;=]+=[^;]+/.exec(line)?.[0] ?? null);
    expect(received.filter((cookie) => cookie === null)).toHaveLength(1);
    expect(sent.slice(1)).toEqual(received.slice(0, -1));
  });

  test('joins no stores of its process, and warns of one that would be of all users', async () => {
    const warn = jest.spyOn(console, 'warn').mockReturnValue();
    const fetchAs = (username: string): typeof fetch => {
      const browser = cookieOf(username);
      return async (input, init) => {
        const headers = { ...Object.fromEntries(new Headers(init?.headers)), origin: new URL(server.url).origin };
        return fetch(input, { ...init, headers: { ...headers, cookie: await browser } });
      };
    };
    const [alice, bob] = ['alice', 'bob'].map((username) =>
      createTokenStore({ url: server.url, storage: cookieStorage(), fetch: fetchAs(username) }),
    );
    const first = claimsOf((await alice?.accessToken()) ?? '')['user_id'];
    await bob?.accessToken();
    await bob?.refresh(); // a store takes over what is a step further than its own
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(claimsOf((await alice?.accessToken()) ?? '')['user_id']).toBe(first);
    expect(warn).toHaveBeenCalledTimes(2);
    expect(warn.mock.calls[0]?.[0]).toMatch('a server needs createRequestTokens');
    createRequestTokens(new Request(server.url), { url: server.url });
    createTokenStore({ url: server.url });
    expect(warn).toHaveBeenCalledTimes(2);
  });

  test('renders what it does not know yet, whoever is signed in, so that the browser can take it over', async () => {
    const { tokens } = createRequestTokens(requestWith(await cookieOf('alice')), { url: server.url });
    await tokens.accessToken();
    const Status = () => useSession().status;
    const page = createElement(
      SessionProvider,
      { tokens },
      createElement(Status),
      createElement(RequireSession, { unknown: ' one moment', signedOut: ' sign in' }, ' welcome'),
    );
    expect(renderToString(page).replaceAll('<!-- -->', '')).toBe('unknown one moment');
    expect(() => renderToString(createElement(Status))).toThrow('Expected a <SessionProvider');
  });

  test('ends though stores are open', async () => {
    const script = `
      import { cookieStorage, createTokenStore } from './dist/client/index.js';
      const tokens = createTokenStore({ url: 'http://127.0.0.1:9/graphql', storage: cookieStorage() });
      tokens.subscribe(() => {});
    `;
    const args = ['--input-type=module', '--eval', script];
    const { stderr } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 });
    expect(stderr).toMatch('createRequestTokens');
  });
});
