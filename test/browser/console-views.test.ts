import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { ALL_ROOMS, PASSWORD } from '../support/server.ts';
import { ConsoleSite, go, openUser } from './console-site.ts';
import { AGENT, picture } from './picture.ts';
import { launchBrowser, overflow, seriousFaults, shows } from './visitor.ts';

const PHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1';

const LOOKS: Readonly<Record<string, BrowserContextOptions>> = {
  light: { colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  dark: { colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  narrow: { colorScheme: 'light', viewport: { width: 360, height: 780 } },
};
/** The views of an admin, each with a text that it shows once it is loaded. */
const VIEWS = {
  Overview: 'Latest events',
  Users: 'dinah',
  Sessions: 'This session',
  Keys: 'HS256',
  Services: 'orders',
  Activity: 'Sign-ins',
  Audit: 'Roles changed',
  Settings: 'Off: sign-ins ask for the password alone.',
} as const;

describe('every view of the console can be used by everybody, and has its picture', () => {
  let browser: Browser;
  let site: ConsoleSite;
  beforeAll(async () => {
    browser = await launchBrowser();
    site = await ConsoleSite.start(browser, ALL_ROOMS);
    const { auth } = site.server;
    const dinah = await auth.users.create({ username: 'dinah', password: PASSWORD, email: 'dinah@wonder.example' });
    await auth.rooms.roles?.set(dinah.id, ['EDITOR']);
    await auth.tokens.forUser(dinah, { client: { userAgent: PHONE, ipAddress: '192.0.2.9' } });
    await auth.services.create('orders', { audience: 'orders', scopes: ['introspect', 'feed'] });
  });
  afterAll(async () => {
    try {
      await site.close();
    } finally {
      await browser.close();
    }
  });

  const look = async (page: Page, view: string, name: string) => ({
    faults: await seriousFaults(page),
    overflow: await overflow(page),
    isBlank: (await picture(page, `console-${view.toLowerCase()}-${name}`)) <= 2000,
  });
  const FINE = { faults: [], overflow: 0, isBlank: false };

  test.each(Object.keys(LOOKS))('for admins, %s', async (name) => {
    const { visitor, page } = await site.open({ ...LOOKS[name], userAgent: AGENT });
    await shows(page.getByLabel('Username'));
    expect(await look(page, 'sign-in', name)).toEqual(FINE);
    await page.close();
    const tab = await visitor.open(page.url());
    await tab.getByLabel('Username').fill('root');
    await tab.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await tab.getByRole('button', { name: 'Sign in' }).click();
    await shows(tab.getByRole('heading', { name: 'Overview' }));
    for (const [view, sign] of Object.entries(VIEWS)) {
      await go(tab, view);
      await shows(tab.getByRole('main').getByText(sign));
      await tab.locator('[aria-busy=true]').first().waitFor({ state: 'detached' });
      expect(await look(tab, view, name)).toEqual(FINE);
    }
    await openUser(tab, 'dinah');
    await shows(tab.getByRole('listitem', { name: 'Safari on iPhone' }));
    expect(await look(tab, 'user', name)).toEqual(FINE);
    await tab.getByRole('button', { name: 'Deactivate' }).click();
    await shows(tab.getByRole('alertdialog'));
    expect(await look(tab, 'question', name)).toEqual(FINE);
  });

  test.each(Object.keys(LOOKS))('for users, %s', async (name) => {
    const page = await site.signIn('alice', { ...LOOKS[name], userAgent: AGENT });
    await shows(page.getByText('This session'));
    for (const [view, sign] of [
      ['Security', 'What happened'],
      ['Account', 'Danger zone'],
    ] as const) {
      await go(page, view);
      await shows(page.getByRole('heading', { name: sign }));
      await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' });
      expect(await look(page, view, name)).toEqual(FINE);
    }
  });
});
