// https://github.com/jazzband/djangorestframework-simplejwt/blob/master/tests/test_token_blacklist.py
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { settingsFromOptions } from '../../../src/contracts/settings/settings.ts';
import type { Store } from '../../../src/contracts/store/store.ts';
import { openStore } from '../../../src/stores/open-store.ts';
import { describeEachStore } from '../../support/stores.ts';
import { claimsWithin, DAY, MINUTE, noErrors, openSuite, refusedWith, type Seed } from './suite.ts';

const BLACKLISTED = refusedWith('token_blacklisted', 'Token is blacklisted');
const EMAIL = { JWT_USER_ID_FIELD: 'username', JWT_USER_ID_CLAIM: 'email' };

describeEachStore('test_token_blacklist.py', (kind) => {
  const { seed } = openSuite(kind);
  /** That of the servers with the defaults. */
  let store: Store;
  beforeAll(async () => {
    store = await openStore(settingsFromOptions((await seed()).server.place.options));
  });
  afterAll(() => store.close());

  const jtiOf = (token: string) => String(claimsWithin(token)['jti']);
  const entryOf = (token: string) => store.blacklist.find(jtiOf(token));
  const sessionsOf = ({ server, user }: Seed) => server.auth.sessions.list(user.id);
  /** simplejwt's `for_user`: the tokens of a session, which is what is kept of them. */
  const forUser = async ({ server, user }: Seed) => (await server.auth.tokens.forUser(user)).refresh.token;

  describe('TestTokenBlacklist', () => {
    test.each([
      ['sliding', 'slidingForUser'],
      ['refresh', 'forUser'],
    ] as const)('test_%s_tokens_are_added_to_outstanding_list', async (type, method) => {
      const suite = await seed();
      const { server, user, now } = suite;
      const minted = await server.auth.tokens[method](user);
      const token = 'refresh' in minted ? minted.refresh.token : minted.token;
      const [session, ...others] = await sessionsOf(suite);
      expect(others).toEqual([]);
      expect(session).toMatchObject({ userId: user.id, jti: jtiOf(token), createdAt: new Date(server.clock.read()) });
      // A sliding token is outstanding for as long as it can be refreshed; in simplejwt, until its first end.
      const { exp, refresh_exp } = claimsWithin(token);
      expect(Math.floor(Number(session?.expiresAt) / 1000)).toBe(refresh_exp ?? exp);
      expect(Number(exp) - now).toBe(type === 'sliding' ? 5 * MINUTE : DAY);
      expect(JSON.stringify(session)).not.toContain(token); // its text is kept nowhere
    });

    test('test_access_tokens_are_not_added_to_outstanding_list', async () => {
      const suite = await seed();
      expect(await suite.view(`Bearer ${suite.token('access')}`)).toMatchObject(noErrors);
      expect(await sessionsOf(suite)).toEqual([]);
    });

    test('test_token_will_not_validate_if_blacklisted', async () => {
      const suite = await seed();
      const token = await forUser(suite);
      expect(await suite.verify(token)).toMatchObject(noErrors);
      expect(await suite.blacklist(token)).toMatchObject(noErrors);
      for (const view of [suite.verify, suite.refresh, suite.blacklist]) {
        expect(await view(token)).toMatchObject(BLACKLISTED);
      }
    });

    test('test_tokens_can_be_manually_blacklisted', async () => {
      const suite = await seed();
      const { tokens } = suite.server.auth;
      const token = await forUser(suite);
      expect(await tokens.blacklist(token)).toMatchObject({ jti: jtiOf(token) });
      expect(await suite.refresh(token)).toMatchObject(BLACKLISTED);
      await expect(tokens.blacklist(token)).rejects.toMatchObject({ reason: 'token_blacklisted' });
      // And one that was never met before.
      const foreign = suite.token('refresh');
      expect(await tokens.blacklist(foreign)).toMatchObject({ jti: jtiOf(foreign) });
      expect(await entryOf(foreign)).toMatchObject({ jti: jtiOf(foreign) });
      expect(await suite.refresh(foreign)).toMatchObject(BLACKLISTED);
    });

    test.each([
      ['created_at', {}],
      ['created_at_with_modified_user_id_field', EMAIL],
    ])('test_outstanding_token_and_blacklisted_token_%s', async (_name, env) => {
      const suite = await seed(env);
      const token = await forUser(suite);
      const { iat } = claimsWithin(token);
      const [session] = await sessionsOf(suite);
      expect(Math.floor(Number(session?.createdAt) / 1000)).toBe(iat);
      const { data } = await suite.blacklist(token);
      expect(Date.parse(String(data?.tokenBlacklist.blacklistedAt))).toBe(suite.server.clock.read());
      expect(await suite.server.auth.sessions.find(session?.id ?? '')).toMatchObject({ createdAt: session?.createdAt });
    });

    test.each([
      ['user', {}],
      ['user_with_modifed_user_id_field', EMAIL],
    ])('test_outstanding_token_and_blacklisted_token_%s', async (_name, env) => {
      const suite = await seed(env);
      const token = await forUser(suite);
      const [session] = await sessionsOf(suite);
      expect(claimsWithin(token)).toMatchObject(
        env === EMAIL ? { email: suite.user.username } : { user_id: suite.user.id },
      );
      await suite.blacklist(token);
      const ended = await suite.server.auth.sessions.find(session?.id ?? '');
      expect(ended).toMatchObject({ userId: suite.user.id, revokedAt: expect.any(Date) });
    });

    test('test_outstanding_token_with_deleted_user_and_modifed_user_id_field', async () => {
      const suite = await seed(EMAIL);
      const token = suite.token('refresh', { user_id: undefined, email: suite.user.username });
      await suite.server.auth.users.delete(suite.user.id);
      expect(await suite.blacklist(token)).toMatchObject(noErrors);
      expect(await suite.blacklist(token)).toMatchObject(BLACKLISTED);
    });
  });

  describe('TestTokenBlacklistFlushExpiredTokens', () => {
    test('test_it_should_delete_any_expired_tokens', async () => {
      const suite = await seed();
      const { server } = suite;
      const expired = [await forUser(suite), suite.token('refresh')];
      const outstanding = await forUser(suite);
      for (const token of expired) await suite.blacklist(token);
      const foreign = expired[1] ?? '';
      const [session] = await sessionsOf(suite);
      expect(await entryOf(foreign)).not.toBeNull();

      server.clock.advance(DAY);
      const fresh = [await forUser(suite), suite.token('refresh')];
      for (const token of fresh) await suite.blacklist(token);
      const lasting = await forUser(suite);
      await server.auth.flushExpired();

      expect(await entryOf(foreign)).toBeNull();
      expect(await store.sessions.find(session?.id ?? '')).toBeNull();
      expect(await suite.refresh(outstanding)).toMatchObject(refusedWith('token_expired'));
      for (const token of fresh) expect(await suite.refresh(token)).toMatchObject(BLACKLISTED);
      expect((await sessionsOf(suite)).map(({ jti }) => jti)).toEqual([jtiOf(lasting)]);
      expect(await suite.refresh(lasting)).toMatchObject(noErrors);
    });

    test('test_token_blacklist_will_not_be_removed_on_User_delete', async () => {
      const suite = await seed();
      const tokens = [await forUser(suite), suite.token('refresh')];
      for (const token of tokens) {
        await suite.blacklist(token);
        expect(await suite.verify(token)).toMatchObject(BLACKLISTED);
      }
      await suite.server.auth.users.delete(suite.user.id);
      for (const token of tokens) expect(await suite.verify(token)).toMatchObject(BLACKLISTED);
    });
  });

  test.each([
    ['should_honour_blacklist_if_blacklisting_enabled', 'true'],
    // Here a token that was blacklisted is blacklisted, whatever the setting.
    ['should_not_honour_blacklist_if_blacklisting_not_enabled', 'false'],
  ])('TokenVerifySerializerShouldHonourBlacklist test_token_verify_serializer_%s', async (_name, enabled) => {
    const suite = await seed({ JWT_BLACKLIST_AFTER_ROTATION: enabled });
    const token = await forUser(suite);
    await suite.blacklist(token);
    expect(await suite.verify(token)).toMatchObject(BLACKLISTED);
  });
});
