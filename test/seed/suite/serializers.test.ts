// https://github.com/jazzband/djangorestframework-simplejwt/blob/master/tests/test_serializers.py
import { describe, expect, test } from '@jest/globals';
import * as Operations from '../../generated/operations.ts';
import { describeEachStore } from '../../support/stores.ts';
import { claimsWithin, DAY, MINUTE, noErrors, openSuite, refusedWith, type Seed } from './suite.ts';

const NO_ACCOUNT = refusedWith('no_active_account', 'No active account found with the given credentials');
const NO_ACCOUNT_OF_TOKEN = refusedWith('no_active_account', 'No active account found for the given token.');
const PASSWORD_CHANGED = refusedWith('password_changed', "The user's password has been changed.");
const WRONG_TYPE = refusedWith('token_wrong_type', 'Token has wrong type');
const NO_EXP = refusedWith('token_not_valid', "Token has no 'exp' claim");
const EXPIRED = refusedWith('token_expired', 'Token is expired');
const BLACKLISTED = refusedWith('token_blacklisted', 'Token is blacklisted');

const CHECK_REVOKE = { JWT_CHECK_REVOKE_TOKEN: 'true', JWT_REVOKE_TOKEN_CLAIM: 'hash_password' };
const ROTATE = { JWT_ROTATE_REFRESH_TOKENS: 'true' };
const AFTER_ROTATION = { JWT_BLACKLIST_AFTER_ROTATION: 'true' };

/** A token of simplejwt with the fingerprint of the password, from before that is changed. */
async function beforeAChange(suite: Seed, type: 'refresh' | 'sliding'): Promise<string> {
  const { hash_password } = claimsWithin((await suite.signIn()).refresh);
  const token = suite.token(type, { hash_password });
  suite.server.clock.advance(1);
  await suite.server.auth.users.setPassword(suite.user.id, 'looking-glass');
  return token;
}

describeEachStore('test_serializers.py', (kind) => {
  const { seed } = openSuite(kind);

  describe('TestTokenObtainSerializer', () => {
    test('test_it_should_not_validate_if_any_fields_missing', async () => {
      const suite = await seed();
      const document = Operations.TokenObtainPairDocument;
      expect(await suite.missing(document)).toEqual(['username', 'password']);
      expect(await suite.missing(document, { username: 'oieanrst' })).toEqual(['password']);
      expect(await suite.missing(document, { password: 'oieanrst' })).toEqual(['username']);
    });

    test('test_it_should_not_validate_if_user_not_found', async () => {
      expect(await (await seed()).obtainPair({ username: 'missing', password: 'pass' })).toMatchObject(NO_ACCOUNT);
    });

    test('test_it_should_pass_validate_if_request_not_in_context', async () => {
      const { server, user } = await seed();
      const { access } = await server.auth.tokens.forUser(user); // no request tells of a client
      expect(claimsWithin(access.token)).toMatchObject({ user_id: user.id });
    });

    test('test_it_should_raise_if_user_not_active', async () => {
      const suite = await seed();
      await suite.server.auth.users.setActive(suite.user.id, false);
      expect(await suite.obtainPair()).toMatchObject(NO_ACCOUNT);
    });

    test('test_it_should_validate_if_user_inactive_but_rule_allows', async () => {
      const suite = await seed({ JWT_CHECK_USER_IS_ACTIVE: 'false' });
      await suite.server.auth.users.setActive(suite.user.id, false);
      expect(await suite.obtainPair()).toMatchObject(noErrors);
    });
  });

  test('TestTokenObtainSlidingSerializer test_it_should_produce_a_json_web_token_when_valid', async () => {
    const suite = await seed();
    expect(await suite.refreshSliding(await suite.slidingToken())).toMatchObject(noErrors);
  });

  test('TestTokenObtainPairSerializer test_it_should_produce_a_json_web_token_when_valid', async () => {
    const suite = await seed();
    const { access, refresh } = await suite.signIn();
    expect(await suite.view(`Bearer ${access}`)).toMatchObject(noErrors);
    expect(await suite.refresh(refresh)).toMatchObject(noErrors);
  });

  describe.each([
    ['TestTokenRefreshSlidingSerializer', 'refreshSliding', 'sliding', 'not_validate'],
    ['TestTokenRefreshSerializer', 'refresh', 'refresh', 'raise_token_error'],
    ['TestTokenVerifySerializer', 'verify', 'refresh', 'raise_token_error'],
    ['TestTokenBlacklistSerializer', 'blacklist', 'refresh', 'raise_token_error'],
  ] as const)('%s', (_class, serializer, type, outcome) => {
    test(`test_it_should_${outcome}_if_token_invalid`, async () => {
      const suite = await seed();
      expect(await suite[serializer](suite.token(type, { exp: undefined }))).toMatchObject(NO_EXP);
      expect(await suite[serializer](suite.token(type, { exp: suite.now - DAY }))).toMatchObject(EXPIRED);
    });

    const answer = serializer === 'verify' ? noErrors : WRONG_TYPE;
    const title = serializer === 'verify' ? 'should_not_raise' : 'should_raise';
    test(`test_it_${title}_token_error_if_token_has_wrong_type`, async () => {
      const suite = await seed();
      expect(await suite[serializer](suite.token(type, { token_type: 'wrong_type' }))).toMatchObject(answer);
    });
  });

  describe('TestTokenRefreshSlidingSerializer', () => {
    test('test_it_should_raise_token_error_if_token_has_no_refresh_exp_claim', async () => {
      const suite = await seed();
      const answer = await suite.refreshSliding(suite.token('sliding', { refresh_exp: undefined }));
      expect(answer).toMatchObject(refusedWith('token_not_valid', "Token has no 'refresh_exp' claim"));
    });

    test('test_it_should_raise_token_error_if_token_has_refresh_period_expired', async () => {
      const suite = await seed();
      const answer = await suite.refreshSliding(suite.token('sliding', { refresh_exp: suite.now - DAY }));
      expect(answer).toMatchObject(refusedWith('token_expired', "Token 'refresh_exp' claim has expired"));
    });

    test('test_it_should_update_token_exp_claim_if_everything_ok', async () => {
      const suite = await seed();
      const { data } = await suite.refreshSliding(suite.token('sliding', { exp: suite.now + 5 * MINUTE - 1 }));
      expect(claimsWithin(data?.tokenRefreshSliding.token)['exp']).toBe(suite.now + 5 * MINUTE);
    });
  });

  describe.each([
    ['TestTokenRefreshSlidingSerializer', 'refreshSliding', 'sliding', 'sliding_token'],
    ['TestTokenRefreshSerializer', 'refresh', 'refresh', 'refresh_token'],
  ] as const)('%s', (_class, serializer, type, name) => {
    test('test_it_should_raise_error_for_deleted_users', async () => {
      const suite = await seed();
      const token = suite.token(type);
      await suite.server.auth.users.delete(suite.user.id);
      expect(await suite[serializer](token)).toMatchObject(NO_ACCOUNT_OF_TOKEN);
    });

    test('test_it_should_raise_error_for_inactive_users', async () => {
      const suite = await seed();
      const token = suite.token(type);
      await suite.server.auth.users.setActive(suite.user.id, false);
      expect(await suite[serializer](token)).toMatchObject(NO_ACCOUNT_OF_TOKEN);
    });

    test(`test_${name}_should_fail_after_password_change`, async () => {
      const suite = await seed(CHECK_REVOKE);
      expect(await suite[serializer](await beforeAChange(suite, type))).toMatchObject(PASSWORD_CHANGED);
    });

    test(`test_${name}_should_blacklist_after_password_change`, async () => {
      const suite = await seed({ ...CHECK_REVOKE, ...AFTER_ROTATION });
      const token = await beforeAChange(suite, type);
      // There it is told once, and the token is blacklisted from then on.
      for (let time = 0; time < 3; time += 1) {
        expect(await suite[serializer](token)).toMatchObject(PASSWORD_CHANGED);
      }
    });
  });

  describe('TestTokenRefreshSerializer', () => {
    test('test_it_should_return_access_token_for_active_users', async () => {
      const suite = await seed();
      const { refresh } = await suite.signIn();
      suite.server.clock.advance(150);
      const { data } = await suite.refresh(refresh);
      expect(claimsWithin(data?.tokenRefresh.access)['exp']).toBe(suite.now + 5 * MINUTE);
    });

    test('test_it_should_return_access_token_if_everything_ok', async () => {
      const suite = await seed();
      const { data } = await suite.refresh(suite.token('refresh', { test_claim: 'arst' }));
      const claims = { test_claim: 'arst', exp: suite.now + 5 * MINUTE };
      expect(claimsWithin(data?.tokenRefresh.access)).toMatchObject(claims);
      expect(data?.tokenRefresh.refresh).toBeNull();
    });

    test.each([
      ['return_refresh_token_if_tokens_should_be_rotated', ROTATE, noErrors],
      [
        'blacklist_refresh_token_if_tokens_should_be_rotated_and_blacklisted',
        { ...ROTATE, ...AFTER_ROTATION },
        BLACKLISTED,
      ],
    ])('test_it_should_%s', async (_name, env, again) => {
      const suite = await seed({ ...env, JWT_REUSE_GRACE: '0s' });
      const old = suite.token('refresh', { test_claim: 'arst', exp: suite.now + DAY - 1 });
      suite.server.clock.advance(1);
      const { data } = await suite.refresh(old);
      const [access, refresh] = [claimsWithin(data?.tokenRefresh.access), claimsWithin(data?.tokenRefresh.refresh)];
      expect(access).toMatchObject({ test_claim: 'arst', exp: suite.now + 5 * MINUTE });
      expect(refresh).toMatchObject({ test_claim: 'arst', exp: suite.now + DAY });
      expect(refresh['jti']).not.toBe(claimsWithin(old)['jti']);
      expect(refresh['exp']).not.toBe(claimsWithin(old)['exp']);
      expect(await suite.server.auth.sessions.list(suite.user.id)).toHaveLength(1);
      expect(await suite.refresh(old)).toMatchObject(again);
    });
  });

  test('TestTokenVerifySerializer test_it_should_return_given_token_if_everything_ok', async () => {
    const suite = await seed();
    const { data } = await suite.verify(suite.token('refresh', { test_claim: 'arst' }));
    expect(data?.tokenVerify.claims).toMatchObject({ test_claim: 'arst' });
  });

  describe('TestTokenBlacklistSerializer', () => {
    test('test_it_should_return_nothing_if_everything_ok', async () => {
      const suite = await seed();
      const token = suite.token('refresh', { test_claim: 'arst' });
      const { data } = await suite.blacklist(token);
      const blacklistedAt = new Date(suite.server.clock.read()).toISOString();
      expect(data?.tokenBlacklist).toEqual({ jti: claimsWithin(token)['jti'], blacklistedAt });
    });

    test('test_it_should_blacklist_refresh_token_if_everything_ok', async () => {
      const suite = await seed();
      const [token, other] = [suite.token('refresh', { test_claim: 'arst' }), suite.token('refresh')];
      expect(await suite.blacklist(token)).toMatchObject(noErrors);
      expect(await suite.refresh(token)).toMatchObject(BLACKLISTED);
      expect(await suite.refresh(other)).toMatchObject(noErrors);
    });
  });
});
