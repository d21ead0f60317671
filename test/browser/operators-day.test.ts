import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { keeperOf } from '../support/ring.ts';
import { ALL_ROOMS, PASSWORD } from '../support/server.ts';
import { confirm, ConsoleSite, go } from './console-site.ts';
import { launchBrowser, seriousFaults, shows } from './visitor.ts';

describe("an operator's day in the console", () => {
  let folder: string;
  let browser: Browser;
  let site: ConsoleSite;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'simplejwt-ring-'));
    await keeperOf(folder).generate('ES256');
    browser = await launchBrowser();
    site = await ConsoleSite.start(browser, { ...ALL_ROOMS, KEY_ADMINISTRATION: 'on', JWT_KEYS_DIR: folder });
  });
  afterAll(async () => {
    try {
      await site.close();
    } finally {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('finds a user, lets them in, ends their sessions, resets, gives a role, rotates keys and reads what happened', async () => {
    const { auth } = site.server;
    const dinah = await auth.users.create({ username: 'dinah', password: PASSWORD, email: 'd.liddell@wonder.example' });
    const root = await auth.users.findByUsername('root');
    await auth.users.change(dinah.id, { isActive: false }, { actorId: root?.id ?? '' });
    const page = await site.signIn('root');

    await go(page, 'Users');
    await page.getByLabel('Search by any part').fill('liddell@wonder');
    await shows(page.getByText('1 user', { exact: true }));
    await page.getByRole('link', { name: 'dinah' }).click();
    await shows(page.getByText('Cannot sign in: the account is deactivated.'));
    await shows(page.getByRole('region', { name: 'Events' }).getByText('Account deactivated by root'));
    await confirm(page, page, 'Activate');
    await shows(page.getByText('dinah can sign in.'));
    expect(await auth.users.find(dinah.id)).toMatchObject({ isActive: true });

    await auth.tokens.forUser(dinah, { client: { userAgent: 'okhttp/4.12', ipAddress: '192.0.2.7' } });
    await page.reload();
    await shows(page.getByRole('listitem', { name: 'okhttp' }));
    await confirm(page, page, 'Revoke all');
    await shows(page.getByText('No sessions.'));
    expect(await auth.sessions.list(dinah.id)).toEqual([]);

    await confirm(page, page, 'Send reset link');
    await shows(page.getByText('A link was sent to d.liddell@wonder.example.'));
    await page.getByLabel('New password of dinah').fill('violet-anchor-tundra-93');
    await page.getByRole('button', { name: 'Set password' }).click();
    await shows(page.getByText('The password of dinah is set'));

    await page.getByLabel('Role', { exact: true }).fill('EDITOR');
    await page.getByRole('button', { name: 'Add role' }).click();
    await shows(page.getByText('dinah has the role EDITOR.'));
    expect(await auth.users.find(dinah.id)).toMatchObject({ roles: ['EDITOR'] });
    expect(await seriousFaults(page)).toEqual([]);

    await go(page, 'Keys');
    await confirm(page, page, 'Rotate keys');
    await shows(page.getByText('A new key is published.'));
    await shows(page.getByText('published', { exact: true }));
    expect((await keeperOf(folder).list()).keys).toHaveLength(2);

    await go(page, 'Audit');
    const events = page.getByRole('region', { name: 'All events' });
    await shows(events.getByText('Key ring rotated'));
    for (const text of ['Roles changed by root', 'Account activated by root', 'Sessions ended by root'])
      await shows(events.getByRole('listitem').filter({ hasText: `dinah: ${text}` }));
    expect(await seriousFaults(page)).toEqual([]);
  });

  test('invites a user, and deletes one, after confirming again who they are', async () => {
    const { auth, clock } = site.server;
    await auth.users.create({ username: 'bill', password: PASSWORD });
    const page = await site.signIn('root');
    await go(page, 'Users');
    clock.advance(601);
    await page.getByRole('button', { name: 'Invite user' }).click();
    const invite = page.getByRole('dialog', { name: 'Invite user' });
    await invite.getByLabel('Username').fill('mabel');
    await invite.getByLabel('E-mail address').fill('mabel@wonder.example');
    await invite.getByRole('button', { name: 'Invite user' }).click();
    const stepUp = page.getByRole('dialog', { name: 'Confirm that it is you' });
    await stepUp.getByLabel('Password').fill('not the password');
    await stepUp.getByRole('button', { name: 'Confirm' }).click();
    await shows(stepUp.getByRole('alert').getByText(/password/i));
    expect(await seriousFaults(page)).toEqual([]);
    await stepUp.getByLabel('Password').fill(PASSWORD);
    await stepUp.getByRole('button', { name: 'Confirm' }).click();
    await shows(page.getByRole('heading', { level: 2, name: 'mabel' }));
    expect(await auth.users.findByUsername('mabel')).toMatchObject({ email: 'mabel@wonder.example' });
    await go(page, 'Users');
    await page.getByRole('link', { name: 'bill' }).click();
    await confirm(page, page, 'Delete user');
    await shows(page.getByRole('heading', { level: 2, name: 'Users' }));
    expect(await auth.users.findByUsername('bill')).toBeNull();
  });
});
