import { describe, expect, test } from '@jest/globals';
import { PASSWORD } from '../support/server.ts';
import { startBuiltServer } from './built-server.ts';
import { confirm, siteForEachTest, signIn, type ConsoleSite } from './console-site.ts';
import { overflow, seriousFaults, shows } from './visitor.ts';

describe('the console', () => {
  let site: ConsoleSite;
  siteForEachTest((opened) => (site = opened));

  test('comes with a strict policy, and not at all where it is off', async () => {
    const { headers } = await fetch(new URL('/console', site.server.url));
    expect(headers.get('content-security-policy')).toMatch("script-src 'self'; style-src 'self';");
    const without = await startBuiltServer({ CONSOLE: 'off' });
    const { status } = await fetch(new URL('/console', without.url));
    await without.remove();
    expect(status).toBe(404);
  });

  test('asks for a password in a field that hides it, and that takes what is pasted and what is stored', async () => {
    const page = await site.signIn('alice');
    await page.getByRole('button', { name: 'Sign out' }).click();
    const field = page.getByLabel('Password', { exact: true });
    expect(await field.getAttribute('type')).toBe('password');
    expect(await field.getAttribute('autocomplete')).toBe('current-password');
    await field.focus();
    await page.keyboard.insertText(PASSWORD); // as pasting does, without keys
    expect(await field.inputValue()).toBe(PASSWORD);
  });

  test('a user ends another session, which is told why it is signed out, at once', async () => {
    const other = await site.signIn('alice');
    await shows(other.getByText('This session'));
    const page = await site.signIn('alice');
    await shows(page.getByText('This session'));
    await confirm(page, page, 'End');
    await shows(page.getByText('The session is ended.'));
    expect(await page.getByRole('button', { name: 'End', exact: true }).count()).toBe(0);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('my-sessions');
    await shows(other.getByRole('button', { name: 'Sign in' }));
    expect(await shows(other.getByText('Your session has ended: it was signed out elsewhere'))).toBe(true);
    expect(await seriousFaults(other)).toEqual([]);
    await shows(page.getByText('alice'));
    await page.getByRole('button', { name: 'Sign out' }).click();
    expect(await shows(page.getByText('You are signed out.'))).toBe(true);
  });

  test('a user who is no admin sees nothing of administration', async () => {
    const page = await site.signIn('alice');
    await shows(page.getByText('This session'));
    expect(await page.getByRole('heading', { level: 2 }).allTextContents()).toEqual(['My sessions', 'Password']);
  });

  test('a user changes the password, and stays signed in', async () => {
    const page = await site.signIn('alice');
    await page.getByLabel('Current password').fill(PASSWORD);
    await page.getByLabel('New password').fill('violet-anchor-tundra-93');
    await page.getByRole('button', { name: 'Change password' }).click();
    await shows(page.getByText('The password is changed'));
    await page.reload();
    await shows(page.getByText('This session'));
    const again = await site.signIn('alice');
    expect(await shows(again.getByRole('alert').getByText('No active account'))).toBe(true);
  });

  test('an admin finds a user and ends all their sessions, which signs the user out', async () => {
    const alice = await site.signIn('alice');
    await shows(alice.getByText('This session'));
    const page = await site.signIn('root');
    await page.getByLabel('Name begins with').fill('al');
    const row = page.getByRole('listitem', { name: 'alice' });
    await row.getByRole('button', { name: 'Sessions', exact: true }).click();
    await confirm(page, row, 'End all sessions');
    await shows(row.getByText('No sessions.'));
    expect(await shows(alice.getByRole('button', { name: 'Sign in' }))).toBe(true);
  });

  test('an admin who thinks better of it has shut nobody out, one who does not has', async () => {
    const page = await site.signIn('root');
    const row = page.getByRole('listitem', { name: 'alice' });
    await row.getByRole('button', { name: 'Deactivate' }).click();
    expect(await shows(page.getByRole('dialog', { name: 'Disable alice, and end all their sessions?' }))).toBe(true);
    expect(await seriousFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Deactivate');
    expect((await site.server.auth.users.findByUsername('alice'))?.isActive).toBe(true);
    await confirm(page, row, 'Deactivate');
    await shows(row.getByText('inactive'));
    await confirm(page, row, 'Make admin');
    await shows(row.getByText('admin', { exact: true }));
    expect(await site.server.auth.users.findByUsername('alice')).toMatchObject({ isActive: false, isAdmin: true });
  });

  test('shows whoever signed in last, in every tab', async () => {
    const page = await site.signIn('alice');
    await shows(page.getByText('Signed in as alice'));
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.getByRole('button', { name: 'Sign out' }).click();
    await shows(page.getByText('You are signed out.'));
    await signIn(other, 'root');
    expect(await shows(page.getByText('Signed in as root'))).toBe(true);
    expect(await shows(page.getByRole('heading', { name: 'Users' }))).toBe(true);
  });

  test.each([
    ['light', 1280],
    ['dark', 360],
  ] as const)('can be used by everybody in %s colours, %i pixels wide', async (colorScheme, width) => {
    const page = await site.signIn('root', { colorScheme, viewport: { width, height: 800 } });
    await shows(page.getByRole('listitem', { name: 'alice' }));
    await page.getByText('As a table').click();
    await shows(page.getByRole('rowheader'));
    expect(await seriousFaults(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
  });
});

describe('the console where the refresh token is in a cookie', () => {
  let site: ConsoleSite;
  siteForEachTest((opened) => (site = opened), { JWT_REFRESH_COOKIE: 'on' });

  test('goes on after a reload', async () => {
    const page = await site.signIn('alice');
    await shows(page.getByText('This session'));
    site.server.clock.advance(301);
    await page.reload();
    expect(await shows(page.getByText('This session'))).toBe(true);
  });
});
