import { randomBytes } from 'node:crypto';
import { afterEach, expect, test } from '@jest/globals';
import type { User } from '../../src/contracts/hooks.ts';
import {
  HelloDocument,
  TokenBlacklistDocument,
  TokenObtainPairDocument,
  TokenRefreshDocument,
  TokenRefreshSlidingDocument,
  TokenVerifyDocument,
} from '../generated/operations.ts';
import type { Answer } from '../support/client.ts';
import { craft, craftAccess, refusalOfAccess } from '../support/craft.ts';
import { claimsOf, forgeForAlice, refusal, type TestClaims } from '../support/forge.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { describeEachStore } from '../support/stores.ts';

const FIVE = ['token_type', 'exp', 'iat', 'jti', 'user_id'];
const ID = /^[\da-f]{32}$/;

describeEachStore('core', (kind) => {
  let server: TestServer;
  const start = async (env: Readonly<Record<string, string>> = {}): Promise<TestServer> =>
    (server = await startTestServer(kind, { env }));
  afterEach(() => server.remove());

  const hello = (token: string) => server.client.send(HelloDocument, {}, { token });
  const verify = (token: string) => server.client.send(TokenVerifyDocument, { token });
  const refresh = (token: string) => server.client.send(TokenRefreshDocument, { refresh: token });
  const blacklist = (token: string) => server.client.send(TokenBlacklistDocument, { refresh: token });
  const refreshed = async (token: string) =>
    (await server.client.expect(TokenRefreshDocument, { refresh: token })).tokenRefresh;
  const headerOf = (token: string): unknown =>
    JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString());
  const expectGood = (answer: Answer<unknown>) => expect(answer).toMatchObject({ errors: [] });

  test('64: a fresh payload has the five claims and its session, in the order of the seed, under a plain header', async () => {
    const { clock, alice } = await start();
    const pair = await server.signIn();
    for (const [type, token, lifetime] of [
      ['access', pair.access, 5 * 60],
      ['refresh', pair.refresh, 24 * 60 * 60],
    ] as const) {
      const claims = claimsOf(token);
      expect(Object.keys(claims)).toEqual([...FIVE, 'sid']);
      expect(claims).toEqual({
        token_type: type,
        exp: clock.seconds + lifetime,
        iat: clock.seconds,
        jti: expect.stringMatching(ID),
        user_id: alice.id,
        sid: expect.stringMatching(ID),
      });
      expect(headerOf(token)).toEqual({ alg: 'HS256', typ: 'JWT' });
    }
  });

  test('64: an access token of no session has exactly the five claims', async () => {
    await start({ JWT_ROTATE_REFRESH_TOKENS: 'false' });
    const { access } = await refreshed(forgeForAlice(server, {}));
    expect(Object.keys(claimsOf(access))).toEqual(FIVE);
    expectGood(await hello(access));
  });

  test('65 S1: a bad signature is refused by every operation', async () => {
    await start();
    const { access, refresh: good } = await server.signIn();
    const [header, payload, signature = ''] = good.split('.');
    const signedElsewhere = { key: randomBytes(32).toString('hex') };
    const first = signature.startsWith('A') ? 'B' : 'A';
    for (const bad of [
      craft(claimsOf(good), signedElsewhere),
      `${header}.${payload}.${first}${signature.slice(1)}`,
      `${header}.${payload}.${signature.slice(0, -1)}`,
      `${header}.${payload}.${access.split('.')[2]}`,
      `${header}.${access.split('.')[1]}.${signature}`,
      `${header}.${payload}.`,
      `${header}.${payload}`,
    ]) {
      const invalid = refusal('Token is invalid', 'token_not_valid');
      expect(await refresh(bad)).toMatchObject(invalid);
      expect(await verify(bad)).toMatchObject(invalid);
      expect(await blacklist(bad)).toMatchObject(invalid);
      expect(await hello(bad)).toMatchObject(refusalOfAccess('Token is invalid'));
    }
    expect(await hello(craft(claimsOf(access), signedElsewhere))).toMatchObject(refusalOfAccess('Token is invalid'));
    expectGood(await refresh(good));
  });

  test('65: of the spellings of one signature only the canonical one is accepted', async () => {
    await start();
    const token = craftAccess(server);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    // 32 bytes end in a character of which only four bits count.
    const sibling = alphabet[alphabet.indexOf(token.slice(-1)) ^ 1] ?? '';
    const respelled = token.slice(0, -1) + sibling;
    const bytes = (text: string) => Buffer.from(text.split('.')[2] ?? '', 'base64url');
    expect(bytes(respelled)).toEqual(bytes(token));
    expect(await hello(respelled)).toMatchObject(refusalOfAccess('Token is invalid'));
    expectGood(await hello(token));
  });

  test('66 S3: a missing type is refused wherever a type is due', async () => {
    await start();
    const token = forgeForAlice(server, { token_type: undefined });
    expect(await refresh(token)).toMatchObject(refusal('Token has no type', 'token_not_valid'));
    expect(await blacklist(token)).toMatchObject(refusal('Token has no type', 'token_not_valid'));
    expect(await hello(token)).toMatchObject(refusalOfAccess('Token has no type'));
    expectGood(await verify(token));
  });

  test('66 S2: a wrong type is refused wherever a type is due', async () => {
    await start();
    const wrongType = refusal('Token has wrong type', 'token_wrong_type', null);
    for (const type of ['access', 'sliding', 'Refresh', 'other']) {
      const token = forgeForAlice(server, { token_type: type });
      expect(await refresh(token)).toMatchObject(wrongType);
      expect(await blacklist(token)).toMatchObject(wrongType);
    }
    for (const type of ['refresh', 'sliding', 'Access', 'other']) {
      const refused = refusalOfAccess('Token has wrong type', 'token_wrong_type', null);
      expect(await hello(forgeForAlice(server, { token_type: type }))).toMatchObject(refused);
    }
  });

  test('66: a type that is called "untyped" is a type, and wrong', async () => {
    await start();
    const token = forgeForAlice(server, { token_type: 'untyped' });
    expect(await refresh(token)).toMatchObject(refusal('Token has wrong type', 'token_wrong_type', null));
  });

  test('66 S3 S10: a missing jti is refused everywhere', async () => {
    await start();
    const token = forgeForAlice(server, { jti: undefined });
    const noId = refusal('Token has no id', 'token_not_valid');
    expect(await refresh(token)).toMatchObject(noId);
    expect(await verify(token)).toMatchObject(noId);
    expect(await blacklist(token)).toMatchObject(noId);
    expect(await hello(craftAccess(server, { jti: undefined }))).toMatchObject(refusalOfAccess('Token has no id'));
  });

  test.each(['100', '100s', 'PT1M40S'])(
    '67 S3: with a leeway of %s a clock may differ by as much, not more',
    async (leeway) => {
      const { clock, alice } = await start({ JWT_LEEWAY: leeway });
      const now = clock.seconds;
      const helloOf = (claims: TestClaims) => hello(craftAccess(server, claims));
      const expired = refusalOfAccess('Token is expired', 'token_expired');
      const early = refusalOfAccess('Token is invalid', 'token_not_valid', 'WAIT');
      expectGood(await helloOf({ exp: now - 50 }));
      expectGood(await helloOf({ exp: now - 99 }));
      expect(await helloOf({ exp: now - 100 })).toMatchObject(expired);
      expect(await helloOf({ exp: now - 200 })).toMatchObject(expired);
      for (const claim of ['nbf', 'iat']) {
        expectGood(await helloOf({ [claim]: now + 50 }));
        expectGood(await helloOf({ [claim]: now + 100 }));
        expect(await helloOf({ [claim]: now + 102 })).toMatchObject(early);
        expect(await helloOf({ [claim]: now + 200 })).toMatchObject(early);
      }
      const slide = (refresh_exp: number) =>
        server.client.send(TokenRefreshSlidingDocument, {
          token: craftAccess(server, { token_type: 'sliding', user_id: alice.id, refresh_exp }),
        });
      expectGood(await slide(now - 99));
      expect(await slide(now - 100)).toMatchObject(refusal("Token 'refresh_exp' claim has expired", 'token_expired'));
    },
  );

  test('67: without a leeway every second counts', async () => {
    const { clock } = await start();
    const expired = refusalOfAccess('Token is expired', 'token_expired');
    expectGood(await hello(craftAccess(server, { exp: clock.seconds + 1 })));
    expect(await hello(craftAccess(server, { exp: clock.seconds }))).toMatchObject(expired);
    expectGood(await hello(craftAccess(server, { iat: clock.seconds, nbf: clock.seconds })));
    const early = refusalOfAccess('Token is invalid', 'token_not_valid', 'WAIT');
    expect(await hello(craftAccess(server, { iat: clock.seconds + 1 }))).toMatchObject(early);
    expect(await hello(craftAccess(server, { nbf: clock.seconds + 1 }))).toMatchObject(early);
  });

  test('67: a session lives as long as its refresh token, leeway included', async () => {
    const { clock, auth } = await start({ JWT_LEEWAY: '100' });
    const { refresh: token } = await server.signIn();
    clock.advance(24 * 60 * 60 + 50);
    expect(await auth.flushExpired()).toEqual({ sessions: 0, blacklist: 0 });
    const { refresh: successor } = await refreshed(token);
    clock.advance(24 * 60 * 60 + 200);
    expect(await refresh(successor ?? '')).toMatchObject(refusal('Token is expired', 'token_expired'));
  });

  test('68: user_id is a string, also where the id is a number in another system and in older tokens', async () => {
    const { auth, client } = await start();
    const bob = await auth.users.create({ id: '42', username: 'bob', password: PASSWORD });
    const credentials = { username: 'bob', password: PASSWORD };
    const { tokenObtainPair: pair } = await client.expect(TokenObtainPairDocument, credentials);
    const older = await refreshed(forgeForAlice(server, { user_id: 42 }));
    for (const token of [pair.access, pair.refresh, older.access, older.refresh ?? '']) {
      expect(claimsOf(token)['user_id']).toBe('42');
    }
    expect(await hello(craftAccess(server, { user_id: 42 }))).toMatchObject({ data: { hello: 'Hello, bob!' } });
    const verified = await verify(forgeForAlice(server, { user_id: 42 }));
    expect(verified).toMatchObject({ data: { tokenVerify: { userId: bob.id } } });
  });

  test('69: with USER_ID_FIELD=username the claim is the username, and finds its user', async () => {
    const { alice, auth } = await start({ JWT_USER_ID_FIELD: 'username' });
    const { access, refresh: token } = await server.signIn();
    expect(claimsOf(access)['user_id']).toBe('alice');
    expect(await hello(access)).toMatchObject({ data: { hello: 'Hello, alice!' } });
    const successor = await refreshed(token);
    expect(claimsOf(successor.access)['user_id']).toBe('alice');
    expect(await hello(craftAccess(server, { user_id: 'alice' }))).toMatchObject({ data: { hello: 'Hello, alice!' } });
    expect(await hello(craftAccess(server))).toMatchObject(refusal('User not found', 'user_not_found'));
    const bob: User = await auth.users.create({ username: 'bob', password: PASSWORD });
    expect(await hello(craftAccess(server, { user_id: bob.id }))).toMatchObject(
      refusal('User not found', 'user_not_found'),
    );
    expect(await auth.sessions.list(alice.id)).toHaveLength(1);
  });

  test('70: no claim that is not copied is equal in a refresh token and the access token made of it', async () => {
    const { clock } = await start({ JWT_ROTATE_REFRESH_TOKENS: 'false' });
    const { refresh: token } = await server.signIn();
    clock.advance(100);
    for (const origin of [token, forgeForAlice(server, { iat: clock.seconds - 50, exp: clock.seconds + 900 })]) {
      const [before, after] = [claimsOf(origin), claimsOf((await refreshed(origin)).access)];
      expect(Object.keys(after)).toEqual(Object.keys(before));
      for (const claim of ['token_type', 'exp', 'jti', 'iat']) expect(after[claim]).not.toBe(before[claim]);
      expect(after).toMatchObject({ user_id: before['user_id'], iat: clock.seconds });
    }
  });
});
