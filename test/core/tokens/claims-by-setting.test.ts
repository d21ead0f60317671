import { afterEach, describe, expect, test } from '@jest/globals';
import { SettingsError, settingsFromEnvironment } from '../../../src/contracts/settings/settings.ts';
import { showSettings } from '../../../src/contracts/settings/shown-settings.ts';
import { createAuth, type Auth, type AuthOptions } from '../../../src/graphql/auth.ts';
import { createTokenVerifier } from '../../../src/verifier/index.ts';
import { claimsOf } from '../../support/forge.ts';
import { PASSWORD, TEST_KEY } from '../../support/server.ts';
import { describeEachStore, newPlace, type Place } from '../../support/stores.ts';

const NAMED = '{"sub":"$id","username":"$username","roles":"$roles"}';

describeEachStore('claims by setting', (kind) => {
  let auth: Auth;
  let place: Place;
  const open = async (options: Partial<AuthOptions>) => {
    place = newPlace(kind);
    auth = await createAuth({ signingKey: TEST_KEY, passwordHashCost: 4, ...place.options, ...options });
    return auth.users.create({ username: 'alice', password: PASSWORD });
  };
  afterEach(async () => {
    await auth.close();
    await place.remove();
  });

  test('are in access and sliding tokens, as the account is whenever one is made, and in no refresh token', async () => {
    const alice = await open({ accessClaims: NAMED, authTokenClasses: ['access', 'sliding'] });
    const pair = await auth.tokens.forUser(alice);
    const said = { sub: alice.id, username: 'alice', user_id: alice.id };
    expect(claimsOf(pair.access.token)).toMatchObject({ ...said, roles: [] });
    expect(Object.keys(claimsOf(pair.refresh.token))).not.toEqual(expect.arrayContaining(['sub']));
    const sliding = await auth.tokens.slidingForUser(alice);
    await auth.users.change(alice.id, { isAdmin: true });
    const refreshed = await auth.tokens.refresh(pair.refresh.token);
    expect(claimsOf(refreshed.access.token)).toMatchObject({ ...said, roles: ['ADMIN'] });
    const moved = await auth.tokens.refreshSliding(sliding.token);
    expect(claimsOf(moved.token)).toMatchObject({ ...said, roles: ['ADMIN'] });
  });

  test('go before those of the hook, and tell the verifier the name', async () => {
    const alice = await open({ accessClaims: NAMED, claims: () => ({ username: 'mallory', plan: 'gold' }) });
    const { access } = await auth.tokens.forUser(alice);
    expect(claimsOf(access.token)).toMatchObject({ username: 'alice', plan: 'gold' });
    const verifier = createTokenVerifier({ key: TEST_KEY, algorithms: ['HS256'] });
    expect((await verifier.verify(access.token)).user).toEqual({ id: alice.id, username: 'alice' });
  });

  test('leave out a scope that would be empty, also where the token before had one', async () => {
    const alice = await open({ accessClaims: 'scope', authTokenClasses: ['sliding'] });
    await auth.users.change(alice.id, { isAdmin: true });
    const admin = await auth.users.find(alice.id);
    const sliding = await auth.tokens.slidingForUser(admin ?? alice);
    expect(claimsOf(sliding.token)).toMatchObject({ sub: alice.id, username: 'alice', scope: 'ADMIN' });
    await auth.users.change(alice.id, { isAdmin: false });
    const { token } = await auth.tokens.refreshSliding(sliding.token);
    expect(claimsOf(token)['scope']).toBeUndefined();
  });

  test('tell when and how somebody signed in, where that is known', async () => {
    const alice = await open({ stepUp: true });
    const { access } = await auth.tokens.forUser(alice);
    expect(claimsOf(access.token)).toHaveProperty('auth_time');
    expect(claimsOf(access.token)).not.toHaveProperty('amr');
    const proven = await auth.tokens.forUser(alice, { methods: ['pwd'] });
    expect(claimsOf(proven.access.token)).toMatchObject({ amr: ['pwd'] });
  });

  test('of the preset hasura are those that Hasura reads', async () => {
    const alice = await open({ accessClaims: 'hasura' });
    await auth.users.change(alice.id, { isAdmin: true });
    const { access } = await auth.tokens.forUser((await auth.users.find(alice.id)) ?? alice);
    expect(claimsOf(access.token)['https://hasura.io/jwt/claims']).toEqual({
      'x-hasura-user-id': alice.id,
      'x-hasura-default-role': 'user',
      'x-hasura-allowed-roles': ['user', 'ADMIN'],
    });
  });
});

describe('JWT_CLAIMS', () => {
  const read = (JWT_CLAIMS: string, more = {}) => settingsFromEnvironment({ NODE_ENV: 'test', JWT_CLAIMS, ...more });

  test.each([
    ['hasurra'],
    ['{}'],
    ['[]'],
    ['7'],
    ['{"sub":"$name"}'],
    ['{"a":{"b":["$Id"]}}'],
    ['{"exp":1}'],
    ['{"is_admin":true}'],
    ['{"aud":"x"}'],
    ['{"user_id":"$username"}'],
    ['{"token_type":"refresh"}'],
    ['{"jti":"x"}'],
    ['{"refresh_exp":1}'],
    ['{"hash_password":"x"}'],
  ])('refuses %s', (value) => {
    expect(() => read(value)).toThrow(SettingsError);
    expect(() => read(value)).toThrow(/^JWT_CLAIMS: /m);
  });

  test('refuses sub where it is the claim of the user', () => {
    expect(() => read(NAMED, { JWT_USER_ID_CLAIM: 'sub' })).toThrow('which JWT_USER_ID_CLAIM uses already');
  });

  test('is shown as JSON', () => {
    expect(
      showSettings({ NODE_ENV: 'test', JWT_SIGNING_KEY: TEST_KEY, JWT_CLAIMS: NAMED }).find(
        ({ name }) => name === 'JWT_CLAIMS',
      )?.value,
    ).toBe(NAMED);
  });
});
