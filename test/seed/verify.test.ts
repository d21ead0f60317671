import { afterEach, expect, test } from '@jest/globals';
import { print } from 'graphql';
import {
  TokenBlacklistDocument,
  TokenObtainSlidingDocument,
  TokenRefreshDocument,
  TokenVerifyDocument,
} from '../generated/operations.ts';
import { claimsOf, forgeForAlice, refusal, refusalOfBlank } from '../support/forge.ts';
import { PASSWORD, startTestServer, type TestServer, type TestServerOptions } from '../support/server.ts';
import { describeEachStore } from '../support/stores.ts';

const BLACKLISTED = refusal('Token is blacklisted', 'token_blacklisted');
const TYPES = ['access', 'refresh', 'sliding'] as const;

describeEachStore('verify', (kind) => {
  let server: TestServer;
  const start = async (options?: TestServerOptions): Promise<TestServer> =>
    (server = await startTestServer(kind, options));
  afterEach(() => server.remove());

  const send = (token: string | null) => server.client.send(TokenVerifyDocument, { token: token ?? '' });
  const verified = async (token: string) => (await server.client.expect(TokenVerifyDocument, { token })).tokenVerify;
  const obtainSliding = async () => {
    const credentials = { username: 'alice', password: PASSWORD };
    return (await server.client.expect(TokenObtainSlidingDocument, credentials)).tokenObtainSliding;
  };
  /** One good token of each type, from two sessions. */
  const obtainAll = async () => {
    const { access, refresh } = await server.signIn();
    return { access, refresh, sliding: (await obtainSliding()).token };
  };

  test.each([
    ['missing', {}, 'Variable "$token" of required type "String!" was not provided.'],
    ['null', { token: null }, 'Variable "$token" of non-null type "String!" must not be null.'],
  ])('25: a token that is %s is named', async (_case, variables, message) => {
    const { client } = await start();
    const answer = await client.sendRaw({ query: print(TokenVerifyDocument), variables });
    expect(answer).toMatchObject({ status: 400, data: null });
    expect(answer.errors).toEqual([expect.objectContaining({ message, extensions: { code: 'BAD_USER_INPUT' } })]);
  });

  test('25: a blank token is refused by its field', async () => {
    await start();
    for (const blank of ['', ' \n']) expect(await send(blank)).toMatchObject(refusalOfBlank('token', 'tokenVerify'));
  });

  test.each(TYPES)('26: a token of type %s with no exp is refused', async (type) => {
    await start();
    const noExp = refusal("Token has no 'exp' claim", 'token_not_valid');
    expect(await send(forgeForAlice(server, { token_type: type, exp: undefined }))).toMatchObject(noExp);
    const own = (await obtainAll())[type];
    expect(await send(forgeForAlice(server, { ...claimsOf(own), exp: undefined }))).toMatchObject(noExp);
  });

  test.each([
    ['access', 300, 'REFRESH'],
    ['refresh', 86_400, 'LOGIN'],
    ['sliding', 300, 'LOGIN'],
  ] as const)(
    '27: a token of type %s is expired after %i seconds, and what to do is %s',
    async (type, after, action) => {
      const { clock } = await start();
      const token = (await obtainAll())[type];
      expect(claimsOf(token)['exp']).toBe(clock.seconds + after);
      clock.advance(after - 1);
      expect((await send(token)).errors).toEqual([]);
      clock.advance(1);
      expect(await send(token)).toMatchObject(refusal('Token is expired', 'token_expired', action));
    },
  );

  test.each(TYPES)('28: a good token of type %s is answered with what it says', async (type) => {
    const { alice, clock } = await start({ hooks: { claims: () => ({ tenant: 'acme' }) } });
    const token = (await obtainAll())[type];
    const claims = claimsOf(token);
    const answer = await verified(token);
    expect(answer).toEqual({
      tokenType: type,
      userId: alice.id,
      jti: claims['jti'],
      issuedAt: new Date(clock.seconds * 1000).toISOString(),
      expiresAt: new Date(Number(claims['exp']) * 1000).toISOString(),
      claims,
    });
    expect(answer.claims['tenant']).toBe('acme');
  });

  test.each([
    ['User not found', 'user_not_found', () => server.auth.users.delete(server.alice.id)],
    ['User is inactive', 'user_inactive', () => server.auth.users.setActive(server.alice.id, false)],
    [
      "The user's password has been changed.",
      'password_changed',
      () => server.auth.users.setPassword(server.alice.id, 'looking-glass'),
    ],
  ])('28: a token is good for as long as its user is: %s', async (message, reason, end) => {
    const { clock } = await start({ env: { JWT_CHECK_REVOKE_TOKEN: 'true' } });
    const own = await obtainAll();
    const { hash_password } = claimsOf(own.access);
    const ofNoSession = TYPES.map((type) => forgeForAlice(server, { token_type: type, hash_password }));
    for (const token of ofNoSession) expect((await send(token)).errors).toEqual([]);
    clock.advance(1);
    await end();
    for (const token of ofNoSession) expect(await send(token)).toMatchObject(refusal(message, reason));
    for (const type of TYPES) expect(await send(own[type])).toMatchObject(refusal(message, reason));
  });

  test('29: a token of a type nobody knows is good, and so is one of no type', async () => {
    await start();
    const known = { jti: 'abc', userId: server.alice.id };
    const unknown = forgeForAlice(server, { token_type: 'passport', jti: 'abc' });
    expect(await verified(unknown)).toMatchObject({ ...known, tokenType: 'passport' });
    const untyped = forgeForAlice(server, { token_type: undefined, jti: 'abc' });
    expect(await verified(untyped)).toMatchObject({ ...known, tokenType: 'untyped' });
  });

  test('29: a token without user and time of issue is good, of whatever type', async () => {
    const { clock } = await start();
    const token = forgeForAlice(server, { token_type: 'passport', jti: 'abc', user_id: undefined, iat: undefined });
    expect(await verified(token)).toEqual({
      tokenType: 'passport',
      userId: null,
      jti: 'abc',
      issuedAt: null,
      expiresAt: new Date((clock.seconds + 300) * 1000).toISOString(),
      claims: { token_type: 'passport', jti: 'abc', exp: clock.seconds + 300 },
    });
  });

  test('30: a blacklisted refresh token is refused, and the access token of its session with it', async () => {
    const { client } = await start();
    const { access, refresh } = await server.signIn();
    const other = await server.signIn();
    await client.expect(TokenBlacklistDocument, { refresh });
    expect(await send(refresh)).toMatchObject(BLACKLISTED);
    expect(await send(access)).toMatchObject(BLACKLISTED);
    for (const token of [other.access, other.refresh]) expect((await send(token)).errors).toEqual([]);
  });

  test('30: a blacklisted refresh token minted elsewhere is refused, for as long as it lasts', async () => {
    const { client, clock } = await start();
    const refresh = forgeForAlice(server, {});
    await client.expect(TokenBlacklistDocument, { refresh });
    clock.advance(299);
    await server.auth.flushExpired();
    expect(await send(refresh)).toMatchObject(BLACKLISTED);
    clock.advance(1);
    await server.auth.flushExpired();
    expect(await send(refresh)).toMatchObject(refusal('Token is expired', 'token_expired'));
  });

  test('30: a superseded refresh token is refused, and asking about it ends nothing', async () => {
    const { client } = await start();
    const { refresh } = await server.signIn();
    const { tokenRefresh: first } = await client.expect(TokenRefreshDocument, { refresh });
    const { tokenRefresh } = await client.expect(TokenRefreshDocument, { refresh: first.refresh });
    expect(await send(refresh)).toMatchObject(BLACKLISTED);
    expect((await send(tokenRefresh.refresh)).errors).toEqual([]);
  });
});
