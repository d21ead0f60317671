import { describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { PASSWORD } from '../support/server.ts';
import { confirm, go, openUser, siteForEachTest, type ConsoleSite } from './console-site.ts';
import { overflow, seriousFaults, shows } from './visitor.ts';

const NARROW = { viewport: { width: 360, height: 800 } };

describe('the lists of the console', () => {
  let site: ConsoleSite;
  siteForEachTest((opened) => (site = opened));

  const usersOn = (page: Page) => page.getByRole('region', { name: 'All users' });
  const find = (username: string) => site.server.auth.users.findByUsername(username);

  test('more users than a page holds are loaded page by page, with how many there are', async () => {
    const marys = Array.from({ length: 43 }, (_, index) => `mary${index + 10}`);
    for (const username of marys) await site.server.auth.users.create({ username, password: PASSWORD });
    const page = await site.signIn('root', NARROW);
    await go(page, 'Users');
    const users = usersOn(page);
    await shows(users.getByRole('status').getByText('20 of 45 users'));
    expect(await users.getByRole('listitem').count()).toBe(20);
    await users.getByRole('button', { name: 'Load more' }).click();
    await shows(users.getByRole('status').getByText('40 of 45 users'));
    await shows(page.locator('[aria-label=mary29]:focus')); // after alice and mary10 to mary28
    await users.getByRole('button', { name: 'Load more' }).click();
    await shows(users.getByRole('status').getByText('45 users', { exact: true }));
    await users.getByRole('button', { name: 'Load more' }).waitFor({ state: 'detached' });
    const names = await users
      .getByRole('listitem')
      .evaluateAll((rows) => rows.map((row) => row.getAttribute('aria-label')));
    expect(names).toEqual(['alice', ...marys, 'root']);
    expect(await overflow(page)).toBe(0);
    await users.getByLabel('Search by any part').fill('nobody of this name');
    await shows(users.getByText('No user with “nobody of this name” in name or address.'));
    expect(await seriousFaults(page)).toEqual([]);
  });

  test('an admin makes an admin and unmakes one, shuts somebody out and lets them in again', async () => {
    const page = await site.signIn('root');
    await openUser(page, 'alice');
    await confirm(page, page, 'Make admin');
    await shows(page.getByText('admin', { exact: true }));
    expect(await find('alice')).toMatchObject({ isAdmin: true });
    await confirm(page, page, 'Remove admin');
    await shows(page.getByRole('button', { name: 'Make admin' }));
    expect(await find('alice')).toMatchObject({ isAdmin: false });
    await confirm(page, page, 'Deactivate');
    await shows(page.getByText('inactive', { exact: true }));
    expect(await find('alice')).toMatchObject({ isActive: false });
    await confirm(page, page, 'Activate');
    await shows(page.getByRole('button', { name: 'Deactivate' }));
    expect(await find('alice')).toMatchObject({ isActive: true });
    await openUser(page, 'root');
    await shows(page.getByText('This is your own account'));
    expect(await page.getByRole('button', { name: /admin|ctivate/ }).count()).toBe(0); // they would be refused
  });

  test('many sessions of a user are shown a page at a time, by their devices, and revoked one by one', async () => {
    const alice = await find('alice');
    if (alice === null) throw new Error('There is no alice.');
    for (let index = 0; index < 23; index += 1) {
      site.server.clock.advance(1); // the newest comes first
      await site.server.auth.tokens.forUser(alice, {
        client: { userAgent: `Phone${index}/1`, ipAddress: '192.0.2.1' },
      });
    }
    const page = await site.signIn('root', NARROW);
    await openUser(page, 'alice');
    const sessions = page.getByRole('region', { name: 'Sessions' });
    await shows(sessions.getByText('Phone22', { exact: true }));
    expect(await sessions.getByRole('listitem').count()).toBe(20);
    await sessions.getByRole('button', { name: 'Show 3 more of 3' }).click();
    const oldest = sessions.getByRole('listitem', { name: 'Phone0', exact: true });
    await oldest.getByText('User agent').click();
    await shows(oldest.getByText('Phone0/1'));
    await confirm(page, oldest, 'Revoke');
    await oldest.waitFor({ state: 'detached' });
    expect(await sessions.getByRole('listitem').count()).toBe(22);
    expect(await site.server.auth.sessions.list(alice.id)).toHaveLength(22);
    expect(await overflow(page)).toBe(0);
    expect(await seriousFaults(page)).toEqual([]);
  });

  test('shows what happened in the time zone of the browser, as a table too', async () => {
    const page = await site.signIn('root', { timezoneId: 'Australia/Adelaide' });
    await go(page, 'Activity');
    await shows(page.getByText('in the time zone of this browser, Australia/Adelaide'));
    await page.getByText('As a table').click();
    const table = page.getByRole('table');
    const heads = await table.getByRole('columnheader').allTextContents();
    expect(heads).toEqual(['Hour', 'Sign-ins', 'Refused sign-ins', 'Refreshes', 'Reused tokens']);
    const now = table.getByRole('row').last();
    expect(await now.getByRole('rowheader').textContent()).toMatch(/^\w{3} \d\d:30$/); // half an hour off UTC
    expect(await now.getByRole('cell').allTextContents()).toEqual(['1', '0', '0', '0']);
    await page.getByRole('button', { name: 'Week' }).click();
    await shows(table.getByRole('row').nth(168));
  });
});
