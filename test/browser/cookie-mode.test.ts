import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { startBuiltServer, type BuiltServer } from './built-server.ts';
import { ExamplePage } from './example-page.ts';
import { ExampleSite } from './example-site.ts';
import { launchBrowser, shows, Visitor } from './visitor.ts';

describe('the example app in cookie mode', () => {
  let browser: Browser;
  let server: BuiltServer;
  let site: ExampleSite;
  beforeAll(async () => {
    [browser, server] = await Promise.all([launchBrowser(), startBuiltServer({ JWT_REFRESH_COOKIE: 'on' })]);
    site = await ExampleSite.start(server.url, { VITE_COOKIE: 'on' });
  });
  afterAll(async () => {
    await browser.close();
    await site.close();
    await server.remove();
  });

  test('no script ever holds a refresh token, and two tabs need one refresh', async () => {
    const visitor = await Visitor.at(browser, site.url);
    const one = new ExamplePage(await visitor.open(site.url));
    await one.signInAndSee();
    expect(await visitor.cookies()).toMatchObject([
      { name: '__Host-simplejwt-refresh', httpOnly: true, secure: true, sameSite: 'Strict', path: '/' },
    ]);
    const kept = await one.tab.evaluate<string>('JSON.stringify([document.cookie, localStorage, sessionStorage])');
    expect(JSON.parse(kept)).toEqual(['', {}, {}]);

    const other = new ExamplePage(await visitor.open(site.url));
    await shows(other.greeting);
    const before = visitor.count('tokenRefresh');
    server.clock.advance(301);
    await Promise.all([one.askFifty(), other.askFifty()]);
    expect(visitor.count('tokenRefresh') - before).toBe(1);

    await one.tab.reload();
    expect(await shows(one.greeting)).toBe(true);
    expect(visitor.count('tokenObtainPair')).toBe(1);

    await one.press('Sign out');
    await Promise.all([shows(one.signInHeading), shows(other.signInHeading)]);
    expect(await visitor.cookies()).toEqual([]);
    await visitor.leave();
  });
});
