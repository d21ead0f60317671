import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { PASSWORD } from '../support/server.ts';
import { startBuiltServer, type BuiltServer } from './built-server.ts';
import { ExplorerPage } from './explorer-page.ts';
import { again, launchBrowser, overflow, seriousFaults, shows, Visitor } from './visitor.ts';

describe('the GraphiQL page of a developer', () => {
  let browser: Browser;
  let server: BuiltServer;
  let visitor: Visitor | undefined;
  beforeAll(async () => {
    [browser, server] = await Promise.all([launchBrowser(), startBuiltServer({ NODE_ENV: 'development' })]);
  });
  afterEach(async () => {
    await visitor?.leave();
    visitor = undefined;
  });
  afterAll(async () => {
    await browser.close();
    await server.remove();
  });

  async function open(options: BrowserContextOptions = {}): Promise<ExplorerPage> {
    visitor = await Visitor.at(browser, server.url, options);
    const page = new ExplorerPage(await visitor.open(server.url));
    await shows(page.execute);
    return page;
  }

  async function openSignedIn(): Promise<ExplorerPage> {
    const page = await open();
    await page.signIn();
    await shows(page.signedIn.getByText('alice'));
    return page;
  }

  test('leads to the console, which leads back, with one sign-in for both', async () => {
    const { tab } = await openSignedIn();
    await tab.getByRole('link', { name: 'Console' }).click();
    await shows(tab.getByText('This session'));
    await tab.getByRole('link', { name: 'GraphiQL' }).click();
    expect(await shows(tab.getByRole('region', { name: 'Signed in' }).getByText('alice'))).toBe(true);
  });

  test('has a tab that signs out, and the bar with it', async () => {
    const page = await openSignedIn();
    const alice = await server.auth.users.findByUsername('alice');
    const sessions = async () => (await server.auth.sessions.list(alice?.id ?? '')).length;
    const before = await sessions();
    await expect(page.sends('SignOut', 'blacklistedAt')).resolves.toMatch('jti');
    await shows(page.tab.getByRole('button', { name: 'Sign in', exact: true }));
    expect(await sessions()).toBe(before - 1);
  });

  test('marks the fields that are wrong, and what it says of them moves nothing', async () => {
    const page = await open({ viewport: { width: 360, height: 780 } });
    const { tab } = page;
    const top = () => tab.getByRole('main').evaluate((main) => main.getBoundingClientRect().top);
    const before = await top();
    await page.signIn('not her password');
    await shows(tab.getByRole('alert').getByText('No active account'));
    expect(await top()).toBe(before);
    expect(await tab.getByLabel('Password').getAttribute('aria-invalid')).toBe('true');
    expect(await seriousFaults(tab)).toEqual([]);
    expect(await overflow(tab)).toBe(0);
  });

  test('shows an operation before the editor is there, and the chosen one in the editor, with its variables', async () => {
    visitor = await Visitor.at(browser, server.url);
    await visitor.prepare(`globalThis.made = [];
      new MutationObserver(() => {
        const editors = [...document.querySelectorAll(':is(.graphiql-editor, .result-window) > .monaco-editor')];
        const hasOperation = editors.some((editor) => editor.closest('.graphiql-query-editor') !== null);
        const now = editors.length + (hasOperation ? ' with the operation' : '');
        if (editors.length > 0 && made.at(-1) !== now) made.push(now);
      }).observe(document, { childList: true, subtree: true });`);
    const arrive = await visitor.hold('monaco-editor-');
    const { tab } = new ExplorerPage(await visitor.open(server.url));
    const operation = tab.getByRole('region', { name: 'Operation Editor' });
    await shows(operation.getByText('tokenObtainPair'));
    await tab.locator('.graphiql-tabs').getByRole('button', { name: 'Verify', exact: true }).click();
    await shows(operation.getByText('tokenVerify'));
    expect(await seriousFaults(tab)).toEqual([]);
    const place = await operation.locator('pre').evaluate((text) => {
      const range = document.createRange();
      range.selectNodeContents(text);
      return range.getBoundingClientRect().toJSON() as { x: number; y: number };
    });
    arrive();
    await shows(operation.locator('.monaco-editor').getByText('tokenVerify'));
    await operation.locator('pre').waitFor({ state: 'detached' });
    expect(await operation.locator('.view-lines').boundingBox()).toMatchObject({ x: place.x, y: place.y });
    // Each in a task of its own, and none can be run before its variables and headers are there.
    expect(await tab.evaluate('made')).toEqual(['1', '2', '3', '4 with the operation']);
    await shows(tab.locator('.graphiql-editor-tool').getByText('token'));
    expect(await tab.locator('.graphiql-editor-tool').getByText('username').count()).toBe(0);
  });

  test('has the tabs after a reload that it had before, and the same one is open', async () => {
    const page = await open();
    const { tab } = page;
    await page.choose('Verify');
    // Not waitForFunction, which looks a second time by eval.
    await tab.evaluate(`new Promise((saved) => {
      const look = () =>
        JSON.parse(localStorage.getItem('graphiql:tabState'))?.activeTabIndex === 3 ? saved() : setTimeout(look, 50);
      look();
    })`);
    await tab.reload();
    await shows(tab.locator('.graphiql-query-editor .monaco-editor').getByText('tokenVerify'));
    await shows(tab.locator('.graphiql-editor-tool .monaco-editor').getByText('token'));
    await shows(tab.locator('.graphiql-tabs [aria-current="true"]').getByText('Verify'));
    expect(await tab.locator('.graphiql-tabs > li').count()).toBe(6);
  });

  test('says that GraphiQL could not be loaded, and keeps the bar', async () => {
    visitor = await Visitor.at(browser, server.url);
    const tab = await visitor.open('about:blank');
    await tab.route('**/explorer-*.js', (route) => route.abort());
    await tab.goto(server.url);
    await shows(tab.getByRole('alert').getByText('could not be loaded'));
    await tab.unroute('**/explorer-*.js');
    await tab.getByRole('button', { name: 'Load again' }).click();
    await shows(new ExplorerPage(tab).execute);
    expect(await tab.getByLabel('Username').count()).toBe(1);
  });

  test('says what a token by itself lacks in the header, and adds it', async () => {
    const page = await open();
    const { tab } = page;
    const alice = await server.auth.users.findByUsername('alice');
    if (alice === null) throw new Error('There is no alice.');
    const { access } = await server.auth.tokens.forUser(alice);
    await page.choose('Hello');
    await tab.getByRole('button', { name: 'Headers' }).click();
    await tab.getByRole('group', { name: /^Headers/ }).click();
    await tab.keyboard.press('ControlOrMeta+a');
    await tab.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const headers = JSON.stringify({ Authorization: access.token });
    await tab.evaluate((text) => navigator.clipboard.writeText(text), headers);
    await tab.keyboard.press('ControlOrMeta+v');
    await shows(tab.getByText('has a token without its scheme'));
    expect(await seriousFaults(tab)).toEqual([]);
    await tab.getByRole('button', { name: 'Add Bearer' }).click();
    await tab.getByText('has a token without its scheme').waitFor({ state: 'detached' });
    await shows(tab.getByRole('group', { name: /^Headers/ }).getByText(/Bearer/));
    await again(() => page.execute.click(), page.response.getByText('Hello, alice!'));
  });

  test('names the demo account where there is one, in development alone', async () => {
    await server.auth.users.create({ username: 'demo', password: PASSWORD });
    const { tab } = await open();
    await shows(tab.getByText('Try it with the account demo'));
    expect(await seriousFaults(tab)).toEqual([]);
    const elsewhere = await startBuiltServer();
    await elsewhere.auth.users.create({ username: 'demo', password: PASSWORD });
    const page = await (await fetch(elsewhere.url, { headers: { accept: 'text/html' } })).text();
    await elsewhere.remove();
    expect(page).toContain('<meta name="demo" content="" />');
  });
});
