import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { print } from 'graphql';
import { settingsFromEnvironment } from '../../src/contracts/settings/settings.ts';
import type { Store } from '../../src/contracts/store/store.ts';
import { openStore } from '../../src/stores/open-store.ts';
import {
  HelloDocument,
  TokenBlacklistDocument,
  TokenRefreshDocument,
  TokenVerifyDocument,
} from '../generated/operations.ts';
import { claimsOf, forgeForAlice, refusal, refusalOfMissing, refusalOfBlank } from '../support/forge.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { describeEachStore, newPlace, type Place } from '../support/stores.ts';

const BLACKLISTED = refusal('Token is blacklisted', 'token_blacklisted');

describeEachStore('blacklist', (kind) => {
  let place: Place;
  let server: TestServer;
  let store: Store;
  beforeEach(async () => {
    place = newPlace(kind);
    server = await startTestServer(kind, { env: place.env });
    store = await openStore(settingsFromEnvironment(place.env));
  });
  afterEach(async () => {
    await store.close();
    await server.remove();
    await place.remove();
  });

  const send = (refresh: string | null) => server.client.send(TokenBlacklistDocument, { refresh: refresh ?? '' });
  const blacklisted = async (refresh: string) =>
    (await server.client.expect(TokenBlacklistDocument, { refresh })).tokenBlacklist;
  const hello = (token: string) => server.client.send(HelloDocument, {}, { token });
  const refresh = (token: string) => server.client.send(TokenRefreshDocument, { refresh: token });
  const jtiOf = (token: string) => String(claimsOf(token)['jti']);
  const sessionOf = (token: string) => store.sessions.find(String(claimsOf(token)['sid']));

  test.each([
    ['missing', {}],
    ['null', { refresh: null }],
  ])('31: a refresh token that is %s is named, and nothing is ended', async (_case, variables) => {
    const pair = await server.signIn();
    const answer = await server.client.sendRaw({ query: print(TokenBlacklistDocument), variables });
    expect(answer).toMatchObject(refusalOfMissing('refresh', 'tokenBlacklist'));
    expect(await sessionOf(pair.refresh)).toMatchObject({ revokedAt: null });
  });

  test('31: a blank refresh token is refused by its field', async () => {
    for (const blank of ['', ' \n'])
      expect(await send(blank)).toMatchObject(refusalOfBlank('refresh', 'tokenBlacklist'));
  });

  test('32: a refresh token with no exp is refused and not blacklisted, of a session or of none', async () => {
    const pair = await server.signIn();
    for (const claims of [{}, claimsOf(pair.refresh)]) {
      const token = forgeForAlice(server, { ...claims, exp: undefined });
      expect(await send(token)).toMatchObject(refusal("Token has no 'exp' claim", 'token_not_valid'));
      expect(await store.blacklist.find(jtiOf(token))).toBeNull();
    }
    expect(await sessionOf(pair.refresh)).toMatchObject({ revokedAt: null });
  });

  test('33: an expired refresh token is refused and not blacklisted', async () => {
    const pair = await server.signIn();
    server.clock.advance(86_400);
    expect(await send(pair.refresh)).toMatchObject(refusal('Token is expired', 'token_expired'));
    expect(await store.blacklist.find(jtiOf(pair.refresh))).toBeNull();
  });

  test('34: an access token, a sliding one, and one of a type nobody knows are of the wrong type', async () => {
    const { access } = await server.signIn();
    for (const token of [access, ...['sliding', 'other'].map((type) => forgeForAlice(server, { token_type: type }))]) {
      expect(await send(token)).toMatchObject(refusal('Token has wrong type', 'token_wrong_type', null));
      expect(await store.blacklist.find(jtiOf(token))).toBeNull();
    }
    expect((await hello(access)).errors).toEqual([]);
  });

  test('35 S18: blacklisting a refresh token ends its session, its access tokens included, and no other', async () => {
    const pair = await server.signIn();
    const other = await server.signIn();
    server.clock.advance(10);
    const answer = await blacklisted(pair.refresh);
    expect(answer.jti).toBe(jtiOf(pair.refresh));
    expect(Date.parse(answer.blacklistedAt)).toBe(server.clock.read());

    expect(await refresh(pair.refresh)).toMatchObject(BLACKLISTED);
    expect(await hello(pair.access)).toMatchObject(refusal('Session has been revoked', 'session_revoked'));
    expect((await hello(other.access)).errors).toEqual([]);
    expect((await refresh(other.refresh)).errors).toEqual([]);
  });

  test('35: a refresh token minted elsewhere is blacklisted alone', async () => {
    const { access } = await server.signIn();
    const token = forgeForAlice(server, {});
    expect((await blacklisted(token)).jti).toBe(jtiOf(token));
    expect(await refresh(token)).toMatchObject(BLACKLISTED);
    expect((await hello(access)).errors).toEqual([]);
  });

  test('35: whose token it is does not matter, and neither does a bad header', async () => {
    const headers = { authorization: 'Bearer no.such.token' };
    const token = forgeForAlice(server, { user_id: 'nobody' });
    const { tokenBlacklist } = await server.client.expect(TokenBlacklistDocument, { refresh: token }, { headers });
    expect(tokenBlacklist.jti).toBe(jtiOf(token));
  });

  test('36: the row holds the jti, its end and the time; the session says how it ended', async () => {
    const pair = await server.signIn();
    const now = new Date(server.clock.read());
    for (const token of [pair.refresh, forgeForAlice(server, {})]) {
      const jti = jtiOf(token);
      expect(await store.blacklist.find(jti)).toBeNull();
      await blacklisted(token);
      const expiresAt = new Date(Number(claimsOf(token)['exp']) * 1000);
      expect(await store.blacklist.find(jti)).toEqual({ jti, expiresAt, blacklistedAt: now });
    }
    expect(await sessionOf(pair.refresh)).toMatchObject({ revokedAt: now, revokedReason: 'signed_out' });
  });

  test('37: a second time is refused, of a session or of none', async () => {
    const pair = await server.signIn();
    for (const token of [pair.refresh, forgeForAlice(server, {})]) {
      await blacklisted(token);
      const row = await store.blacklist.find(jtiOf(token));
      server.clock.advance(10);
      expect(await send(token)).toMatchObject(BLACKLISTED);
      expect(await store.blacklist.find(jtiOf(token))).toEqual(row);
    }
  });

  test('37: of several attempts at once exactly one is answered, of a session or of none', async () => {
    const pair = await server.signIn();
    for (const token of [pair.refresh, forgeForAlice(server, {})]) {
      const answers = await Promise.all(Array.from({ length: 8 }, () => send(token)));
      const refused = answers.filter(({ errors }) => errors.length > 0);
      expect(refused).toHaveLength(7);
      for (const answer of refused) expect(answer).toMatchObject(BLACKLISTED);
    }
  });

  test('37: an exchanged token is blacklisted already, and whoever presents it after the next exchange ends its session', async () => {
    const pair = await server.signIn();
    const { tokenRefresh } = await server.client.expect(TokenRefreshDocument, { refresh: pair.refresh });
    const next = await server.client.expect(TokenRefreshDocument, { refresh: tokenRefresh.refresh });
    expect(await send(pair.refresh)).toMatchObject(BLACKLISTED);
    const token = next.tokenRefresh.refresh ?? '';
    expect(await server.client.send(TokenVerifyDocument, { token })).toMatchObject(BLACKLISTED);
    expect(await sessionOf(pair.refresh)).toMatchObject({ revokedReason: 'reused' });
  });
});
