import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, jest, test } from '@jest/globals';
import type { Hooks } from '../../src/contracts/hooks.ts';
import type { SettingsInput } from '../../src/contracts/settings/settings-table.ts';
import { RingWatch } from '../../src/core/keys/ring-watch.ts';
import { createAuth, type Auth } from '../../src/graphql/auth.ts';
import { keeperOf, kidOf } from '../support/ring.ts';
import { PASSWORD, TEST_KEY } from '../support/server.ts';
import { describeEachStore, newPlace, type Place } from '../support/stores.ts';

describeEachStore('the library', (kind) => {
  let auth: Auth;
  let place: Place;
  const open = async (options: SettingsInput & Hooks = {}) => {
    place = newPlace(kind);
    auth = await createAuth({ signingKey: TEST_KEY, passwordHashCost: 4, ...place.options, ...options });
    return auth.users.create({ username: 'alice', password: PASSWORD });
  };
  afterEach(async () => {
    await auth.close();
    await place.remove();
  });
  const claimsOf = async (token: string) => (await auth.tokens.verify(token)).claims;
  const requestWith = (token: string) => ({ req: { headers: { authorization: `Bearer ${token}` } } });

  test('mints tokens with claims of your own, which refreshing carries along', async () => {
    const alice = await open();
    const pair = await auth.tokens.forUser(alice, { claims: { plan: 'gold', seats: 3 } });
    expect(await claimsOf(pair.access.token)).toMatchObject({ plan: 'gold', seats: 3, token_type: 'access' });
    const refreshed = await auth.tokens.refresh(pair.refresh.token);
    expect(await claimsOf(refreshed.access.token)).toMatchObject({ plan: 'gold', seats: 3 });
    expect(await claimsOf(refreshed.refresh.token ?? '')).toMatchObject({
      plan: 'gold',
      seats: 3,
      token_type: 'refresh',
    });
  });

  test('takes claims from a hook, and lets none of them replace what makes a token', async () => {
    const alice = await open({
      claims: () => ({
        since: new Date(0),
        user_id: 'somebody else',
        jti: 'mine',
        exp: 9e9,
        sid: 'other',
        token_type: 'x',
      }),
    });
    const pair = await auth.tokens.forUser(alice);
    const claims = await claimsOf(pair.access.token);
    expect(claims).toMatchObject({ since: '1970-01-01T00:00:00.000Z', user_id: alice.id, token_type: 'access' });
    expect(claims['jti']).not.toBe('mine');
    expect(claims['sid']).not.toBe('other');
    expect(claims['exp']).toBeLessThan(9e9);
  });

  test('encodes claims that are not JSON with the encoder given', async () => {
    const jsonEncoder: Hooks['jsonEncoder'] = (_key, value) =>
      value instanceof Map ? Object.fromEntries(value) : value;
    const alice = await open({ jsonEncoder });
    const pair = await auth.tokens.forUser(alice, { claims: { scopes: new Map([['read', true]]) } });
    expect(await claimsOf(pair.access.token)).toMatchObject({ scopes: { read: true } });
  });

  test('guards fields by login and by role', async () => {
    const alice = await open();
    const editor = await auth.tokens.forUser(alice, { claims: { roles: ['editor'] } });
    const reader = await auth.tokens.forUser(alice);
    const check = async (token: string, roles: readonly string[]) => {
      const context = await auth.context(requestWith(token));
      return auth.guard({ context }, roles);
    };
    expect(await check(reader.access.token, [])).toBe(true);
    expect(await check(editor.access.token, ['admin', 'editor'])).toBe(true);
    const denied = { extensions: { code: 'FORBIDDEN', reason: 'permission_denied' } };
    await expect(check(reader.access.token, ['editor'])).rejects.toMatchObject(denied);
    await expect(check(editor.access.token, ['admin'])).rejects.toMatchObject(denied);
    await expect(check('nonsense', ['admin'])).rejects.toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } });
  });

  test('reads the header only when asked, and then once', async () => {
    const alice = await open();
    const { access } = await auth.tokens.forUser(alice);
    const stale = await auth.context(requestWith('nonsense'));
    await expect(stale.auth.authenticate()).rejects.toMatchObject({ extensions: { reason: 'token_not_valid' } });
    const { auth: request } = await auth.context(requestWith(access.token));
    expect(request.authenticate()).toBe(request.authenticate());
    expect((await request.authenticate()).user).toEqual(alice);
  });

  test('notes where a sign-in came from', async () => {
    const alice = await open();
    await auth.tokens.forUser(alice, { client: { userAgent: 'x'.repeat(1000), ipAddress: '192.0.2.1' } });
    const [session] = await auth.sessions.list(alice.id);
    expect(session).toMatchObject({ userAgent: 'x'.repeat(256), ipAddress: '192.0.2.1' });
  });

  test.each([
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:10000', '192.0.2.1'],
    ['"[2001:DB8::1]:443"', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['x'.repeat(4000), null],
    ['unknown', null],
    ['', null],
  ])(
    'S47: has one spelling of an address that it is given, and none of what is no address: %s',
    async (ip, address) => {
      const alice = await open();
      const socket = { remoteAddress: '203.0.113.1' };
      for (const req of [
        { headers: {}, ip, socket },
        { headers: {}, socket: { remoteAddress: ip } },
      ]) {
        expect((await auth.context({ req })).auth.client).toEqual({ userAgent: null, ipAddress: address });
      }
      await auth.tokens.forUser(alice, { client: { userAgent: null, ipAddress: ip } });
      expect((await auth.sessions.list(alice.id))[0]).toMatchObject({ ipAddress: address });
    },
  );

  test('keeps its secrets to itself', async () => {
    const alice = await open();
    expect(Object.keys(alice).toSorted()).toEqual([
      'createdAt',
      'id',
      'isActive',
      'isAdmin',
      'lastLogin',
      'passwordChangedAt',
      'username',
    ]);
    const { auth: request } = await auth.context({ req: { headers: {} } });
    expect(JSON.stringify(request)).not.toContain(TEST_KEY);
  });

  test('signs with a ring of keys, gives its public keys to be served, and stops watching it when it is closed', async () => {
    const keysDir = mkdtempSync(join(tmpdir(), 'simplejwt-ring-'));
    const { kid } = await keeperOf(keysDir).generate('ES256');
    const closed = jest.spyOn(RingWatch.prototype, 'close');
    const alice = await open({ keysDir });
    try {
      expect(auth.publicKeys()).toMatchObject({ keys: [{ kid, alg: 'ES256', use: 'sig' }] });
      const pair = await auth.tokens.forUser(alice);
      expect(kidOf(pair.access.token)).toBe(kid);
      const { user } = await (await auth.context(requestWith(pair.access.token))).auth.authenticate();
      expect(user.username).toBe('alice');
      expect(closed).not.toHaveBeenCalled();
      await auth.close();
      expect(closed).toHaveBeenCalledTimes(1);
    } finally {
      rmSync(keysDir, { recursive: true });
    }
  });
});
