import { mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { PASSWORD } from '../support/server.ts';
import { startBuiltServer, type BuiltServer } from './built-server.ts';
import { signIn } from './console-site.ts';
import { ExamplePage } from './example-page.ts';
import { ExampleSite } from './example-site.ts';
import { ExplorerPage } from './explorer-page.ts';
import { launchBrowser, shows, Visitor } from './visitor.ts';

/** `npm run screenshots` writes them where README and example find them; otherwise they are looked at and thrown away. */
const FOLDER = process.env['SCREENSHOTS'] ?? mkdtempSync(join(tmpdir(), 'simplejwt-images-'));
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36';

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

  test('show GraphiQL with somebody signed in', async () => {
    const visitor = await Visitor.at(browser, server.url, { viewport: { width: 1200, height: 720 }, userAgent: AGENT });
    const page = new ExplorerPage(await visitor.open(server.url));
    await page.signIn();
    await shows(page.signedIn.getByText('alice'));
    await page.tab.getByRole('button', { name: 'Headers' }).click();
    await page.run('Hello');
    await shows(page.response.getByText('Hello, alice!'));
    await page.openTokenPanel();
    expect(await picture(page.tab, 'graphiql.png')).toBeGreaterThan(10_000);
    await visitor.leave();
  });

  test('show the console with an admin signed in', async () => {
    await server.auth.users.create({ username: 'root', password: PASSWORD, isAdmin: true });
    const visitor = await Visitor.at(browser, server.url, { viewport: { width: 900, height: 720 }, userAgent: AGENT });
    const tab = await visitor.open(new URL('/console', server.url).href);
    await signIn(tab, 'root');
    await shows(tab.getByRole('listitem', { name: 'alice' }));
    await shows(tab.getByText('This session'));
    expect(await picture(tab, 'console.png')).toBeGreaterThan(10_000);
    await visitor.leave();
  });

  test('show the example application', async () => {
    const site = await ExampleSite.start(server.url);
    const visitor = await Visitor.at(browser, site.url, { viewport: { width: 900, height: 720 }, userAgent: AGENT });
    const page = new ExamplePage(await visitor.open(site.url));
    await page.signInAndSee();
    await page.askFifty();
    expect(await picture(page.tab, 'example.png')).toBeGreaterThan(10_000);
    await visitor.leave();
    await site.close();
  });
});

/** Takes a picture; resolves to how many bytes it has. */
async function picture(tab: ExamplePage['tab'], name: string): Promise<number> {
  const path = join(FOLDER, name);
  await tab.screenshot({ path, animations: 'disabled' });
  return statSync(path).size;
}
