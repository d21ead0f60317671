import { describe, expect, test } from '@jest/globals';
import type { Route } from 'playwright-core';
import { confirm, go, openUser, siteForEachTest, type ConsoleSite } from './console-site.ts';
import { again, overflow, seriousFaults, shows } from './visitor.ts';

describe('what the console says when something goes wrong', () => {
  let site: ConsoleSite;
  siteForEachTest((opened) => (site = opened));

  test('a proxy that answers instead of the server is told apart from it', async () => {
    const { visitor, page } = await site.visit('root');
    await openUser(page, 'alice');
    await visitor.intercept('userUpdate', (route) =>
      route.fulfill({ status: 502, contentType: 'text/html', body: '<html><h1>502 Bad Gateway</h1></html>' }),
    );
    await confirm(page, page, 'Deactivate');
    const region = page.getByRole('region', { name: 'Danger zone' });
    const alert = region.getByRole('alert').getByText(/Expected GraphQL from \/graphql, got HTTP 502\. Try/);
    expect(await shows(alert)).toBe(true);
    expect(await seriousFaults(page)).toEqual([]);
  });

  test('says what it waits for, and asks again where there was no answer', async () => {
    const { visitor, page } = await site.visit('root', { viewport: { width: 360, height: 800 } });
    const views = [
      ['sessions', 'Sessions', 'your sessions', 'This session'],
      ['users', 'Users', 'users', 'alice'],
      ['keys', 'Keys', 'keys', 'HS256'],
      ['services', 'Services', 'services', 'No services yet.'],
      ['activity', 'Activity', 'activity', 'As a table'],
    ] as const;
    const failed = { message: 'Internal server error', extensions: { code: 'INTERNAL_SERVER_ERROR' } };
    await shows(page.getByRole('heading', { name: 'Overview' }));
    for (const [field, view, what, sign] of views) {
      const held: Route[] = [];
      const stop = await visitor.intercept(field, (route) => Promise.resolve(void held.push(route)));
      await go(page, view);
      const main = page.getByRole('main');
      await shows(main.getByRole('status').getByText(`Loading ${what}…`));
      await again(() => Promise.resolve(), main.locator('.card [aria-busy=true]'));
      expect(await seriousFaults(page)).toEqual([]);
      for (const route of held) await route.fulfill({ json: { data: null, errors: [failed] } });
      await shows(main.getByRole('alert').getByText(/Its log says why\. Try again in/));
      expect(await seriousFaults(page)).toEqual([]);
      expect(await overflow(page)).toBe(0);
      await stop();
      await main.getByRole('button', { name: 'Try again' }).click();
      await shows(main.getByText(sign, { exact: true }));
      await main.getByRole('button', { name: 'Try again' }).waitFor({ state: 'detached' });
    }
  });

  test('keeps what it shows while it is offline, and loads it again afterwards', async () => {
    const { visitor, page } = await site.visit('alice');
    await shows(page.getByText('This session'));
    await visitor.goOffline();
    await shows(page.getByText('You are offline.'));
    expect(await page.getByText('This session').count()).toBe(1);
    expect(await seriousFaults(page)).toEqual([]);
    const before = visitor.count('sessions');
    await visitor.goOnline();
    await page.getByText('You are offline.').waitFor({ state: 'detached' });
    await again(() => Promise.resolve(), page.getByText('This session'));
    expect(visitor.count('sessions')).toBeGreaterThan(before);
  });

  test('a network that is gone, and a role that is gone, are told apart', async () => {
    const { visitor, page } = await site.visit('root');
    await openUser(page, 'alice');
    const actions = page.getByRole('region', { name: 'Actions' });
    await visitor.goOffline();
    await confirm(page, page, 'Make admin');
    expect(await shows(actions.getByRole('alert').getByText(/cannot be reached. Try again when online/))).toBe(true);
    await visitor.goOnline();
    const root = await site.server.auth.users.findByUsername('root');
    await site.server.auth.users.change(root?.id ?? '', { isAdmin: false });
    await confirm(page, page, 'Make admin');
    expect(await shows(actions.getByRole('alert').getByText(/Only an admin can do this/))).toBe(true);
    await page.goBack();
    await shows(
      page
        .getByRole('main')
        .getByRole('alert')
        .getByText(/Only an admin/),
    );
    expect(await page.getByRole('main').getByRole('listitem').count()).toBe(0);
  });

  test.each([
    [
      'token_blacklisted',
      'it was signed out elsewhere or by an admin, or ended because its refresh token was used twice.',
    ],
    ['session_revoked', 'it was signed out elsewhere or by an admin, or has reached its end.'],
    ['user_inactive', 'the account is not active. Ask an admin to activate it.'],
    ['user_not_found', 'the account does not exist any more.'],
  ])('whose session has ended is told why: %s', async (reason, words) => {
    const { visitor, page } = await site.visit('alice');
    await shows(page.getByText('This session'));
    const refusal = { message: 'Refused', extensions: { code: 'UNAUTHENTICATED', reason } };
    const refuse = (route: Route) => route.fulfill({ json: { errors: [refusal] } });
    await visitor.intercept('tokenRefresh', refuse);
    await visitor.intercept('sessionRevokeOthers', refuse);
    await confirm(page, page, 'Revoke all others');
    expect(await shows(page.getByRole('status').getByText(`Your session has ended: ${words}`))).toBe(true);
  });
});
