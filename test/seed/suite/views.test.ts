// https://github.com/jazzband/djangorestframework-simplejwt/blob/master/tests/test_views.py
import { describe, expect, test } from '@jest/globals';
import * as Operations from '../../generated/operations.ts';
import { describeEachStore } from '../../support/stores.ts';
import { claimsWithin, DAY, MINUTE, noErrors, openSuite, refusedWith } from './suite.ts';

const NO_ACCOUNT = refusedWith('no_active_account', 'No active account found with the given credentials');
const NO_EXP = refusedWith('token_not_valid', "Token has no 'exp' claim");
const EXPIRED = refusedWith('token_expired', 'Token is expired');
const BLACKLISTED = refusedWith('token_blacklisted', 'Token is blacklisted');

describeEachStore('test_views.py', (kind) => {
  const { seed, onLoginFailed } = openSuite(kind);
  const lastLoginOf = async ({ server: { auth }, user: { id } }: Awaited<ReturnType<typeof seed>>) =>
    (await auth.users.find(id))?.lastLogin;

  describe.each([
    ['TestTokenObtainPairView', 'obtainPair', Operations.TokenObtainPairDocument],
    ['TestTokenObtainSlidingView', 'obtainSliding', Operations.TokenObtainSlidingDocument],
  ] as const)('%s', (_class, view, document) => {
    test('test_fields_missing', async () => {
      const suite = await seed();
      const { username, password } = suite.credentials;
      expect(await suite.missing(document)).toEqual(['username', 'password']);
      expect(await suite.missing(document, { username })).toEqual(['password']);
      expect(await suite.missing(document, { password })).toEqual(['username']);
    });

    test('test_credentials_wrong', async () => {
      expect(await (await seed())[view]({ password: 'test_user' })).toMatchObject(NO_ACCOUNT);
    });

    test('test_user_inactive', async () => {
      const suite = await seed();
      await suite.server.auth.users.setActive(suite.user.id, false);
      expect(await suite[view]()).toMatchObject(NO_ACCOUNT);
    });

    test('test_update_last_login', async () => {
      const suite = await seed();
      expect(await suite[view]()).toMatchObject(noErrors);
      expect(await lastLoginOf(suite)).toBeNull();
    });

    test('test_update_last_login_updated', async () => {
      const suite = await seed({ JWT_UPDATE_LAST_LOGIN: 'true' });
      expect(await suite[view]()).toMatchObject(noErrors);
      expect(await lastLoginOf(suite)).toEqual(new Date(suite.server.clock.read()));
    });

    test('test_success', async () => {
      const { data } = await (await seed())[view]();
      const tokens = Object.values(data ?? {})[0] as Readonly<Record<string, unknown>>;
      const names = view === 'obtainPair' ? ['access', 'refresh'] : ['token'];
      expect(names.map((name) => tokens[name])).toEqual(names.map(() => expect.stringMatching(/^ey/)));
    });
  });

  test('TestTokenObtainPairView test_on_login_failed_is_called', async () => {
    const suite = await seed();
    await suite.obtainPair({ password: 'test_user' });
    expect(onLoginFailed).toHaveBeenCalledTimes(1);
    const credentials = { username: suite.user.username, password: '********************' };
    expect(onLoginFailed.mock.calls[0]?.[0]).toEqual(credentials);
  });

  describe.each([
    ['TestTokenRefreshView', 'refresh', 'refresh', 'refresh', Operations.TokenRefreshDocument],
    ['TestTokenRefreshSlidingView', 'refreshSliding', 'sliding', 'token', Operations.TokenRefreshSlidingDocument],
    ['TestTokenVerifyView', 'verify', 'sliding', 'token', Operations.TokenVerifyDocument],
    ['TestTokenBlacklistView', 'blacklist', 'refresh', 'refresh', Operations.TokenBlacklistDocument],
  ] as const)('%s', (_class, view, type, field, document) => {
    test('test_fields_missing', async () => {
      expect(await (await seed()).missing(document)).toEqual([field]);
    });

    test('test_it_should_return_401_if_token_invalid', async () => {
      const suite = await seed();
      expect(await suite[view](suite.token(type, { exp: undefined }))).toMatchObject(NO_EXP);
      expect(await suite[view](suite.token(type, { exp: suite.now - 1 }))).toMatchObject(EXPIRED);
    });
  });

  test('TestTokenRefreshView test_it_should_return_access_token_if_everything_ok', async () => {
    const suite = await seed();
    const { data } = await suite.refresh(suite.token('refresh', { test_claim: 'arst' }));
    const claims = { token_type: 'access', test_claim: 'arst', exp: suite.now + 5 * MINUTE };
    expect(claimsWithin(data?.tokenRefresh.access)).toMatchObject(claims);
  });

  describe('TestTokenRefreshSlidingView', () => {
    test('test_it_should_return_401_if_token_has_no_refresh_exp_claim', async () => {
      const suite = await seed();
      const answer = await suite.refreshSliding(suite.token('sliding', { refresh_exp: undefined }));
      expect(answer).toMatchObject(refusedWith('token_not_valid', "Token has no 'refresh_exp' claim"));
    });

    test('test_it_should_return_401_if_token_has_refresh_period_expired', async () => {
      const suite = await seed();
      const answer = await suite.refreshSliding(suite.token('sliding', { refresh_exp: suite.now - 1 }));
      expect(answer).toMatchObject(refusedWith('token_expired', "Token 'refresh_exp' claim has expired"));
    });

    test('test_it_should_update_token_exp_claim_if_everything_ok', async () => {
      const suite = await seed();
      const { data } = await suite.refreshSliding(suite.token('sliding', { exp: suite.now + 5 * MINUTE - 1 }));
      const claims = { token_type: 'sliding', exp: suite.now + 5 * MINUTE, refresh_exp: suite.now + DAY };
      expect(claimsWithin(data?.tokenRefreshSliding.token)).toMatchObject(claims);
    });
  });

  describe('TestTokenVerifyView', () => {
    test('test_it_should_return_200_if_everything_okay', async () => {
      const suite = await seed();
      const { data } = await suite.verify(suite.token('refresh'));
      expect(data?.tokenVerify).toMatchObject({ tokenType: 'refresh', userId: suite.user.id });
    });

    test('test_it_should_ignore_token_type', async () => {
      const suite = await seed();
      const { data } = await suite.verify(suite.token('refresh', { token_type: 'fake_type' }));
      expect(data?.tokenVerify).toMatchObject({ tokenType: 'fake_type' });
    });
  });

  describe('TestTokenBlacklistView', () => {
    test('test_it_should_return_if_everything_ok', async () => {
      const suite = await seed();
      expect(await suite.blacklist(suite.token('refresh', { test_claim: 'arst' }))).toMatchObject(noErrors);
    });

    test('test_it_should_return_401_if_token_is_blacklisted', async () => {
      const suite = await seed();
      for (const token of [suite.token('refresh', { test_claim: 'arst' }), (await suite.signIn()).refresh]) {
        expect(await suite.blacklist(token)).toMatchObject(noErrors);
        expect(await suite.refresh(token)).toMatchObject(BLACKLISTED);
      }
    });
  });
});
