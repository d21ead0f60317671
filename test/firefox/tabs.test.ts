import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';

/** `puppeteer-core`, as far as it is used; `.ci/full` installs it, and Firefox. */
interface Tab {
  goto(url: string): Promise<unknown>;
  evaluate(expression: string): Promise<unknown>;
}
interface Session {
  newPage(): Promise<Tab>;
  close(): Promise<void>;
}
interface Firefox {
  createBrowserContext(): Promise<Session>;
  close(): Promise<void>;
}
interface Puppeteer {
  launch(options: object): Promise<Firefox>;
}

const PUPPETEER = 'puppeteer-core';
const EXECUTABLE = process.env['FIREFOX'] ?? '/usr/bin/firefox-esr';

/** Serves a page that has one token store, and counts what it asks. */
const HTML = `<!doctype html><script type="module">
  import * as client from '/dist/client/index.js';
  const api = new URLSearchParams(location.search).get('api');
  globalThis.sent = [];
  const fetch = (input, init) => {
    sent.push(/{(token\\w+)/.exec(JSON.parse(init.body).query)[1]);
    return globalThis.fetch(input, init);
  };
  globalThis.age = 0;
  globalThis.clock = () => Date.now() + age;
  globalThis.tokens = client.createTokenStore({ url: api, storage: client.browserStorage(), fetch, clock });
  globalThis.until = (status) => new Promise((resolve) => {
    const check = () => tokens.getState().status === status && resolve(status);
    tokens.subscribe(check);
    check();
  });
</script>`;

describe('tabs of Firefox', () => {
  let firefox: Firefox;
  let session: Session;
  let pages: Server;
  let server: TestServer;
  let url: string;
  beforeAll(async () => {
    pages = createServer(({ url: path = '' }, response) => {
      const file = /^\/dist\/client\/[\w/-]+\.js$/.exec(path)?.[0];
      response.setHeader('content-type', file === undefined ? 'text/html' : 'text/javascript');
      response.end(file === undefined ? HTML : readFileSync(`.${file}`));
    }).listen(0, '127.0.0.1');
    await once(pages, 'listening');
    const origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
    server = await startTestServer('sqlite', { env: { CORS_ORIGINS: origin } });
    url = `${origin}/?api=${encodeURIComponent(server.url)}`;
    const puppeteer = ((await import(PUPPETEER)) as { default: Puppeteer }).default;
    firefox = await puppeteer.launch({ browser: 'firefox', executablePath: EXECUTABLE, headless: true });
  }, 120_000);
  beforeEach(async () => {
    session = await firefox.createBrowserContext();
  });
  afterEach(() => session.close());
  afterAll(async () => {
    await firefox.close();
    pages.close();
    await server.remove();
  });

  async function open(): Promise<Tab> {
    const tab = await session.newPage();
    await tab.goto(url);
    return tab;
  }
  const signIn = (tab: Tab) => tab.evaluate(`tokens.signIn('alice', ${JSON.stringify(PASSWORD)})`);

  test('share a session, refresh once for all, and sign out together', async () => {
    const tabs = [await open(), await open(), await open()] as const;
    await signIn(tabs[0]);
    for (const tab of tabs) expect(await tab.evaluate(`until('signed-in')`)).toBe('signed-in');
    for (const tab of tabs) await tab.evaluate('age = 280000');
    const accesses = await Promise.all(tabs.map((tab) => tab.evaluate('tokens.accessToken()')));
    expect(new Set(accesses).size).toBe(1);
    const sent = await Promise.all(tabs.map((tab) => tab.evaluate('sent')));
    expect(sent.flat().filter((field) => field === 'tokenRefresh')).toHaveLength(1);
    const reloaded = await open();
    expect(await reloaded.evaluate('tokens.getState().status')).toBe('signed-in');
    expect(await tabs[1].evaluate('tokens.signOut()')).toBe(true);
    for (const tab of tabs) expect(await tab.evaluate(`until('signed-out')`)).toBe('signed-out');
    expect(await tabs[0].evaluate('localStorage.length')).toBe(0);
  }, 60_000);

  test('sign in first, while a refresh in another tab gets no answer', async () => {
    const [hanging, other] = [await open(), await open()];
    await signIn(hanging);
    await other.evaluate(`until('signed-in')`);
    await hanging.evaluate(`globalThis.fetch = () => new Promise(() => {}); void tokens.refresh().catch(() => {}); 0`);
    const ms = await other.evaluate(`(async () => {
      const started = performance.now();
      await tokens.signOut();
      return performance.now() - started;
    })()`);
    expect(ms).toBeLessThan(5000);
    expect(await hanging.evaluate(`until('signed-out')`)).toBe('signed-out');
  }, 60_000);
});
