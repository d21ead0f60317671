import { describe, expect, test } from '@jest/globals';
import { PASSWORD } from '../support/server.ts';
import { startBuiltServer } from './built-server.ts';
import { confirm, go, openUser, siteForEachTest, signIn, type ConsoleSite } from './console-site.ts';
import { seriousFaults, shows } from './visitor.ts';

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

  test('a user revokes another session, which is told why it is signed out, at once', async () => {
    const other = await site.signIn('alice');
    await shows(other.getByText('This session'));
    const page = await site.signIn('alice');
    await shows(page.getByText('This session'));
    await confirm(page, page, 'Revoke');
    await shows(page.getByText('The session is revoked.'));
    await page.getByRole('button', { name: 'Revoke', exact: true }).waitFor({ state: 'detached' });
    await shows(page.locator(':focus', { hasText: /^Sessions$/ }));
    await shows(other.getByRole('button', { name: 'Sign in' }));
    expect(await shows(other.getByText('Your session has ended: it was signed out elsewhere'))).toBe(true);
    expect(await seriousFaults(other)).toEqual([]);
    await shows(page.getByText('alice'));
    await page.getByRole('button', { name: 'Sign out' }).click();
    expect(await shows(page.getByText('You are signed out.'))).toBe(true);
  });

  test('the focus stays in the view when its button, or the dialog, goes later than the answer', async () => {
    const { auth } = site.server;
    const alice = await auth.users.findByUsername('alice');
    if (alice === null) throw new Error('There is no alice.');
    for (const userAgent of ['Phone/1', 'Tablet/1']) {
      await auth.tokens.forUser(alice, { client: { userAgent, ipAddress: '192.0.2.9' } });
    }
    const { visitor, page } = await site.visit('alice');
    const reload = () => page.evaluate(() => dispatchEvent(new Event('online')));
    const heading = page.locator('h2:focus', { hasText: /^Sessions$/ });
    const button = (device: string) => page.getByRole('listitem', { name: device }).getByRole('button');
    await visitor.intercept('sessionRevoke', (route) => route.fulfill({ json: { data: { sessionRevoke: true } } }));
    await confirm(page, page.getByRole('listitem', { name: 'Phone' }), 'Revoke');
    await shows(page.getByText('The session is revoked.'));
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
    await shows(page.locator('button:focus', { hasText: /^Revoke$/ })); // its session is still there
    const end = async (device: string) => {
      const session = (await auth.sessions.list(alice.id)).find(({ userAgent }) => userAgent === `${device}/1`);
      await auth.sessions.revoke(alice.id, session?.id ?? '');
      await reload();
    };
    await end('Phone');
    await button('Phone').waitFor({ state: 'detached' });
    await shows(heading);
    await button('Tablet').click();
    await shows(page.locator('[role=alertdialog] :focus'));
    await end('Tablet');
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
    expect(await shows(heading)).toBe(true);
  });

  test('a user who is no admin sees nothing of administration, by its address neither', async () => {
    const page = await site.signIn('alice');
    await shows(page.getByText('This session'));
    const links = page.getByRole('navigation').getByRole('link');
    expect(await links.allTextContents()).toEqual(['Sessions', 'Security', 'Account']);
    await page.goto(`${page.url().replace(/#.*/, '')}#/users`);
    expect(await shows(page.getByRole('heading', { name: 'Nothing here' }))).toBe(true);
  });

  test('every view has an address that a reload and the Back button know', async () => {
    const page = await site.signIn('root');
    await openUser(page, 'alice');
    await shows(page.locator(':focus', { hasText: /^alice$/ }));
    expect(await page.title()).toBe('alice · graphql-simplejwt');
    const { href } = new URL(page.url());
    await page.reload();
    await shows(page.getByRole('heading', { level: 2, name: 'alice' }));
    expect(page.url()).toBe(href);
    await go(page, 'Keys');
    await shows(page.locator(':focus', { hasText: /^Keys$/ })); // and by then the page has its title
    expect(await page.title()).toBe('Keys · graphql-simplejwt');
    await page.goBack();
    expect(await shows(page.getByRole('heading', { level: 2, name: 'alice' }))).toBe(true);
    await page.goto(`${href.replace(/#.*/, '')}#/users/nobody`);
    expect(await shows(page.getByRole('heading', { name: 'No such user' }))).toBe(true);
  });

  test('shows of a server what it has on, and nothing else', async () => {
    const page = await site.signIn('root');
    const links = page.getByRole('navigation').getByRole('link');
    await shows(links);
    expect(await links.allTextContents()).not.toContain('Audit');
    await go(page, 'Settings');
    await shows(page.getByRole('heading', { level: 3, name: 'Details' }));
    expect(await page.getByRole('heading', { level: 3 }).allTextContents()).toEqual(['Password', 'Details']);
    await openUser(page, 'alice');
    await shows(page.getByRole('button', { name: 'Deactivate' }));
    const buttons = await page.getByRole('main').getByRole('button').allTextContents();
    expect(buttons).toEqual(['Make admin', 'Deactivate']);
  });

  test('a user changes the password, and stays signed in', async () => {
    const page = await site.signIn('alice');
    await go(page, 'Security');
    await page.getByLabel('Current password').fill(PASSWORD);
    await page.getByLabel('New password').fill('violet-anchor-tundra-93');
    await page.getByRole('button', { name: 'Change password' }).click();
    await shows(page.getByText('The password is changed'));
    await page.reload();
    await go(page, 'Sessions');
    await shows(page.getByText('This session'));
    const again = await site.signIn('alice');
    expect(await shows(again.getByRole('alert').getByText('No active account'))).toBe(true);
  });

  test('an admin finds a user and revokes all their sessions, which signs the user out', async () => {
    const alice = await site.signIn('alice');
    await shows(alice.getByText('This session'));
    const page = await site.signIn('root');
    await go(page, 'Users');
    await page.getByLabel('Search by any part').fill('lic');
    await shows(page.getByText('1 user', { exact: true }));
    await page.getByRole('link', { name: 'alice' }).click();
    await confirm(page, page, 'Revoke all');
    await shows(page.getByText('No sessions.'));
    expect(await shows(alice.getByRole('button', { name: 'Sign in' }))).toBe(true);
  });

  test('an admin who thinks better of it has shut nobody out, one who does not has', async () => {
    const page = await site.signIn('root');
    await openUser(page, 'alice');
    await page.getByRole('button', { name: 'Deactivate' }).click();
    expect(await shows(page.getByRole('alertdialog', { name: 'Deactivate alice?' }))).toBe(true);
    expect(await seriousFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('alertdialog').waitFor({ state: 'hidden' });
    await shows(page.locator(':focus', { hasText: /^Deactivate$/ }));
    expect((await site.server.auth.users.findByUsername('alice'))?.isActive).toBe(true);
    await confirm(page, page, 'Deactivate');
    await shows(page.getByText('Cannot sign in: the account is deactivated.'));
    await confirm(page, page, 'Make admin');
    await shows(page.getByText('admin', { exact: true }));
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
    expect(await shows(page.getByRole('heading', { name: 'Overview' }))).toBe(true);
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
