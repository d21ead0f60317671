import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { startBuiltServer, type BuiltServer } from './built-server.ts';
import { ExamplePage } from './example-page.ts';
import { ExampleSite } from './example-site.ts';
import { ExplorerPage } from './explorer-page.ts';
import { AGENT, picture } from './picture.ts';
import { launchBrowser, shows, Visitor } from './visitor.ts';

describe('the pictures of README and example', () => {
  let browser: Browser;
  let server: BuiltServer;
  beforeAll(async () => {
    [browser, server] = await Promise.all([launchBrowser(), startBuiltServer()]);
  });
  afterAll(async () => {
    await browser.close();
    await server.remove();
  });

  test.each([
    ['graphiql', { width: 1200, height: 720 }, 'light'],
    ['graphiql-dark', { width: 1200, height: 720 }, 'dark'],
    ['graphiql-narrow', { width: 360, height: 780 }, 'light'],
  ] as const)('show GraphiQL with somebody signed in: %s', async (name, viewport, colorScheme) => {
    const visitor = await Visitor.at(browser, server.url, { viewport, colorScheme, userAgent: AGENT });
    const page = new ExplorerPage(await visitor.open(server.url));
    await page.signIn();
    await shows(page.signedIn.getByText('alice'));
    await page.tab.getByRole('button', { name: 'Headers' }).click();
    await page.run('Hello');
    await shows(page.response.getByText('Hello, alice!'));
    if (viewport.width > 400) await page.openTokenPanel();
    await page.tab.evaluate(() => scrollTo(0, 0));
    expect(await picture(page.tab, name)).toBeGreaterThan(10_000);
    await visitor.leave();
  });

  test('show the example application', async () => {
    const site = await ExampleSite.start(server.url);
    const visitor = await Visitor.at(browser, site.url, { viewport: { width: 900, height: 720 }, userAgent: AGENT });
    const page = new ExamplePage(await visitor.open(site.url));
    await page.signInAndSee();
    await page.askFifty();
    expect(await picture(page.tab, 'example')).toBeGreaterThan(10_000);
    await visitor.leave();
    await site.close();
  });
});
