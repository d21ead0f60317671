// https://github.com/jazzband/djangorestframework-simplejwt/blob/master/tests/test_views.py and test_integration.py
import { describe, expect, test } from '@jest/globals';
import type { TestClaims } from '../../support/forge.ts';
import { describeEachStore } from '../../support/stores.ts';
import { claimsWithin, DAY, MINUTE, openSuite, type Seed } from './suite.ts';

const ADDRESSES = { REST_PATH: '/api/token/', JWT_AUTH_TOKEN_CLASSES: 'access,sliding' };
const REQUIRED = ['This field is required.'];
const NO_ACCOUNT = { detail: 'No active account found with the given credentials' };
const refused = (detail: string) => ({ status: 401, body: { detail, code: 'token_not_valid' } });

type Body = Readonly<Record<string, unknown>>;

/** The requests of simplejwt's own tests, sent to its addresses here. */
class Views {
  readonly suite: Seed;
  readonly #api: string;

  constructor(suite: Seed) {
    this.suite = suite;
    this.#api = suite.server.url.replace('graphql', 'api/');
  }

  async post(path: string, body: object): Promise<{ status: number; body: Body }> {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${this.#api}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as Body };
  }

  async hello(authorization?: string): Promise<{ status: number; body: Body }> {
    const headers = authorization === undefined ? {} : { authorization };
    const response = await fetch(`${this.#api}hello/`, { headers });
    return { status: response.status, body: (await response.json()) as Body };
  }
}

describeEachStore('test_views.py over REST', (kind) => {
  const { seed, onLoginFailed } = openSuite(kind);
  const open = async (env: Readonly<Record<string, string>> = {}) => new Views(await seed({ ...ADDRESSES, ...env }));
  const lastLoginOf = async ({ suite }: Views) => (await suite.server.auth.users.find(suite.user.id))?.lastLogin;

  describe.each([
    ['TestTokenObtainPairView', 'token/', ['refresh', 'access']],
    ['TestTokenObtainSlidingView', 'token/sliding/', ['token']],
  ] as const)('%s', (_class, path, names) => {
    test('test_fields_missing', async () => {
      const views = await open();
      const { username, password } = views.suite.credentials;
      const both = { username: REQUIRED, password: REQUIRED };
      expect(await views.post(path, {})).toEqual({ status: 400, body: both });
      expect(await views.post(path, { username })).toEqual({ status: 400, body: { password: REQUIRED } });
      expect(await views.post(path, { password })).toEqual({ status: 400, body: { username: REQUIRED } });
    });

    test('test_credentials_wrong', async () => {
      const views = await open();
      const given = { ...views.suite.credentials, password: 'test_user' };
      expect(await views.post(path, given)).toEqual({ status: 401, body: NO_ACCOUNT });
    });

    test('test_user_inactive', async () => {
      const views = await open();
      await views.suite.server.auth.users.setActive(views.suite.user.id, false);
      expect(await views.post(path, views.suite.credentials)).toEqual({ status: 401, body: NO_ACCOUNT });
    });

    test('test_success', async () => {
      const views = await open();
      const { status, body } = await views.post(path, views.suite.credentials);
      expect({ status, names: Object.keys(body) }).toEqual({ status: 200, names });
    });

    test('test_update_last_login', async () => {
      const views = await open();
      await views.post(path, views.suite.credentials);
      expect(await lastLoginOf(views)).toBeNull();
    });

    test('test_update_last_login_updated', async () => {
      const views = await open({ JWT_UPDATE_LAST_LOGIN: 'true' });
      await views.post(path, views.suite.credentials);
      expect(await lastLoginOf(views)).toEqual(new Date(views.suite.server.clock.read()));
    });
  });

  test('TestTokenObtainPairView test_on_login_failed_is_called', async () => {
    const views = await open();
    await views.post('token/', { ...views.suite.credentials, password: 'test_user' });
    expect(onLoginFailed).toHaveBeenCalledTimes(1);
    const credentials = { username: views.suite.user.username, password: '********************' };
    expect(onLoginFailed.mock.calls[0]?.[0]).toEqual(credentials);
  });

  describe.each([
    ['TestTokenRefreshView', 'token/refresh/', 'refresh', 'refresh'],
    ['TestTokenRefreshSlidingView', 'token/sliding/refresh/', 'sliding', 'token'],
    ['TestTokenVerifyView', 'token/verify/', 'sliding', 'token'],
    ['TestTokenBlacklistView', 'token/blacklist/', 'refresh', 'refresh'],
  ] as const)('%s', (_class, path, type, field) => {
    test('test_fields_missing', async () => {
      expect(await (await open()).post(path, {})).toEqual({ status: 400, body: { [field]: REQUIRED } });
    });

    test('test_it_should_return_401_if_token_invalid', async () => {
      const views = await open();
      const { suite } = views;
      const send = (claims: TestClaims) => views.post(path, { [field]: suite.token(type, claims) });
      expect(await send({ exp: undefined })).toEqual(refused("Token has no 'exp' claim"));
      expect(await send({ exp: suite.now - 1 })).toEqual(refused('Token is expired'));
    });
  });

  test('TestTokenRefreshView test_it_should_return_access_token_if_everything_ok', async () => {
    const views = await open();
    const { suite } = views;
    const { status, body } = await views.post('token/refresh/', {
      refresh: suite.token('refresh', { test_claim: 'arst' }),
    });
    expect({ status, names: Object.keys(body) }).toMatchObject({ status: 200 });
    const claims = { token_type: 'access', test_claim: 'arst', exp: suite.now + 5 * MINUTE };
    expect(claimsWithin(body['access'] as string)).toMatchObject(claims);
  });

  describe('TestTokenRefreshSlidingView', () => {
    const refresh = (views: Views, claims: TestClaims) =>
      views.post('token/sliding/refresh/', { token: views.suite.token('sliding', claims) });

    test('test_it_should_return_401_if_token_has_no_refresh_exp_claim', async () => {
      const views = await open();
      const answer = refused("Token has no 'refresh_exp' claim");
      expect(await refresh(views, { refresh_exp: undefined })).toEqual(answer);
    });

    test('test_it_should_return_401_if_token_has_refresh_period_expired', async () => {
      const views = await open();
      const answer = refused("Token 'refresh_exp' claim has expired");
      expect(await refresh(views, { refresh_exp: views.suite.now - 1 })).toEqual(answer);
    });

    test('test_it_should_update_token_exp_claim_if_everything_ok', async () => {
      const views = await open();
      const { now } = views.suite;
      const { body } = await refresh(views, { exp: now + 5 * MINUTE - 1 });
      const claims = { token_type: 'sliding', exp: now + 5 * MINUTE, refresh_exp: now + DAY };
      expect(claimsWithin(body['token'] as string)).toMatchObject(claims);
    });
  });

  describe('TestTokenVerifyView', () => {
    test.each([
      ['test_it_should_return_200_if_everything_okay', {}],
      ['test_it_should_ignore_token_type', { token_type: 'fake_type' }],
    ])('%s', async (_name, claims) => {
      const views = await open();
      const answer = await views.post('token/verify/', { token: views.suite.token('refresh', claims) });
      expect(answer).toEqual({ status: 200, body: {} });
    });
  });

  describe('TestTokenBlacklistView', () => {
    test('test_it_should_return_if_everything_ok', async () => {
      const views = await open();
      const refresh = views.suite.token('refresh', { test_claim: 'arst' });
      expect(await views.post('token/blacklist/', { refresh })).toEqual({ status: 200, body: {} });
    });

    test('test_it_should_return_401_if_token_is_blacklisted', async () => {
      const views = await open();
      const refresh = views.suite.token('refresh', { test_claim: 'arst' });
      await views.post('token/blacklist/', { refresh });
      expect(await views.post('token/refresh/', { refresh })).toEqual(refused('Token is blacklisted'));
    });
  });

  describe('TestTestView of test_integration.py', () => {
    const NOT_PROVIDED = { detail: 'Authentication credentials were not provided.' };

    test('test_no_authorization', async () => {
      expect(await (await open()).hello()).toEqual({ status: 401, body: NOT_PROVIDED });
    });

    test('test_wrong_auth_type', async () => {
      const views = await open();
      const token = views.suite.token('sliding');
      expect(await views.hello(`Wrong ${token}`)).toEqual({ status: 401, body: NOT_PROVIDED });
    });

    test('test_expired_token', async () => {
      const views = await open();
      const token = views.suite.token('access', { exp: views.suite.now - 1 });
      expect(await views.hello(`Bearer ${token}`)).toMatchObject({ status: 401, body: { code: 'token_not_valid' } });
    });

    test('test_user_can_get_sliding_token_and_use_it', async () => {
      const views = await open();
      const { body } = await views.post('token/sliding/', views.suite.credentials);
      expect(await views.hello(`Bearer ${String(body['token'])}`)).toMatchObject({ status: 200 });
    });

    test('test_user_can_get_access_and_refresh_tokens_and_use_them', async () => {
      const views = await open();
      const { body } = await views.post('token/', views.suite.credentials);
      expect(await views.hello(`Bearer ${String(body['access'])}`)).toMatchObject({ status: 200 });
      const refreshed = await views.post('token/refresh/', { refresh: body['refresh'] });
      expect(await views.hello(`Bearer ${String(refreshed.body['access'])}`)).toMatchObject({ status: 200 });
    });
  });
});
