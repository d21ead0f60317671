import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { until } from '../support/ring.ts';
import { PASSWORD } from '../support/server.ts';
import { startBuiltServer, type BuiltServer } from './built-server.ts';
import { ExplorerPage } from './explorer-page.ts';
import { again, launchBrowser, overflow, seriousFaults, shows, Visitor } from './visitor.ts';

describe('the GraphiQL page', () => {
  let browser: Browser;
  let server: BuiltServer;
  let visitors: Visitor[];
  /** Those that a test starts for itself: one that stays would keep the tests from ending. */
  let servers: BuiltServer[];
  beforeAll(async () => {
    [browser, server] = await Promise.all([launchBrowser(), startBuiltServer()]);
  });
  beforeEach(() => {
    visitors = [];
    servers = [];
  });
  afterEach(async () => {
    try {
      for (const visitor of visitors) await visitor.leave();
    } finally {
      for (const own of servers) await own.remove();
    }
  });
  afterAll(async () => {
    await browser.close();
    await server.remove();
  });

  async function newVisitor(options: BrowserContextOptions = {}): Promise<Visitor> {
    const visitor = await Visitor.at(browser, server.url, options);
    visitors.push(visitor);
    return visitor;
  }

  async function openSignedIn(visitor: Visitor): Promise<ExplorerPage> {
    const page = new ExplorerPage(await visitor.open(server.url));
    await page.signIn();
    await shows(page.signedIn.getByText('alice'));
    return page;
  }

  test('a newcomer signs in at the bar, and the tab "Hello" greets them', async () => {
    const page = await openSignedIn(await newVisitor());
    await page.run('Hello');
    expect(await shows(page.response.getByText('Hello, alice!'))).toBe(true);
  });

  test('shows events of sessions as they happen, and goes on when the access token expires', async () => {
    const visitor = await newVisitor();
    const page = await openSignedIn(visitor);
    await page.run('SessionEvents');
    const alice = await server.auth.users.findByUsername('alice');
    if (alice === null) throw new Error('expected alice');
    // Nothing on the page tells that a subscription has begun: it happens again until it is shown.
    const signIn = () => server.auth.tokens.forUser(alice);
    const signInOrRun = async () => {
      if (await page.execute.isVisible()) await page.execute.click(); // it does not run: the click before came too early
      await signIn();
    };
    await again(signInOrRun, page.response.getByText('BEGAN'));
    server.clock.advance(300);
    await until(() => visitor.count('tokenRefresh') > 0); // within a second the server ends what has expired
    const signedOut = page.response.getByText('signed_out');
    await again(async () => server.auth.tokens.blacklist((await signIn()).refresh.token), signedOut);
    expect(await shows(signedOut)).toBe(true);
  });

  test('says in the words of the server that a password is wrong', async () => {
    const page = new ExplorerPage(await (await newVisitor()).open(server.url));
    await page.signIn('not her password');
    const complaint = page.tab.getByRole('alert').getByText('No active account found with the given credentials');
    expect(await shows(complaint)).toBe(true);
  });

  test('sends what its tabs show: the header and the variables are filled in, and kept up to date', async () => {
    const visitor = await newVisitor();
    const page = await openSignedIn(visitor);
    await page.run('Hello');
    await shows(page.response.getByText('Hello, alice!'));
    const first = visitor.lastAuthorization;
    expect(first).toMatch(/^Bearer eyJ/);
    await page.signedIn.getByRole('button', { name: 'Refresh' }).click();
    await expect(page.sends('Verify', 'tokenType')).resolves.toMatch('access');
    await expect(page.sends('Refresh', 'refreshExpiresAt')).resolves.toMatch('tokenRefresh');
    await expect(page.sends('Hello', 'createdAt')).resolves.toMatch('Hello, alice!');
    expect(visitor.lastAuthorization).toMatch(/^Bearer eyJ/);
    expect(visitor.lastAuthorization).not.toBe(first);
    await page.signedIn.getByRole('button', { name: 'Sign out' }).click();
    await shows(page.tab.getByRole('button', { name: 'Sign in', exact: true }));
    await expect(page.sends('Hello', 'not_authenticated')).resolves.toMatch('LOGIN');
    expect(visitor.lastAuthorization).toBeUndefined();
  });

  test('counts down to the end of the access token, and goes on with a click', async () => {
    const visitor = await newVisitor();
    await visitor.takeTime();
    const page = await openSignedIn(visitor);
    await shows(page.signedIn.getByText(/^access token expires in [45]:\d\d$/));
    await visitor.moveTime(300);
    server.clock.advance(300);
    expect(await shows(page.signedIn.getByText('access token expired'))).toBe(true);
    await page.signedIn.getByRole('button', { name: 'Refresh' }).click();
    expect(await shows(page.signedIn.getByText(/^access token expires in [45]:\d\d$/))).toBe(true);
  });

  test('goes on after a reload, and leaves neither password nor token in its history', async () => {
    const page = await openSignedIn(await newVisitor());
    await page.run('Hello');
    await shows(page.response.getByText('Hello, alice!'));
    await page.tab.reload();
    expect(await shows(page.signedIn.getByText('alice'))).toBe(true);
    const kept = await page.tab.evaluate<string>(
      `JSON.stringify(Object.entries(localStorage).filter(([name]) => name.startsWith('graphiql')))`,
    );
    expect(kept).not.toMatch(/eyJ/);
    expect(kept).not.toContain(PASSWORD);
  });

  test('goes back to the form and says why when the session was ended', async () => {
    const page = await openSignedIn(await newVisitor());
    const alice = await server.auth.users.findByUsername('alice');
    await server.auth.sessions.revokeAll(alice?.id ?? '');
    await page.signedIn.getByRole('button', { name: 'Refresh' }).click();
    expect(await shows(page.tab.getByRole('status').getByText(/ended/))).toBe(true);
  });

  test('is dark all over where that was chosen in GraphiQL', async () => {
    const { tab } = new ExplorerPage(await (await newVisitor({ colorScheme: 'light' })).open(server.url));
    const colours = () => tab.locator('#root').evaluate((root) => getComputedStyle(root).backgroundColor);
    expect(await colours()).toBe('rgb(255, 255, 255)');
    await tab.getByRole('button', { name: 'Open settings dialog' }).click();
    await tab.getByRole('button', { name: 'Dark', exact: true }).click();
    await tab.locator('body.graphiql-dark').waitFor();
    expect(await colours()).toBe('rgb(18, 23, 33)');
    await tab.route('**/explorer-*.js', () => {}); // GraphiQL itself does not come
    await tab.reload();
    await shows(tab.getByText('Loading GraphiQL…'));
    expect(await colours()).toBe('rgb(18, 23, 33)');
  });

  test('takes a token apart without sending it anywhere', async () => {
    const visitor = await newVisitor();
    const page = await openSignedIn(visitor);
    const panel = await page.openTokenPanel();
    await shows(panel.getByText('access', { exact: true }));
    await shows(panel.getByText('HS256'));
    const sent = visitor.operations.length;
    const expired = craftText({ token_type: 'refresh', exp: 1_000_000_000, jti: 'of long ago' });
    await panel.getByLabel('Paste any token').fill(expired);
    await shows(panel.getByText('of long ago'));
    expect(await shows(panel.getByText(/^Expired .* years ago/))).toBe(true);
    await panel.getByLabel('Paste any token').fill('this is no token');
    expect(await shows(panel.getByRole('status'))).toBe(true);
    expect(visitor.operations.length).toBe(sent);
  });

  test.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
    ['dark', 360],
    ['light', 3840],
  ] as const)('can be used by everybody in %s colours, %i pixels wide', async (colorScheme, width) => {
    const visitor = await newVisitor({ colorScheme, viewport: { width, height: 800 } });
    const page = new ExplorerPage(await visitor.open(server.url));
    await shows(page.execute);
    expect(await seriousFaults(page.tab)).toEqual([]);
    await page.signIn();
    await shows(page.signedIn.getByText('alice'));
    await page.run('Hello');
    await shows(page.response.getByText('Hello, alice!'));
    expect(await seriousFaults(page.tab)).toEqual([]);
    await page.openTokenPanel();
    expect(await seriousFaults(page.tab)).toEqual([]);
    expect(await overflow(page.tab)).toBe(0);
  });

  test('works where the refresh token is in a cookie, and where the header has another name', async () => {
    const header = { JWT_AUTH_HEADER_NAME: 'X-Access-Token', JWT_AUTH_HEADER_TYPES: 'JWT,Bearer' };
    const strict = await startBuiltServer({ JWT_REFRESH_COOKIE: 'on', ...header });
    servers.push(strict);
    const visitor = await Visitor.at(browser, strict.url);
    visitors.push(visitor);
    const page = new ExplorerPage(await visitor.open(strict.url));
    await page.signIn();
    await shows(page.signedIn.getByText('alice'));
    strict.clock.advance(301);
    await page.signedIn.getByRole('button', { name: 'Refresh' }).click();
    await page.run('Hello');
    expect(await shows(page.response.getByText('Hello, alice!'))).toBe(true);
  });
});

/** A token that nobody signed. */
function craftText(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}.c2lnbmF0dXJl`;
}
