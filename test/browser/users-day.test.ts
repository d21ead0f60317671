import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { AuthenticatorApp } from '../support/authenticator-app.ts';
import { ALL_ROOMS, PASSWORD } from '../support/server.ts';
import { confirm, ConsoleSite, go, signIn } from './console-site.ts';
import { readQrCode } from './read-qr-code.ts';
import { again, launchBrowser, overflow, seriousFaults, shows } from './visitor.ts';

const PHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1';
const NEXT = 'violet-anchor-tundra-93';

describe("a user's day in the console", () => {
  let browser: Browser;
  let site: ConsoleSite;
  beforeAll(async () => {
    browser = await launchBrowser();
    site = await ConsoleSite.start(browser, ALL_ROOMS);
  });
  afterAll(async () => {
    try {
      await site.close();
    } finally {
      await browser.close();
    }
  });

  test('sees a new device, revokes it, changes the password, and adds a second factor', async () => {
    const { auth, clock } = site.server;
    const alice = await auth.users.findByUsername('alice');
    if (alice === null) throw new Error('There is no alice.');
    const page = await site.signIn('alice', { viewport: { width: 360, height: 780 } });
    await shows(page.getByText('This session'));
    // Nothing on the page tells that it listens by now: it happens again until it is shown.
    const client = { userAgent: PHONE, ipAddress: '192.0.2.9' };
    const notice = page.getByText('New sign-in to your account: Safari on iPhone, 192.0.2.9.');
    await again(() => auth.tokens.forUser(alice, { client }), notice);
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole('link', { name: 'See sessions' }).click();
    await shows(page.getByRole('listitem', { name: 'Safari on iPhone' }));
    await confirm(page, page, 'Revoke all others');
    await shows(page.getByText('All other sessions are revoked.'));
    await page.getByRole('listitem', { name: 'Safari on iPhone' }).first().waitFor({ state: 'detached' });
    expect(await auth.sessions.list(alice.id)).toHaveLength(1);

    await page.getByRole('button', { name: 'Rename' }).click();
    const rename = page.getByRole('dialog', { name: 'Rename device' });
    await rename.getByLabel('Name of the device').fill('Kitchen laptop');
    await rename.getByRole('button', { name: 'Save' }).click();
    await shows(page.getByRole('listitem', { name: 'Kitchen laptop' }));

    await go(page, 'Security');
    await page.getByLabel('Current password').fill(PASSWORD);
    await page.getByLabel('New password').fill(NEXT);
    await page.getByRole('button', { name: 'Change password' }).click();
    await shows(page.getByText('The password is changed'));

    const factor = page.getByRole('form', { name: 'Second factor' });
    await factor.getByLabel('Password').fill(NEXT);
    await page.getByRole('button', { name: 'Add authenticator app' }).click();
    const uri = (await page.getByRole('link', { name: 'open it on this device' }).getAttribute('href')) ?? '';
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await readQrCode(page)).toBe(uri);
    const app = new AuthenticatorApp(uri);
    await page.getByLabel('First code').fill('000000');
    await page.getByRole('button', { name: 'Confirm' }).click();
    await shows(page.getByText('This code is wrong'));
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByLabel('First code').fill(app.code(clock.read()));
    await page.getByRole('button', { name: 'Confirm' }).click();
    const codes = page.getByRole('list', { name: 'Recovery codes' });
    await shows(codes);
    expect(await codes.getByRole('listitem').count()).toBe(10);
    expect(await seriousFaults(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await shows(page.getByText('Recovery codes left: 10.'));
    await shows(page.getByText('Second factor added'));

    clock.advance(30);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn(page, 'alice', NEXT);
    await page.getByLabel('Code').fill(app.code(clock.read()));
    await page.getByRole('button', { name: 'Sign in' }).click();
    expect(await shows(page.getByRole('button', { name: 'Sign out' }))).toBe(true);
  });

  test('registers, exports what is stored about them, and leaves', async () => {
    const { page } = await site.open();
    await page.getByRole('button', { name: 'Create an account' }).click();
    await shows(page.locator(':focus', { hasText: /^Create an account$/ }));
    await page.getByLabel('Username').fill('mabel');
    await page.getByLabel('New password').fill(NEXT);
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Create account' }).click();
    await shows(page.getByText('The account mabel is created.'));
    await page.getByRole('button', { name: 'Back to sign-in' }).click();
    await signIn(page, 'mabel', NEXT);
    await go(page, 'Account');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export data' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('account.json');
    await page.getByRole('button', { name: 'Delete account' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete your account for good?' });
    await dialog.getByLabel('Password').fill(NEXT);
    await dialog.getByRole('button', { name: 'Delete account' }).click();
    await shows(page.getByRole('button', { name: 'Sign in' }));
    expect(await site.server.auth.users.findByUsername('mabel')).toBeNull();
  });
});
