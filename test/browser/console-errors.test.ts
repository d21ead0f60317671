import { describe, expect, test } from '@jest/globals';
import type { Route } from 'playwright-core';
import { confirm, siteForEachTest, type ConsoleSite } from './console-site.ts';
import { overflow, seriousFaults, shows } from './visitor.ts';

describe('what the console says when something goes wrong', () => {
  let site: ConsoleSite;
  siteForEachTest((opened) => (site = opened));

  test('a proxy that answers instead of the server is told apart from it', async () => {
    const { visitor, page } = await site.visit('root');
    await shows(page.getByText('This session'));
    await visitor.intercept('userUpdate', (route) =>
      route.fulfill({ status: 502, contentType: 'text/html', body: '<html><h1>502 Bad Gateway</h1></html>' }),
    );
    const row = page.getByRole('listitem', { name: 'alice' });
    await confirm(page, row, 'Deactivate');
    expect(await shows(row.getByRole('alert').getByText(/Expected GraphQL from \/graphql, got HTTP 502\. Try/))).toBe(
      true,
    );
    expect(await seriousFaults(page)).toEqual([]);
  });

  test('says what it waits for, and asks again where there was no answer', async () => {
    const { visitor, page } = await site.visit('root', { viewport: { width: 360, height: 800 } });
    await shows(page.getByText('This session'));
    const lists = [
      ['sessions', 'My sessions', 'your sessions', 'This session'],
      ['users', 'Users', 'users', 'alice'],
      ['keys', 'Keys', 'keys', 'HS256'],
      ['activity', 'Activity of the last day', 'activity', 'As a table'],
    ] as const;
    const held: Route[] = [];
    const stops = await Promise.all(
      lists.map(([field]) => visitor.intercept(field, (route) => Promise.resolve(void held.push(route)))),
    );
    await page.reload();
    for (const [, name, what] of lists) {
      const region = page.getByRole('region', { name });
      await shows(region.getByRole('status').getByText(`Loading ${what}…`));
      expect(await region.locator('[aria-busy=true]').count()).toBe(1);
    }
    expect(await seriousFaults(page)).toEqual([]);
    const failed = { message: 'Internal server error', extensions: { code: 'INTERNAL_SERVER_ERROR' } };
    for (const route of held) await route.fulfill({ json: { data: null, errors: [failed] } });
    for (const [, name] of lists) {
      await shows(
        page
          .getByRole('region', { name })
          .getByRole('alert')
          .getByText(/Its log says why\. Try again in/),
      );
    }
    expect(await seriousFaults(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    for (const stop of stops) await stop();
    for (const [, name, , sign] of lists) {
      const region = page.getByRole('region', { name });
      await region.getByRole('button', { name: 'Try again' }).click();
      await shows(region.getByText(sign, { exact: true }));
      expect(await region.getByRole('button', { name: 'Try again' }).count()).toBe(0);
      expect(await region.locator('[aria-busy=true]').count()).toBe(0);
    }
  });

  test('a network that is gone, and a role that is gone, are told apart', async () => {
    const { visitor, page } = await site.visit('root');
    const row = page.getByRole('listitem', { name: 'alice' });
    await shows(row);
    await visitor.goOffline();
    await confirm(page, row, 'Make admin');
    expect(await shows(row.getByRole('alert').getByText(/cannot be reached. Try again when online/))).toBe(true);
    await visitor.goOnline();
    const root = await site.server.auth.users.findByUsername('root');
    await site.server.auth.users.change(root?.id ?? '', { isAdmin: false });
    await confirm(page, row, 'Make admin');
    expect(await shows(row.getByRole('alert').getByText(/Only an admin can do this/))).toBe(true);
    await page.getByLabel('Name begins with').fill('root');
    const users = page.getByRole('region', { name: 'Users' });
    await shows(users.getByRole('alert').getByText(/Only an admin/));
    expect(await users.getByRole('listitem').count()).toBe(0); // they were no answer to this search
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
    await confirm(page, page, 'End the others');
    expect(await shows(page.getByRole('status').getByText(`Your session has ended: ${words}`))).toBe(true);
  });
});
