import { afterEach, expect, test } from '@jest/globals';
import { print } from 'graphql';
import {
  HelloDocument,
  PasswordChangeDocument,
  TokenObtainSlidingDocument,
  TokenRefreshSlidingDocument,
  TokenVerifyDocument,
} from '../generated/operations.ts';
import { claimsOf, forgeForAlice, refusal, type TestClaims } from '../support/forge.ts';
import { PASSWORD, startTestServer, type TestServer, type TestServerOptions } from '../support/server.ts';
import { describeEachStore } from '../support/stores.ts';

const NO_ACTIVE_ACCOUNT = refusal('No active account found for the given token.', 'no_active_account');
const PASSWORD_CHANGED = refusal("The user's password has been changed.", 'password_changed');
const CREDENTIALS = { username: 'alice', password: PASSWORD };
const FIVE_MINUTES = 300;
const DAY = 86_400;

describeEachStore('sliding', (kind) => {
  let server: TestServer;
  const start = async (options?: TestServerOptions): Promise<TestServer> =>
    (server = await startTestServer(kind, options));
  afterEach(() => server.remove());

  const obtain = async () => (await server.client.expect(TokenObtainSlidingDocument, CREDENTIALS)).tokenObtainSliding;
  const send = (token: string) => server.client.send(TokenRefreshSlidingDocument, { token });
  const refreshed = async (token: string) =>
    (await server.client.expect(TokenRefreshSlidingDocument, { token })).tokenRefreshSliding;
  const hello = (token: string) => server.client.send(HelloDocument, {}, { token });
  /** A sliding token that simplejwt itself might have minted. */
  const forgeSliding = (claims: TestClaims = {}) =>
    forgeForAlice(server, { token_type: 'sliding', refresh_exp: server.clock.seconds + DAY, ...claims });

  test('38: obtaining gives one token of type sliding, and says when its two ends are', async () => {
    const { clock, alice, auth } = await start();
    const { token, expiresAt, refreshExpiresAt } = await obtain();
    const claims = claimsOf(token);
    const [iat, exp, refresh_exp] = [clock.seconds, clock.seconds + FIVE_MINUTES, clock.seconds + DAY];
    expect(claims).toEqual({
      token_type: 'sliding',
      iat,
      exp,
      refresh_exp,
      user_id: alice.id,
      jti: expect.stringMatching(/^[\da-f]{32}$/),
      sid: expect.stringMatching(/^[\da-f]{32}$/),
    });
    expect([expiresAt, refreshExpiresAt].map(Date.parse)).toEqual([exp * 1000, refresh_exp * 1000]);
    expect(await auth.sessions.find(String(claims['sid']))).toMatchObject({
      userId: alice.id,
      jti: claims['jti'],
      ipAddress: '127.0.0.1',
    });
  });

  test('38: obtaining is refused as any sign-in is', async () => {
    const { client } = await start();
    const answer = await client.send(TokenObtainSlidingDocument, { ...CREDENTIALS, password: 'wonderland124!' });
    expect(answer).toMatchObject(refusal('No active account found with the given credentials', 'no_active_account'));
    const missing = await client.sendRaw({ query: print(TokenObtainSlidingDocument), variables: {} });
    expect(missing).toMatchObject({ status: 400, data: null });
    expect(missing.errors).toHaveLength(2);
  });

  test('39: refreshing moves exp, and keeps the jti, refresh_exp and custom claims', async () => {
    const { clock } = await start({ hooks: { claims: () => ({ tenant: 'acme' }) } });
    const first = await obtain();
    clock.advance(FIVE_MINUTES - 1);
    const second = await refreshed(first.token);
    const [iat, exp] = [clock.seconds, clock.seconds + FIVE_MINUTES];
    expect(claimsOf(second.token)).toEqual({ ...claimsOf(first.token), iat, exp });
    expect(claimsOf(second.token)['tenant']).toBe('acme');
    expect(Date.parse(second.expiresAt)).toBe(exp * 1000);
    expect(second.refreshExpiresAt).toBe(first.refreshExpiresAt);
    clock.advance(FIVE_MINUTES - 1);
    await refreshed(second.token);
  });

  test('39: the token that was presented stays good until its own end', async () => {
    const { client, clock } = await start();
    const { token } = await obtain();
    clock.advance(100);
    await refreshed(token);
    await client.expect(TokenVerifyDocument, { token });
    await refreshed(token);
    clock.advance(FIVE_MINUTES - 100);
    expect(await send(token)).toMatchObject(refusal('Token is expired', 'token_expired'));
  });

  test('39 S14: refreshing never moves exp past refresh_exp, where it all ends', async () => {
    const { clock } = await start({ env: { JWT_SLIDING_TOKEN_REFRESH_LIFETIME: '7m' } });
    const first = await obtain();
    clock.advance(200);
    const { token, expiresAt } = await refreshed(first.token);
    expect(claimsOf(token)['exp']).toBe(claimsOf(first.token)['refresh_exp']);
    expect(expiresAt).toBe(first.refreshExpiresAt);
    clock.advance(220);
    expect(await send(token)).toMatchObject(refusal('Token is expired', 'token_expired'));
  });

  test('40: a sliding token with no refresh_exp is refused, of a session or of none', async () => {
    await start();
    const own = await obtain();
    for (const claims of [{}, claimsOf(own.token)]) {
      const answer = await send(forgeSliding({ ...claims, refresh_exp: undefined }));
      expect(answer).toMatchObject(refusal("Token has no 'refresh_exp' claim", 'token_not_valid'));
    }
    await refreshed(own.token);
  });

  test.each(['soon', null, {}, true, 1e18])('40: a refresh_exp of %j is no time', async (refresh_exp) => {
    await start();
    expect(await send(forgeSliding({ refresh_exp }))).toMatchObject(refusal('Token is invalid', 'token_not_valid'));
  });

  test('41: a sliding token past its refresh_exp is refused, even before its exp', async () => {
    const { clock } = await start();
    const token = forgeSliding({ refresh_exp: clock.seconds + 60 });
    clock.advance(59);
    await refreshed(token);
    clock.advance(1);
    const past = refusal("Token 'refresh_exp' claim has expired", 'token_expired');
    expect(await send(token)).toMatchObject(past);
    const own = claimsOf((await obtain()).token);
    expect(await send(forgeSliding({ ...own, refresh_exp: clock.seconds }))).toMatchObject(past);
  });

  test('41: the leeway counts for refresh_exp as well', async () => {
    const { clock } = await start({ env: { JWT_LEEWAY: '100' } });
    const token = forgeSliding({ refresh_exp: clock.seconds + 60 });
    clock.advance(60 + 99);
    await refreshed(token);
    clock.advance(1);
    const past = refusal("Token 'refresh_exp' claim has expired", 'token_expired');
    expect(await send(token)).toMatchObject(past);
  });

  test('42: an access token, a refresh one, and one of a type nobody knows are of the wrong type', async () => {
    await start();
    const { access, refresh } = await server.signIn();
    for (const token of [access, refresh, forgeSliding({ token_type: 'other' })]) {
      expect(await send(token)).toMatchObject(refusal('Token has wrong type', 'token_wrong_type', null));
    }
  });

  test.each([
    ['a deleted', () => server.auth.users.delete(server.alice.id)],
    ['an inactive', () => server.auth.users.setActive(server.alice.id, false)],
  ])('43: %s user gets no token, of whatever session', async (_case, end) => {
    await start();
    const { token } = await obtain();
    await refreshed(forgeSliding());
    await end();
    expect(await send(forgeSliding())).toMatchObject(NO_ACTIVE_ACCOUNT);
    expect(await send(token)).toMatchObject(NO_ACTIVE_ACCOUNT);
  });

  test('44: with CHECK_REVOKE a token from before a password change is refused, for good', async () => {
    const { clock, auth, alice } = await start({ env: { JWT_CHECK_REVOKE_TOKEN: 'true' } });
    const { token } = await obtain();
    const ofNoSession = forgeSliding({ hash_password: claimsOf(token)['hash_password'] });
    await refreshed(token);
    await refreshed(ofNoSession);
    clock.advance(1);
    await auth.users.setPassword(alice.id, 'looking-glass');
    for (const old of [ofNoSession, ofNoSession, token, token]) expect(await send(old)).toMatchObject(PASSWORD_CHANGED);
    expect(await send(forgeSliding())).toMatchObject(PASSWORD_CHANGED);
  });

  test('44: the sliding token with which its user changed the password gets nothing any more', async () => {
    const { client, clock } = await start({ env: { JWT_AUTH_TOKEN_CLASSES: 'sliding' } });
    const { token } = await obtain();
    clock.advance(1);
    const variables = { currentPassword: PASSWORD, newPassword: 'looking-glass' };
    await client.expect(PasswordChangeDocument, variables, { token });
    expect(await send(token)).toMatchObject(PASSWORD_CHANGED);
    expect((await hello(token)).errors[0]?.extensions).toMatchObject({ reason: 'token_blacklisted' });
  });

  const refusedOnField = (token_class: string, token_type: string) => ({
    data: null,
    errors: [
      expect.objectContaining({
        message: 'Given token not valid for any token type',
        extensions: {
          code: 'UNAUTHENTICATED',
          reason: 'token_wrong_type',
          messages: [{ token_class, token_type, message: 'Token has wrong type' }],
        },
      }),
    ],
  });

  test('45: a protected field refuses a sliding token by default', async () => {
    await start();
    const { token } = await obtain();
    expect(await hello(token)).toMatchObject(refusedOnField('AccessToken', 'access'));
  });

  test('45: a protected field accepts a sliding token beside access tokens where both are listed', async () => {
    const { clock } = await start({ env: { JWT_AUTH_TOKEN_CLASSES: 'access,sliding' } });
    const { access } = await server.signIn();
    const { token } = await obtain();
    for (const accepted of [access, token, forgeSliding()]) {
      expect(await hello(accepted)).toMatchObject({ data: { hello: 'Hello, alice!' }, errors: [] });
    }
    clock.advance(FIVE_MINUTES);
    expect((await hello(token)).errors[0]?.extensions).toMatchObject({ reason: 'token_expired' });
  });

  test('45: a protected field refuses an access token where only sliding is listed', async () => {
    await start({ env: { JWT_AUTH_TOKEN_CLASSES: 'sliding' } });
    const { access } = await server.signIn();
    const { token } = await obtain();
    expect((await hello(token)).errors).toEqual([]);
    expect(await hello(access)).toMatchObject(refusedOnField('SlidingToken', 'sliding'));
  });
});
