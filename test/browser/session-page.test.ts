import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, FrameLocator, Page, Route } from 'playwright-core';
import { PASSWORD } from '../support/server.ts';
import { startBuiltServer, type BuiltServer } from './built-server.ts';
import { launchBrowser, shows, Visitor } from './visitor.ts';

const PAGE = '<!doctype html><title>Session</title><div id="root"></div><script src="/main.js"></script>';
const FRAME = '<!doctype html><title>Frame</title><iframe sandbox="allow-scripts" src="/"></iframe>';

const ROOT = join(import.meta.dirname, '../..');
/** In a process of its own: Rolldown does not take the arrays of another realm. */
const BUNDLE = `
  const input = 'test/browser/session-page/main.ts';
  const transform = { define: { 'process.env.NODE_ENV': '"development"' } };
  const { output } = await (await import('rolldown')).build({
    input, transform, write: false, platform: 'browser', output: { format: 'iife' },
  });
  process.stdout.write(output[0].code);
`;

/** The page with its script, and the API at `/graphql`, for pages without an origin too. */
async function startSite(api: string): Promise<Server> {
  const script = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', BUNDLE], {
    cwd: ROOT,
    maxBuffer: 32 * 1024 * 1024,
  });
  const answer = async (path: string, body: string, authorization = ''): Promise<[string, string]> => {
    if (path === '/main.js') return ['text/javascript', script.stdout];
    if (path !== '/graphql') return ['text/html', path === '/frame' ? FRAME : PAGE];
    const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) };
    return ['application/json', await (await fetch(api, { method: 'POST', headers, body })).text()];
  };
  const site = createServer((request, response) => {
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-allow-headers', 'authorization, content-type');
    if (request.method === 'OPTIONS') return void response.end();
    void text(request)
      .then((body) => answer(request.url ?? '', body, request.headers.authorization))
      .then(([type, content]) => response.setHeader('content-type', `${type}; charset=utf-8`).end(content));
  }).listen(0, '127.0.0.1');
  await once(site, 'listening');
  return site;
}

describe('a page with the hooks, in StrictMode with Suspense', () => {
  let browser: Browser;
  let server: BuiltServer;
  let site: Server;
  let url: string;
  beforeAll(async () => {
    [browser, server] = await Promise.all([launchBrowser(), startBuiltServer()]);
    await server.auth.users.create({ username: 'bob', password: PASSWORD });
    site = await startSite(server.url);
    url = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
  });
  afterAll(async () => {
    await browser.close();
    site.close();
    await server.remove();
  });

  const press = (page: Page | FrameLocator, name: string) => page.getByRole('button', { name, exact: true }).click();
  const greets = (page: Page | FrameLocator, name: string) =>
    shows(page.getByRole('heading', { name: `Hello, ${name}!` }));
  /** The next request is answered by the server at once, and of that the page hears when `answer` is called. */
  function holdNext(page: Page) {
    let answer: () => void = () => {};
    const held = new Promise<void>((resolve) => (answer = resolve));
    const asked = new Promise<void>((resolve) => {
      const answerLate = async (route: Route) => {
        resolve();
        const response = await route.fetch();
        await held;
        await route.fulfill({ response });
      };
      void page.route('**/graphql', answerLate, { times: 1 });
    });
    return { asked, answer };
  }
  const cache = (page: Page) => page.evaluate<object>('client.extract()');

  test('signs in, goes on after a reload, and shows the next user nothing of the former, in every tab', async () => {
    const visitor = await Visitor.at(browser, url);
    const [one, other] = [await visitor.open(url), await visitor.open(url)];
    await press(one, 'alice');
    expect(await greets(one, 'alice')).toBe(true);
    expect(await greets(other, 'alice')).toBe(true);
    await other.reload();
    await greets(other, 'alice');
    await press(other, 'Sign out');
    for (const tab of [one, other]) {
      await shows(tab.getByRole('button', { name: 'bob' }));
      expect(await cache(tab)).toEqual({});
    }
    await press(other, 'bob');
    for (const tab of [one, other]) expect(await greets(tab, 'bob')).toBe(true);
    expect(JSON.stringify(await Promise.all([cache(one), cache(other)]))).not.toMatch('alice');
    await visitor.leave();
  });

  test('does nothing as another user who signs in in another tab while an operation is refused', async () => {
    const visitor = await Visitor.at(browser, url);
    const [one, other] = [await visitor.open(url), await visitor.open(url)];
    await press(one, 'alice');
    await greets(other, 'alice');
    server.clock.advance(301); // by the clock of the pages the token is good
    const { asked, answer } = holdNext(one);
    const ended = one.evaluate<string>(`client.mutate({ mutation: END_ALL }).then(() => 'done', ({ name }) => name)`);
    await asked;
    await other.evaluate(`tokens.signIn('bob', ${JSON.stringify(PASSWORD)})`);
    await one.waitForFunction(
      `tokens.getState().tokens?.refresh === JSON.parse(Object.values(localStorage)[0]).refresh`,
    );
    answer();
    expect(await ended).not.toBe('done');
    expect(visitor.count('sessionRevokeAll')).toBe(1);
    expect(await other.evaluate('tokens.refresh()')).not.toBeNull();
    for (const tab of [one, other]) expect(await greets(tab, 'bob')).toBe(true);
    expect(JSON.stringify(await Promise.all([cache(one), cache(other)]))).not.toMatch('alice');
    await visitor.leave();
  });

  test('saves what a refresh brings that was under way when the page was taken down', async () => {
    const visitor = await Visitor.at(browser, url);
    const page = await visitor.open(url);
    await press(page, 'alice');
    await greets(page, 'alice');
    const spent = await page.evaluate<string>('tokens.getState().tokens.refresh');
    const { asked, answer } = holdNext(page);
    const refreshed = page.evaluate<string>('tokens.refresh()');
    await asked;
    await page.evaluate('root.unmount()');
    answer();
    const access = await refreshed;
    const kept = JSON.parse(await page.evaluate<string>('Object.values(localStorage)[0]')) as Record<string, string>;
    expect(kept).toMatchObject({ access });
    expect(kept['refresh']).not.toBe(spent);
    await page.reload();
    expect(await greets(page, 'alice')).toBe(true);
    expect(visitor.count('tokenObtainPair')).toBe(1);
    await visitor.leave();
  });

  test('shares a session between tabs where there are no locks, as on an origin without TLS', async () => {
    const insecure = url.replace('127.0.0.1', 'insecure.test');
    const visitor = await Visitor.at(browser, insecure);
    const tabs = [await visitor.open(insecure), await visitor.open(insecure)] as const;
    expect(await tabs[0].evaluate('[isSecureContext, navigator.locks]')).toEqual([false, undefined]);
    await press(tabs[0], 'alice');
    for (const tab of tabs) expect(await greets(tab, 'alice')).toBe(true);
    for (const _round of [1, 2, 3]) await Promise.all(tabs.map((tab) => tab.evaluate('tokens.refresh()')));
    for (const tab of tabs) expect(await tab.evaluate('tokens.getState().status')).toBe('signed-in');
    await press(tabs[1], 'Sign out');
    await shows(tabs[0].getByRole('button', { name: 'bob' }));
    await visitor.leave();
  });

  test('shares a session between tabs where there are no channels, through the storage alone', async () => {
    const visitor = await Visitor.at(browser, url);
    await visitor.prepare('delete globalThis.BroadcastChannel');
    const [one, other] = [await visitor.open(url), await visitor.open(url)];
    await press(one, 'alice');
    await greets(one, 'alice');
    const newer = await one.evaluate('tokens.refresh()');
    expect(await other.evaluate('tokens.signOut()')).toBe(true);
    expect(newer).not.toBeNull();
    expect(await one.evaluate('tokens.refresh()')).toBeNull();
    await visitor.leave();
  });

  /** Who is greeted after alice has signed in, refreshed and signed out, and bob has signed in. */
  async function greeted(page: Page | FrameLocator, run: (script: string) => Promise<unknown>): Promise<string[]> {
    await press(page, 'alice');
    const names = (await greets(page, 'alice')) ? ['alice'] : [];
    expect(await run('tokens.refresh()')).not.toBeNull();
    await press(page, 'Sign out');
    await press(page, 'bob');
    return (await greets(page, 'bob')) ? [...names, 'bob'] : names;
  }

  test('goes on in memory in a sandboxed frame, where storage and locks are forbidden', async () => {
    const visitor = await Visitor.at(browser, url);
    visitor.expectProblem(/SecurityError: .*'localStorage'/);
    const page = await visitor.open(`${url}frame`);
    const frame = page.frameLocator('iframe');
    const run = async (script: string) => page.frames()[1]?.evaluate<unknown>(script);
    const locked = await run(`navigator.locks.request('any', () => {}).catch(({ name }) => name)`);
    expect(locked).toBe('SecurityError');
    expect(await greeted(frame, run)).toEqual(['alice', 'bob']);
    await visitor.leave();
  });

  test('goes on in memory where the browser blocks all cookies', async () => {
    const visitor = await Visitor.withoutCookies(url);
    visitor.expectProblem(/SecurityError: .*'localStorage'/);
    const page = await visitor.open(url);
    expect(await greeted(page, (script) => page.evaluate(script))).toEqual(['alice', 'bob']);
    await visitor.leave();
  });

  test.each([
    ['is full', `Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }`, /Quota/],
    ['is missing', `Object.defineProperty(globalThis, 'localStorage', { value: undefined })`, /TypeError/],
  ])('goes on in memory where the storage %s', async (_how, script, problem) => {
    const visitor = await Visitor.at(browser, url);
    visitor.expectProblem(problem);
    await visitor.prepare(script);
    const page = await visitor.open(url);
    expect(await greeted(page, (text) => page.evaluate(text))).toEqual(['alice', 'bob']);
    await visitor.leave();
  });
});
