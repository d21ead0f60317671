import { afterEach, describe, expect, test } from '@jest/globals';
import { print } from 'graphql';
import {
  HelloDocument,
  PasswordChangeDocument,
  TokenBlacklistDocument,
  TokenRefreshDocument,
  TokenVerifyDocument,
} from '../generated/operations.ts';
import { claimsOf, forgeForAlice, refusal, refusalOfMissing, refusalOfBlank } from '../support/forge.ts';
import { PASSWORD, startTestServer, type TestServer, type TestServerOptions } from '../support/server.ts';
import { describeEachStore } from '../support/stores.ts';

const BLACKLISTED = refusal('Token is blacklisted', 'token_blacklisted');
const PASSWORD_CHANGED = refusal("The user's password has been changed.", 'password_changed');
const NO_ACTIVE_ACCOUNT = refusal('No active account found for the given token.', 'no_active_account');
const CUSTOM = { tenant: 'acme', roles: ['ADMIN'], limits: { seats: 3 } };
const withCustomClaims = { hooks: { claims: () => CUSTOM } };

describeEachStore('refresh', (kind) => {
  let server: TestServer;
  const start = async (options?: TestServerOptions): Promise<TestServer> =>
    (server = await startTestServer(kind, options));
  afterEach(() => server.remove());

  const send = (refresh: string | null) => server.client.send(TokenRefreshDocument, { refresh: refresh ?? '' });
  const refreshed = async (refresh: string | null) =>
    (await server.client.expect(TokenRefreshDocument, { refresh: refresh ?? '' })).tokenRefresh;
  const hello = (token: string) => server.client.send(HelloDocument, {}, { token });
  const verify = (token: string | null) => server.client.send(TokenVerifyDocument, { token: token ?? '' });
  const sessions = () => server.auth.sessions.list(server.alice.id);

  test.each([
    ['missing', {}],
    ['null', { refresh: null }],
  ])('13: a refresh token that is %s is named, and nothing is refreshed', async (_case, variables) => {
    const { client } = await start();
    const { refresh } = await server.signIn();
    const answer = await client.sendRaw({ query: print(TokenRefreshDocument), variables });
    expect(answer).toMatchObject(refusalOfMissing('refresh', 'tokenRefresh'));
    expect(await sessions()).toMatchObject([{ jti: claimsOf(refresh)['jti'] }]);
  });

  test('13: a blank refresh token is refused by its field', async () => {
    await start();
    for (const blank of ['', ' \n']) expect(await send(blank)).toMatchObject(refusalOfBlank('refresh', 'tokenRefresh'));
  });

  test('14: a refresh token with no exp is refused, of a session or of none', async () => {
    await start();
    const { refresh } = await server.signIn();
    const noExp = refusal("Token has no 'exp' claim", 'token_not_valid');
    expect(await send(forgeForAlice(server, { exp: undefined }))).toMatchObject(noExp);
    expect(await send(forgeForAlice(server, { ...claimsOf(refresh), exp: undefined }))).toMatchObject(noExp);
    await refreshed(refresh);
  });

  test('15 S14: an expired refresh token is refused, from the second of its exp on', async () => {
    const { clock } = await start();
    const { refresh } = await server.signIn();
    clock.advance(24 * 60 * 60 - 1);
    const { refresh: successor } = await refreshed(refresh);
    clock.advance(24 * 60 * 60);
    expect(claimsOf(successor)['exp']).toBe(clock.seconds);
    expect(await send(successor)).toMatchObject(refusal('Token is expired', 'token_expired'));
  });

  test('16: an access token, a sliding one, and one of a type nobody knows are of the wrong type', async () => {
    await start();
    const { access } = await server.signIn();
    for (const token of [access, ...['sliding', 'other'].map((type) => forgeForAlice(server, { token_type: type }))]) {
      expect(await send(token)).toMatchObject(refusal('Token has wrong type', 'token_wrong_type', null));
    }
  });

  test('17: custom claims are carried into the access token, which is good', async () => {
    await start(withCustomClaims);
    const { refresh } = await server.signIn();
    const { access } = await refreshed(refresh);
    expect(claimsOf(access)).toMatchObject({ ...CUSTOM, token_type: 'access', user_id: server.alice.id });
    expect(await hello(access)).toMatchObject({ data: { hello: 'Hello, alice!' }, errors: [] });
    expect(await verify(access)).toMatchObject({ data: { tokenVerify: { claims: CUSTOM } } });
  });

  test('17: the claims of a token minted elsewhere are carried along as well', async () => {
    await start();
    const { access, refresh } = await refreshed(forgeForAlice(server, CUSTOM));
    expect(claimsOf(access)).toMatchObject(CUSTOM);
    expect(claimsOf((await refreshed(refresh)).access)).toMatchObject(CUSTOM);
  });

  test('17: without rotation only an access token is returned, and the refresh token stays good', async () => {
    const { client } = await start({ env: { JWT_ROTATE_REFRESH_TOKENS: 'false' } });
    const pair = await server.signIn();
    const first = await refreshed(pair.refresh);
    const second = await refreshed(pair.refresh);
    expect([first.refresh, second.refresh]).toEqual([null, null]);
    const [old, one, two] = [pair.access, first.access, second.access].map((token) => claimsOf(token)['jti']);
    expect(new Set([old, one, two]).size).toBe(3);
    expect(Date.parse(second.refreshExpiresAt)).toBe(Number(claimsOf(pair.refresh)['exp']) * 1000);
    await client.expect(HelloDocument, {}, { token: second.access });
  });

  test('18: the new access token ends its lifetime from now', async () => {
    const { clock } = await start({ env: { JWT_ACCESS_TOKEN_LIFETIME: '7m' } });
    const { refresh } = await server.signIn();
    clock.advance(1000);
    const { access, accessExpiresAt } = await refreshed(refresh);
    expect(claimsOf(access)).toMatchObject({ iat: clock.seconds, exp: clock.seconds + 420 });
    expect(Date.parse(accessExpiresAt)).toBe((clock.seconds + 420) * 1000);
    clock.advance(419);
    expect((await hello(access)).errors).toEqual([]);
    clock.advance(1);
    expect((await hello(access)).errors[0]?.extensions).toMatchObject({ reason: 'token_expired', action: 'REFRESH' });
  });

  test.each([
    [19, 'a deleted', () => server.auth.users.delete(server.alice.id), NO_ACTIVE_ACCOUNT],
    [20, 'an inactive', () => server.auth.users.setActive(server.alice.id, false), BLACKLISTED],
  ])('%i S15: %s user gets no token, of whatever session', async (_number, _case, end, afterwards) => {
    await start();
    const { refresh } = await server.signIn();
    await end();
    expect(await send(forgeForAlice(server, {}))).toMatchObject(NO_ACTIVE_ACCOUNT);
    expect(await send(refresh)).toMatchObject(NO_ACTIVE_ACCOUNT);
    await server.auth.users.setActive(server.alice.id, true);
    expect(await send(refresh)).toMatchObject(afterwards);
  });

  test('20 S15: the rule is asked again at every refresh', async () => {
    let allowed = true;
    await start({ hooks: { userAuthenticationRule: () => allowed } });
    const { refresh } = await server.signIn();
    allowed = false;
    expect(await send(refresh)).toMatchObject(NO_ACTIVE_ACCOUNT);
    allowed = true;
    await refreshed(refresh);
  });

  test('21: rotation gives a new jti and exp, the same session, and the custom claims in both tokens', async () => {
    const { clock } = await start(withCustomClaims);
    const { refresh } = await server.signIn();
    clock.advance(100);
    const tokens = await refreshed(refresh);
    const [before, after, access] = [refresh, tokens.refresh, tokens.access].map(claimsOf);
    expect(after).toMatchObject({ ...CUSTOM, token_type: 'refresh', user_id: server.alice.id, sid: before?.['sid'] });
    expect(after).toMatchObject({ iat: clock.seconds, exp: clock.seconds + 24 * 60 * 60 });
    expect(Date.parse(tokens.refreshExpiresAt)).toBe((clock.seconds + 24 * 60 * 60) * 1000);
    expect(access).toMatchObject({ ...CUSTOM, token_type: 'access', sid: before?.['sid'] });
    expect(new Set([before, after, access].map((claims) => claims?.['jti'])).size).toBe(3);
  });

  test('21: without BLACKLIST_AFTER_ROTATION the presented token stays good beside its successors', async () => {
    const { clock } = await start({ env: { JWT_BLACKLIST_AFTER_ROTATION: 'false' } });
    for (const refresh of [(await server.signIn()).refresh, forgeForAlice(server, {})]) {
      const { refresh: successor } = await refreshed(refresh);
      clock.advance(100);
      const { refresh: sibling } = await refreshed(refresh);
      const tokens = [refresh, successor, sibling];
      expect(new Set(tokens.map((token) => claimsOf(token)['jti'])).size).toBe(3);
      for (const token of tokens) expect((await verify(token)).errors).toEqual([]);
    }
  });

  describe.each(['of a session', 'minted elsewhere'])('with BLACKLIST_AFTER_ROTATION', (origin) => {
    const oldToken = async () =>
      origin === 'of a session' ? (await server.signIn()).refresh : forgeForAlice(server, {});

    test(`22: the old jti ${origin} is blacklisted, and the new one outstanding`, async () => {
      await start({ env: { JWT_REUSE_GRACE: '0' } });
      const refresh = await oldToken();
      const { refresh: successor } = await refreshed(refresh);
      const [old, current] = [claimsOf(refresh), claimsOf(successor)];
      expect(await sessions()).toMatchObject([{ id: current['sid'], previousJti: old['jti'], jti: current['jti'] }]);
      expect(await verify(refresh)).toMatchObject(BLACKLISTED);
      expect((await verify(successor)).errors).toEqual([]);
    });

    test(`22: using the old token ${origin} again, once its successor was used, ends that of the successor`, async () => {
      const { auth } = await start();
      const refresh = await oldToken();
      const { refresh: successor, access } = await refreshed((await refreshed(refresh)).refresh);
      for (const token of [refresh, refresh, successor]) {
        const [error] = (await send(token)).errors;
        expect(error).toMatchObject({ message: 'Token is blacklisted', extensions: { reason: 'token_blacklisted' } });
        // A client of simplejwt's default, which does not rotate, comes again with the token that it has.
        expect(error?.extensions['hint']).toMatch(/Keep the refresh token of every answer.*JWT_ROTATE_REFRESH_TOKENS/);
      }
      expect(await hello(access)).toMatchObject(refusal('Session has been revoked', 'session_revoked'));
      const ended = await auth.sessions.find(String(claimsOf(successor)['sid']));
      expect(ended).toMatchObject({ revokedReason: 'reused' });
    });
  });

  test.each([
    ['30s', 6, null],
    ['0s', 1, 'reused'],
  ])('22: six refreshes at once, %s of grace: %i are answered, all with one successor', async (grace, count, end) => {
    const { auth } = await start({ env: { JWT_REUSE_GRACE: grace } });
    const { refresh } = await server.signIn();
    const answers = await Promise.all(Array.from({ length: 6 }, () => send(refresh)));
    const successors = answers.flatMap(({ data }) => data?.tokenRefresh.refresh ?? []);
    expect([successors.length, new Set(successors).size]).toEqual([count, 1]);
    expect(await auth.sessions.find(String(claimsOf(refresh)['sid']))).toMatchObject({ revokedReason: end });
  });

  test('23 S15: with CHECK_REVOKE a token from before a password change is refused, for good', async () => {
    await start({ env: { JWT_CHECK_REVOKE_TOKEN: 'true' } });
    const { refresh } = await server.signIn();
    const ofNoSession = forgeForAlice(server, { hash_password: claimsOf(refresh)['hash_password'] });
    server.clock.advance(1);
    await server.auth.users.setPassword(server.alice.id, 'looking-glass');
    for (const old of [ofNoSession, ofNoSession, refresh, refresh, forgeForAlice(server, {})]) {
      expect(await send(old)).toMatchObject(PASSWORD_CHANGED);
    }
  });

  test('23: with CHECK_REVOKE a token is good for as long as the password is', async () => {
    await start({ env: { JWT_CHECK_REVOKE_TOKEN: 'true' } });
    const { refresh } = await refreshed((await server.signIn()).refresh);
    const { access } = await refreshed(refresh);
    expect((await hello(access)).errors).toEqual([]);
  });

  test.each(['false', 'true'])(
    '23: passwordChange ends the tokens it was made with (CHECK_REVOKE %s)',
    async (check) => {
      const { client, clock } = await start({ env: { JWT_CHECK_REVOKE_TOKEN: check } });
      const { access, refresh } = await server.signIn();
      clock.advance(1);
      const variables = { currentPassword: PASSWORD, newPassword: 'looking-glass' };
      const { passwordChange: pair } = await client.expect(PasswordChangeDocument, variables, { token: access });
      expect(await send(refresh)).toMatchObject(PASSWORD_CHANGED);
      expect((await hello(access)).data).toBeNull();
      expect((await hello(pair.access)).errors).toEqual([]);
      await refreshed(pair.refresh);
    },
  );

  test('24: a blacklisted token is refused, of a session or of none', async () => {
    const { client } = await start();
    for (const refresh of [(await server.signIn()).refresh, forgeForAlice(server, {})]) {
      await client.expect(TokenBlacklistDocument, { refresh });
      expect(await send(refresh)).toMatchObject(BLACKLISTED);
      expect(await send(refresh)).toMatchObject(BLACKLISTED);
    }
    expect(await sessions()).toEqual([]);
  });
});
