import { describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { PASSWORD } from '../support/server.ts';
import { confirm, siteForEachTest, type ConsoleSite } from './console-site.ts';
import { overflow, seriousFaults, shows } from './visitor.ts';

const NARROW = { viewport: { width: 360, height: 800 } };

describe('the lists of the console', () => {
  let site: ConsoleSite;
  siteForEachTest((opened) => (site = opened));

  const focused = (page: Page) => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
  const usersOn = (page: Page) => page.getByRole('region', { name: 'Users' });
  const find = (username: string) => site.server.auth.users.findByUsername(username);

  test('more users than a page holds are loaded page by page, and keep their places when they are changed', async () => {
    const marys = Array.from({ length: 43 }, (_, index) => `mary${index + 10}`);
    for (const username of marys) await site.server.auth.users.create({ username, password: PASSWORD });
    const page = await site.signIn('root', NARROW);
    const users = usersOn(page);
    await shows(users.getByRole('status').getByText('20 users so far'));
    expect(await users.getByRole('listitem').count()).toBe(20);
    await users.getByRole('button', { name: 'Load more' }).click();
    await shows(users.getByRole('status').getByText('40 users so far'));
    expect(await focused(page)).toBe('mary29'); // after alice and mary10 to mary28
    await users.getByRole('button', { name: 'Load more' }).click();
    await shows(users.getByRole('status').getByText('45 users', { exact: true }));
    expect(await users.getByRole('button', { name: 'Load more' }).count()).toBe(0);
    const names = await users
      .getByRole('listitem')
      .evaluateAll((rows) => rows.map((row) => row.getAttribute('aria-label')));
    expect(names).toEqual(['alice', ...marys, 'root']);
    const row = users.getByRole('listitem', { name: 'mary40' });
    await confirm(page, row, 'Deactivate');
    await shows(row.getByText('inactive'));
    expect(await users.getByRole('listitem').count()).toBe(45);
    expect(await overflow(page)).toBe(0);
    await users.getByLabel('Name begins with').fill('nobody of this name');
    await shows(users.getByText('No user whose name begins with “nobody of this name”.'));
    expect(await seriousFaults(page)).toEqual([]);
  });

  test('an admin makes an admin and unmakes one, shuts somebody out and lets them in again', async () => {
    const page = await site.signIn('root');
    const row = page.getByRole('listitem', { name: 'alice' });
    await confirm(page, row, 'Make admin');
    await shows(row.getByText('admin', { exact: true }));
    expect(await find('alice')).toMatchObject({ isAdmin: true });
    await confirm(page, row, 'Take admin away');
    await shows(row.getByRole('button', { name: 'Make admin' }));
    expect(await find('alice')).toMatchObject({ isAdmin: false });
    await confirm(page, row, 'Deactivate');
    await shows(row.getByText('inactive'));
    expect(await find('alice')).toMatchObject({ isActive: false });
    await confirm(page, row, 'Activate');
    await shows(row.getByRole('button', { name: 'Deactivate' }));
    expect(await find('alice')).toMatchObject({ isActive: true });
    const own = page.getByRole('listitem', { name: 'root' });
    expect(await own.getByRole('button').allTextContents()).toEqual(['Sessions']); // the rest would be refused
  });

  test('many sessions of a user are shown a page at a time, and ended one by one', async () => {
    const alice = await find('alice');
    if (alice === null) throw new Error('There is no alice.');
    for (let index = 0; index < 23; index += 1) {
      site.server.clock.advance(1); // the newest comes first
      await site.server.auth.tokens.forUser(alice, { client: { userAgent: `Phone ${index}`, ipAddress: '192.0.2.1' } });
    }
    const page = await site.signIn('root', NARROW);
    const row = page.getByRole('listitem', { name: 'alice' });
    await row.getByRole('button', { name: 'Sessions', exact: true }).click();
    const sessions = row.getByRole('group', { name: 'Sessions of alice' });
    await shows(sessions.getByText('Phone 22', { exact: true }));
    expect(await sessions.getByRole('listitem').count()).toBe(20);
    await sessions.getByRole('button', { name: 'Show 3 more of 3' }).click();
    const oldest = sessions.getByRole('listitem').filter({ hasText: 'Phone 0' });
    await shows(oldest);
    await confirm(page, oldest, 'End');
    await oldest.waitFor({ state: 'detached' });
    expect(await sessions.getByRole('listitem').count()).toBe(22);
    expect(await site.server.auth.sessions.list(alice.id)).toHaveLength(22);
    expect(await overflow(page)).toBe(0);
    expect(await seriousFaults(page)).toEqual([]);
  });

  test('shows what happened in the time zone of the browser, as a table too', async () => {
    const page = await site.signIn('root', { timezoneId: 'Australia/Adelaide' });
    const activity = page.getByRole('region', { name: 'Activity of the last day' });
    await shows(activity.getByText('in the time zone of this browser, Australia/Adelaide'));
    await activity.getByText('As a table').click();
    const heads = await activity.getByRole('columnheader').allTextContents();
    expect(heads).toEqual(['Hour', 'Sign-ins', 'Refused sign-ins', 'Refreshes', 'Reused tokens']);
    const now = activity.getByRole('row').last();
    expect(await now.getByRole('rowheader').textContent()).toMatch(/^\w{3} \d\d:30$/); // half an hour off UTC
    expect(await now.getByRole('cell').allTextContents()).toEqual(['1', '0', '0', '0']);
  });
});
