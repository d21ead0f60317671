import { afterEach, expect, jest, test } from '@jest/globals';
import { StoreUnavailable } from '../../src/contracts/errors.ts';
import {
  HelloDocument,
  PasswordChangeDocument,
  TokenBlacklistDocument,
  TokenObtainPairDocument,
  TokenRefreshDocument,
} from '../generated/operations.ts';
import { claimsOf, refusal, refusalOfMissing } from '../support/forge.ts';
import { COOKIE, cookieLine, cookiesOf, Page } from '../support/page.ts';
import { PASSWORD, startTestServer, type TestServer, type TestServerOptions } from '../support/server.ts';
import { describeEachStore } from '../support/stores.ts';

const CREDENTIALS = { username: 'alice', password: PASSWORD };
const NEW_PASSWORD = { currentPassword: PASSWORD, newPassword: 'looking-glass' };
const NOT_AUTHENTICATED = refusal('Authentication credentials were not provided.', 'not_authenticated');

describeEachStore('cookie mode', (kind) => {
  let server: TestServer;
  const start = async ({ env, ...options }: TestServerOptions = {}): Promise<Page> => {
    server = await startTestServer(kind, { env: { JWT_REFRESH_COOKIE: 'on', ...env }, ...options });
    return new Page(server.url);
  };
  afterEach(() => server.remove());

  const signIn = async (page: Page): Promise<string> => {
    const { data } = await page.send(TokenObtainPairDocument, CREDENTIALS);
    return data?.tokenObtainPair.access ?? '';
  };
  const hello = (token: string) => server.client.send(HelloDocument, {}, { token });
  const endOf = (token: string | null) => new Date(Number(claimsOf(token)['exp']) * 1000);
  const sessionOf = (token: string | null) => server.auth.sessions.find(String(claimsOf(token)['sid']));

  test('signing in puts the refresh token into the cookie, and not into the answer', async () => {
    const page = await start();
    const answer = await page.send(TokenObtainPairDocument, CREDENTIALS);
    const token = page.token ?? '';
    expect(claimsOf(token)).toMatchObject({ token_type: 'refresh', user_id: server.alice.id });
    expect(cookiesOf(answer)).toEqual([cookieLine(token, endOf(token))]);
    expect(answer.errors).toEqual([]);
    expect(answer.data?.tokenObtainPair).toMatchObject({
      refresh: null,
      refreshExpiresAt: endOf(token).toISOString(),
    });
    expect((await hello(answer.data?.tokenObtainPair.access ?? '')).data).toEqual({ hello: 'Hello, alice!' });
  });

  test('S49: signing in again ends the session that the cookie held, and no other', async () => {
    const page = await start();
    const elsewhere = await new Page(server.url).send(TokenObtainPairDocument, CREDENTIALS);
    const former = await signIn(page);
    const first = page.token;
    const next = await signIn(page);
    expect((await hello(former)).errors).toMatchObject([{ extensions: { reason: 'session_revoked' } }]);
    expect(await sessionOf(first)).toMatchObject({ revokedReason: 'signed_out' });
    for (const access of [next, elsewhere.data?.tokenObtainPair.access ?? '']) {
      expect((await hello(access)).data).toEqual({ hello: 'Hello, alice!' });
    }
    const third = page.token;
    for (const odd of ['nonsense', first, `${third}x`]) {
      page.token = odd;
      expect((await hello(await signIn(page))).data).toEqual({ hello: 'Hello, alice!' });
    }
    expect(await sessionOf(third)).toMatchObject({ revokedReason: null });
  });

  test('S49: a sign-in that fails ends nothing', async () => {
    const page = await start();
    const access = await signIn(page);
    const { errors } = await page.send(TokenObtainPairDocument, { ...CREDENTIALS, password: 'wrong' });
    expect(errors).toHaveLength(1);
    expect((await hello(access)).data).toEqual({ hello: 'Hello, alice!' });
  });

  test('S49: a sign-in that cannot end it is refused, and the cookie stays', async () => {
    const page = await start();
    await signIn(page);
    const former = page.token;
    const blacklist = jest.spyOn(server.auth.tokens, 'blacklist').mockRejectedValueOnce(new StoreUnavailable(null));
    const { data, errors } = await page.send(TokenObtainPairDocument, CREDENTIALS);
    blacklist.mockRestore();
    expect({ data, errors }).toMatchObject({ data: null, errors: [{ extensions: { reason: 'store_unavailable' } }] });
    expect(page.token).toBe(former);
  });

  test('refreshing exchanges the token in the cookie for its successor', async () => {
    const page = await start();
    await signIn(page);
    const first = page.token;
    server.clock.advance(100);
    const answer = await page.send(TokenRefreshDocument, {});
    const second = page.token ?? '';
    expect(claimsOf(second)).toMatchObject({ sid: claimsOf(first)['sid'], iat: server.clock.seconds });
    expect(claimsOf(second)['jti']).not.toBe(claimsOf(first)['jti']);
    expect(cookiesOf(answer)).toEqual([cookieLine(second, endOf(second))]);
    expect(answer.data?.tokenRefresh).toMatchObject({ refresh: null, refreshExpiresAt: endOf(second).toISOString() });
    expect((await hello(answer.data?.tokenRefresh.access ?? '')).errors).toEqual([]);
    expect((await page.send(TokenRefreshDocument, { refresh: null })).errors).toEqual([]);
  });

  test('the former cookie gets the same successor within the grace interval, and ends the session after it', async () => {
    const page = await start();
    await signIn(page);
    const first = page.token;
    await page.send(TokenRefreshDocument, {});
    const second = page.token;
    page.token = first;
    expect((await page.send(TokenRefreshDocument, {})).errors).toEqual([]);
    expect(page.token).toBe(second);
    await page.send(TokenRefreshDocument, {});
    page.token = first;
    const [error] = (await page.send(TokenRefreshDocument, {})).errors;
    expect(error).toMatchObject({ extensions: { reason: 'token_blacklisted', hint: expect.any(String) } });
    expect(await sessionOf(second)).toMatchObject({ revokedReason: 'reused' });
  });

  test('signing out ends the session and clears the cookie', async () => {
    const page = await start();
    const access = await signIn(page);
    const { jti } = claimsOf(page.token);
    const answer = await page.send(TokenBlacklistDocument, {});
    expect(answer).toMatchObject({ data: { tokenBlacklist: { jti } }, errors: [] });
    expect(cookiesOf(answer)).toEqual([cookieLine('', new Date(0))]);
    expect(await hello(access)).toMatchObject(refusal('Session has been revoked', 'session_revoked'));
    expect(await page.send(TokenRefreshDocument, {})).toMatchObject(NOT_AUTHENTICATED);
  });

  test('changing the password puts the token of the new session into the cookie', async () => {
    const page = await start();
    const token = await signIn(page);
    const former = page.token;
    const answer = await page.send(PasswordChangeDocument, NEW_PASSWORD, { token });
    expect(answer).toMatchObject({ data: { passwordChange: { refresh: null } }, errors: [] });
    expect(cookiesOf(answer)).toEqual([cookieLine(page.token ?? '', endOf(page.token))]);
    expect(claimsOf(page.token)['sid']).not.toBe(claimsOf(former)['sid']);
    expect((await page.send(TokenRefreshDocument, {})).errors).toEqual([]);
  });

  test('S49: changing the password ends the session of somebody else that the cookie held', async () => {
    const page = await start();
    await server.auth.users.create({ username: 'bob', password: PASSWORD });
    const { access: token } = await server.signIn();
    await page.send(TokenObtainPairDocument, { ...CREDENTIALS, username: 'bob' });
    const ofBob = page.token;
    expect((await page.send(PasswordChangeDocument, NEW_PASSWORD, { token })).errors).toEqual([]);
    expect(claimsOf(page.token)['user_id']).toBe(server.alice.id);
    expect(await sessionOf(ofBob)).toMatchObject({ revokedReason: 'signed_out' });
  });

  test('a program, which names no origin, has its tokens in the answer and needs no cookie', async () => {
    await start();
    const { client } = server;
    const signedIn = await client.send(TokenObtainPairDocument, CREDENTIALS);
    const { access: token = '', refresh = null } = signedIn.data?.tokenObtainPair ?? {};
    const refreshed = await client.send(TokenRefreshDocument, { refresh });
    const changed = await client.send(PasswordChangeDocument, NEW_PASSWORD, { token });
    const last = changed.data?.passwordChange.refresh ?? null;
    const signedOut = await client.send(TokenBlacklistDocument, { refresh: last });
    const tokens = [refresh, refreshed.data?.tokenRefresh.refresh ?? null, last];
    expect(tokens.map((text) => claimsOf(text)['token_type'])).toEqual(['refresh', 'refresh', 'refresh']);
    expect(signedOut).toMatchObject({ data: { tokenBlacklist: { jti: claimsOf(last)['jti'] } }, errors: [] });
    expect([signedIn, refreshed, changed, signedOut].flatMap(cookiesOf)).toEqual([]);
  });

  test('the cookie of a request without an origin is not read', async () => {
    await start();
    const { refresh } = await server.signIn();
    const headers = { cookie: `${COOKIE}=${refresh}` };
    const refreshed = await server.client.send(TokenRefreshDocument, {}, { headers });
    expect(refreshed).toMatchObject(refusalOfMissing('refresh', 'tokenRefresh'));
    const signedOut = await server.client.send(TokenBlacklistDocument, {}, { headers });
    expect(signedOut).toMatchObject(refusalOfMissing('refresh', 'tokenBlacklist'));
    expect(await sessionOf(refresh)).toMatchObject({ jti: claimsOf(refresh)['jti'], revokedAt: null });
  });

  test('a token that a page still holds itself wins over the cookie, and its successor moves there', async () => {
    const page = await start();
    await signIn(page);
    const inCookie = page.token;
    const { refresh } = await server.signIn();
    const answer = await page.send(TokenRefreshDocument, { refresh });
    expect(answer).toMatchObject({ data: { tokenRefresh: { refresh: null } }, errors: [] });
    expect(cookiesOf(answer)).toEqual([cookieLine(page.token ?? '', endOf(page.token))]);
    expect(claimsOf(page.token)['sid']).toBe(claimsOf(refresh)['sid']);
    expect(await sessionOf(inCookie)).toMatchObject({ jti: claimsOf(inCookie)['jti'] });
    expect((await page.send(TokenRefreshDocument, {})).errors).toEqual([]);
  });

  test('signing out with a token that a page still holds ends the session of that one', async () => {
    const page = await start();
    await signIn(page);
    const inCookie = page.token;
    const { refresh } = await server.signIn();
    expect((await page.send(TokenBlacklistDocument, { refresh })).errors).toEqual([]);
    expect(await sessionOf(refresh)).toMatchObject({ revokedReason: 'signed_out' });
    expect(await sessionOf(inCookie)).toMatchObject({ revokedAt: null });
  });

  test('without rotation the cookie stays as it is, and a token that a page still holds moves there', async () => {
    const page = await start({ env: { JWT_ROTATE_REFRESH_TOKENS: 'off' } });
    await signIn(page);
    const kept = page.token;
    const refreshed = await page.send(TokenRefreshDocument, {});
    expect(refreshed).toMatchObject({ data: { tokenRefresh: { refresh: null } }, errors: [] });
    expect(cookiesOf(refreshed)).toEqual([]);
    const { refresh } = await server.signIn();
    const moved = await page.send(TokenRefreshDocument, { refresh });
    expect(moved).toMatchObject({ data: { tokenRefresh: { refresh: null } }, errors: [] });
    expect(cookiesOf(moved)).toEqual([cookieLine(refresh, endOf(refresh))]);
    expect(refresh).not.toBe(kept);
  });

  test('operations of one document each see what those before them left, and one cookie is set', async () => {
    const page = await start();
    const query = `mutation {
      tokenObtainPair(username: "alice", password: "${PASSWORD}") { access }
      tokenRefresh { access }
    }`;
    const answer = await page.sendRaw({ query });
    expect(answer.errors).toEqual([]);
    const [session] = await server.auth.sessions.list(server.alice.id);
    const [line = '', ...others] = cookiesOf(answer);
    expect(others).toEqual([]);
    const [, token = null] = /=([^;]+)/.exec(line) ?? [];
    expect(claimsOf(token)['jti']).toBe(session?.jti);
    expect(session?.previousJti).not.toBeNull();
  });

  test('off, neither the cookie nor the origin is looked at', async () => {
    await start({ env: { JWT_REFRESH_COOKIE: 'off' } });
    const page = new Page(server.url, 'https://evil.example.com');
    const signedIn = await page.send(TokenObtainPairDocument, CREDENTIALS);
    const refresh = signedIn.data?.tokenObtainPair.refresh ?? null;
    expect(claimsOf(refresh)['token_type']).toBe('refresh');
    page.token = refresh;
    expect(await page.send(TokenRefreshDocument, {})).toMatchObject(refusalOfMissing('refresh', 'tokenRefresh'));
    expect(await page.send(TokenBlacklistDocument, {})).toMatchObject(refusalOfMissing('refresh', 'tokenBlacklist'));
    const refreshed = await page.send(TokenRefreshDocument, { refresh });
    expect(refreshed.data?.tokenRefresh.refresh).toEqual(expect.any(String));
    expect([signedIn, refreshed].flatMap(cookiesOf)).toEqual([]);
  });
});
