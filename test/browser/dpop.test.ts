import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { createDpop } from '../../src/client/dpop.ts';
import { startBuiltServer, type BuiltServer } from './built-server.ts';
import { ExamplePage } from './example-page.ts';
import { ExampleSite } from './example-site.ts';
import { launchBrowser, shows, Visitor } from './visitor.ts';

const REFRESH = 'mutation ($refresh: String!) { tokenRefresh(refresh: $refresh) { access refresh } }';

/** What is kept, as far as a test looks at it. `step` counts the refreshes. */
interface Stolen {
  readonly access: string;
  readonly refresh: string;
  readonly step: number;
}

interface Answer {
  readonly data: unknown;
  readonly errors?: readonly { readonly extensions: object }[];
}

describe('the example app with tokens that are bound to its browser', () => {
  let browser: Browser;
  let server: BuiltServer;
  let site: ExampleSite;
  let visitor: Visitor;
  beforeAll(async () => {
    [browser, server] = await Promise.all([launchBrowser(), startBuiltServer({ JWT_DPOP: 'required' })]);
    site = await ExampleSite.start(server.url, { VITE_DPOP: 'on' });
  });
  beforeEach(async () => {
    visitor = await Visitor.at(browser, site.url);
  });
  afterEach(() => visitor.leave());
  afterAll(async () => {
    await browser.close();
    await site.close();
    await server.remove();
  });

  const openPage = async (by = visitor) => new ExamplePage(await by.open(site.url));
  const kept = ({ tab }: ExamplePage) => tab.evaluate<[string, string][]>('Object.entries({ ...localStorage })');
  /** What a script, or a copy of the disk, finds. */
  const stolenFrom = async (page: ExamplePage): Promise<Stolen> => {
    const [item] = await kept(page);
    return JSON.parse(item?.[1] ?? '') as Stolen;
  };
  const ask = async (send: typeof fetch, body: object, headers: Record<string, string> = {}): Promise<Answer> => {
    const sent = { 'content-type': 'application/json', ...headers };
    const response = await send(`${site.url}graphql`, { method: 'POST', headers: sent, body: JSON.stringify(body) });
    return (await response.json()) as Answer;
  };

  test('refuses tokens that were stolen from its storage on every other machine, and goes on itself', async () => {
    const one = await openPage();
    await one.signInAndSee();
    const { access, refresh } = await stolenFrom(one);

    // Another machine without the key, and with one of its own.
    const refreshing = { query: REFRESH, variables: { refresh } };
    const hello = { query: '{ hello }' };
    const without = { reason: 'dpop_proof_required' };
    expect(await ask(fetch, refreshing)).toMatchObject({ data: null, errors: [{ extensions: without }] });
    for (const scheme of ['Bearer', 'DPoP']) {
      const answer = await ask(fetch, hello, { authorization: `${scheme} ${access}` });
      expect(answer).toMatchObject({ errors: [{ extensions: without }] });
    }
    const thief = createDpop({ clock: server.clock.read });
    const another = { reason: 'dpop_proof_not_valid', check: 'key' };
    expect(await ask(thief.fetch, refreshing)).toMatchObject({ data: null, errors: [{ extensions: another }] });
    expect(await ask(thief.fetch, hello, { authorization: `DPoP ${access}` })).toMatchObject({
      errors: [{ extensions: another }],
    });

    // Another browser, with a copy of the whole storage.
    const burglar = await Visitor.at(browser, site.url);
    await burglar.prepare(
      `if (location.protocol === 'http:') for (const [name, value] of ${JSON.stringify(await kept(one))}) localStorage.setItem(name, value)`,
    );
    const copy = await openPage(burglar);
    await shows(copy.signInHeading);
    await shows(copy.text('this browser has lost the key to it'));
    await burglar.leave();

    expect(await one.askFifty()).toBe(true);
  }, 120_000);

  test('refreshes for two tabs, and goes on after a reload', async () => {
    await visitor.takeTime();
    const [one, other] = [await openPage(), await openPage()];
    await one.signInAndSee();
    await shows(other.greeting);
    const { step } = await stolenFrom(one);
    // The time of the pages goes on and that of the server does not: on a slow machine a proof is too new, and a refresh more.
    for (let round = 1; round <= 2; round += 1) {
      server.clock.advance(280);
      await visitor.moveTime(280);
      await Promise.all([one.askFifty(), other.askFifty()]);
      expect((await stolenFrom(one)).step - step).toBeGreaterThanOrEqual(round);
    }
    expect(visitor.lastAuthorization).toMatch(/^DPoP /);
    await other.tab.reload();
    await shows(other.greeting);
    await one.press('Sign out');
    await Promise.all([shows(one.signInHeading), shows(other.signInHeading)]);
  }, 120_000);

  test('signs out, and says why, when its browser has lost the key, and signs in with a new one', async () => {
    const page = await openPage();
    await page.signInAndSee();
    await page.tab.evaluate(
      'new Promise((resolve) => { indexedDB.deleteDatabase("graphql-simplejwt-dpop").onsuccess = () => resolve(0); })',
    );
    await page.tab.reload();
    await shows(page.signInHeading);
    await shows(page.text('this browser has lost the key to it'));
    const before = visitor.operations.length;
    await page.signInAndSee();
    expect(visitor.operations.slice(before)).toContain('tokenObtainPair');
  }, 120_000);
});
