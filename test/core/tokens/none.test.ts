import { afterEach, expect, test } from '@jest/globals';
import * as Operations from '../../generated/operations.ts';
import { claimsOf, forgeForAlice, refusal } from '../../support/forge.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { describeEachStore } from '../../support/stores.ts';

const DAY = 24 * 3600;

describeEachStore('a server whose settings are none', (kind) => {
  let server: TestServer;
  const start = async (env: Readonly<Record<string, string>>): Promise<TestServer> =>
    (server = await startTestServer(kind, { env }));
  afterEach(() => server.remove());

  const hello = (token: string) => server.client.send(Operations.HelloDocument, {}, { token });
  const refresh = (token: string) => server.client.send(Operations.TokenRefreshDocument, { refresh: token });
  const GREETING = { data: { hello: 'Hello, alice!' }, errors: [] };
  const BLACKLISTED = refusal('Token is blacklisted', 'token_blacklisted');

  test('writes no claim for an audience and an issuer that are none, and asks for none', async () => {
    await start({ JWT_AUDIENCE: 'None', JWT_ISSUER: 'None', JWT_JWK_URL: 'None', JWT_VERIFYING_KEY: 'off' });
    const { access, refresh: token } = await server.signIn();
    for (const claims of [claimsOf(access), claimsOf(token)]) {
      expect(claims).not.toHaveProperty('aud');
      expect(claims).not.toHaveProperty('iss');
    }
    expect(await hello(forgeForAlice(server, { token_type: 'access', aud: 'another' }))).toMatchObject(GREETING);
  });

  test('JWT_JTI_CLAIM: takes tokens without an id, each refresh token of them once, and gives its own one', async () => {
    await start({ JWT_JTI_CLAIM: 'None', JWT_REUSE_GRACE: '0s' });
    const without = (claims: object) => forgeForAlice(server, { jti: undefined, ...claims });
    expect(await hello(without({ token_type: 'access' }))).toMatchObject(GREETING);

    const [first, second, third] = [1, 2, 3].map((number) => without({ number }));
    const { data } = await refresh(first ?? '');
    expect(claimsOf(data?.tokenRefresh.refresh ?? '')).toMatchObject({ jti: expect.any(String), number: 1 });
    expect(await hello(data?.tokenRefresh.access ?? '')).toMatchObject(GREETING);
    expect((await refresh(first ?? '')).errors[0]?.extensions['reason']).toBe('token_blacklisted');

    await server.client.expect(Operations.TokenBlacklistDocument, { refresh: second ?? '' });
    expect(await refresh(second ?? '')).toMatchObject(BLACKLISTED);
    expect((await refresh(third ?? '')).errors).toEqual([]);
    expect((await server.signIn()).refresh).not.toBe('');
  });

  test('JWT_TOKEN_TYPE_CLAIM: takes a token without a type for one that is due, and gives its own one', async () => {
    await start({ JWT_TOKEN_TYPE_CLAIM: 'None' });
    const untyped = forgeForAlice(server, { token_type: undefined });
    expect(await hello(untyped)).toMatchObject(GREETING);
    const { tokenVerify } = await server.client.expect(Operations.TokenVerifyDocument, { token: untyped });
    expect(tokenVerify.tokenType).toBe('untyped');
    const { tokenRefresh } = await server.client.expect(Operations.TokenRefreshDocument, { refresh: untyped });
    expect(claimsOf(tokenRefresh.access)).toMatchObject({ token_type: 'access' });

    const own = await server.signIn();
    expect(claimsOf(own.refresh)).toMatchObject({ token_type: 'refresh' });
    const wrongType = expect.objectContaining({ extensions: expect.objectContaining({ reason: 'token_wrong_type' }) });
    expect((await hello(own.refresh)).errors).toEqual([wrongType]);
    expect((await refresh(own.access)).errors).toEqual([wrongType]);
  });

  test('both: refuses what is not there by default', async () => {
    await start({});
    const noId = refusal('Token has no id', 'token_not_valid');
    expect(await refresh(forgeForAlice(server, { jti: undefined }))).toMatchObject(noId);
    const noType = refusal('Token has no type', 'token_not_valid');
    expect(await refresh(forgeForAlice(server, { token_type: undefined }))).toMatchObject(noType);
  });

  test('JWT_SESSION_LIFETIME: a session is refreshed for years, and ends when it lies idle', async () => {
    await start({ JWT_SESSION_LIFETIME: 'none', JWT_REFRESH_TOKEN_LIFETIME: '90d' });
    let { refresh: token } = await server.signIn();
    for (let month = 0; month < 40; month += 1) {
      server.clock.advance(89 * DAY);
      const { tokenRefresh } = await server.client.expect(Operations.TokenRefreshDocument, { refresh: token });
      token = tokenRefresh.refresh ?? '';
      expect(claimsOf(token)['exp']).toBe(server.clock.seconds + 90 * DAY);
      await server.auth.flushExpired();
    }
    const [session] = await server.auth.sessions.list(server.alice.id);
    expect(session?.endsAt).toEqual(new Date('9999-12-31T23:59:59.999Z'));
    server.clock.advance(90 * DAY);
    expect(await refresh(token)).toMatchObject(refusal('Token is expired', 'token_expired'));
  });

  test('JWT_SESSION_LIFETIME: a sliding token too is refreshed until its end of refreshing', async () => {
    await start({ JWT_SESSION_LIFETIME: 'none', JWT_SLIDING_TOKEN_REFRESH_LIFETIME: '3650d' });
    const { client, clock } = server;
    const credentials = { username: 'alice', password: 'wonderland123!' };
    const { tokenObtainSliding } = await client.expect(Operations.TokenObtainSlidingDocument, credentials);
    expect(claimsOf(tokenObtainSliding.token)['refresh_exp']).toBe(clock.seconds + 3650 * DAY);
  });

  test('JWT_USER_ID_FIELD: the primary key is the id', async () => {
    await start({ JWT_USER_ID_FIELD: 'pk' });
    const { access } = await server.signIn();
    expect(claimsOf(access)).toMatchObject({ user_id: server.alice.id });
    expect(await hello(access)).toMatchObject(GREETING);
  });
});
