import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { PASSWORD, startTestServer, type TestServer } from './server.ts';

/** A tab, as far as Playwright and Puppeteer have it in common. */
interface Tab {
  goto(url: string): Promise<unknown>;
  evaluate(expression: string): Promise<unknown>;
  close(): Promise<unknown>;
}

/** Tabs that share storage, channels and locks, and share them with nobody else. */
export interface BrowserSession {
  newPage(): Promise<Tab>;
  close(): Promise<void>;
}

/** A real browser. */
export interface BrowserOfTabs {
  newSession(): Promise<BrowserSession>;
  close(): Promise<void>;
}

/** A page with one token store: it counts what it asks, and a test may move its clock or have requests hang. */
const HTML = `<!doctype html><script type="module">
  import * as client from '/dist/client/index.js';
  const api = new URLSearchParams(location.search).get('api');
  Object.assign(globalThis, { sent: [], age: 0, hangs: false });
  const fetch = (input, init) => {
    sent.push(/{(token\\w+)/.exec(JSON.parse(init.body).query)[1]);
    return hangs ? new Promise(() => {}) : globalThis.fetch(input, init);
  };
  globalThis.clock = () => Date.now() + age;
  globalThis.tokens = client.createTokenStore({ url: api, storage: client.browserStorage(), fetch, clock });
  globalThis.until = (status) => new Promise((resolve) => {
    const check = () => tokens.getState().status === status && resolve(status);
    tokens.subscribe(check);
    check();
  });
</script>`;

/** What only a browser can say of tabs that share a session: its channels, locks and storage are real. */
export function describeTabs(name: string, launch: () => Promise<BrowserOfTabs>): void {
  describe(`tabs of ${name}`, () => {
    let browser: BrowserOfTabs;
    let session: BrowserSession;
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
      await server.auth.users.create({ username: 'bob', password: PASSWORD });
      url = `${origin}/?api=${encodeURIComponent(server.url)}`;
      browser = await launch();
    });
    beforeEach(async () => {
      session = await browser.newSession();
    });
    afterEach(() => session.close());
    afterAll(async () => {
      await browser.close();
      pages.close();
      await server.remove();
    });

    async function open(): Promise<Tab> {
      const tab = await session.newPage();
      await tab.goto(url);
      return tab;
    }
    const signIn = (tab: Tab, username = 'alice') =>
      tab.evaluate(`tokens.signIn('${username}', ${JSON.stringify(PASSWORD)})`);
    const userIn = (tab: Tab) =>
      tab.evaluate(`JSON.parse(atob(tokens.getState().tokens.access.split('.')[1])).user_id`);
    /** A tab whose refresh is never answered, and which has the lock. */
    const hang = (tab: Tab) => tab.evaluate(`hangs = true; void tokens.refresh().catch(() => {}); 0`);

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
    });

    test('give no token of another user to an operation that was begun before they signed in', async () => {
      const [one, other] = [await open(), await open()];
      await signIn(one);
      await other.evaluate(`until('signed-in')`);
      const [alice, alices] = [await userIn(one), await one.evaluate('tokens.accessToken()')];
      await signIn(other, 'bob');
      await one.evaluate(`new Promise((resolve) => {
        const check = () => tokens.getState().tokens.access !== ${JSON.stringify(alices)} && resolve(0);
        tokens.subscribe(check);
        check();
      })`);
      expect(await userIn(one)).not.toBe(alice);
      expect(await one.evaluate(`tokens.refresh(${JSON.stringify(alices)})`)).toBeNull();
      expect(await one.evaluate('sent')).not.toContain('tokenRefresh');
    });

    test('sign out first, while a refresh in another tab gets no answer', async () => {
      const [hanging, other] = [await open(), await open()];
      await signIn(hanging);
      await other.evaluate(`until('signed-in')`);
      await hang(hanging);
      const ms = await other.evaluate(`(async () => {
        const started = performance.now();
        await tokens.signOut();
        return performance.now() - started;
      })()`);
      expect(ms).toBeLessThan(5000);
      expect(await hanging.evaluate(`until('signed-out')`)).toBe('signed-out');
    });

    test('go on when a tab is closed amid a refresh', async () => {
      const [hanging, other] = [await open(), await open()];
      await signIn(hanging);
      await other.evaluate(`until('signed-in')`);
      const access = await other.evaluate('tokens.accessToken()');
      await hang(hanging);
      const refreshed = other.evaluate('tokens.refresh()');
      await other.evaluate(`(async () => {
        while ((await navigator.locks.query()).pending.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      })()`);
      await hanging.close();
      expect(typeof (await refreshed)).toBe('string');
      expect(await refreshed).not.toBe(access);
    });

    test('find the newer token though the clock was set back and no news of it came', async () => {
      const [one, deaf] = [await open(), await open()];
      await signIn(one);
      await deaf.evaluate(`until('signed-in')`);
      await deaf.evaluate('tokens.close()');
      await one.evaluate('age = -3600000');
      const newer = await one.evaluate('tokens.refresh()');
      server.clock.advance(31); // past the grace interval
      await deaf.evaluate('age = -3600000');
      expect(await deaf.evaluate('tokens.accessToken()')).toBe(newer);
      expect(await deaf.evaluate('sent')).not.toContain('tokenRefresh');
    });
  });
}
