import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import mongoose from 'mongoose';
import { settingsFromOptions } from '../../src/contracts/settings/settings.ts';
import type { Store } from '../../src/contracts/store/store.ts';
import { openStore } from '../../src/stores/open-store.ts';
import {
  HelloDocument,
  TokenBlacklistDocument,
  TokenRefreshDocument,
  TokenVerifyDocument,
} from '../generated/operations.ts';
import { craftAccess, refusalOfAccess } from '../support/craft.ts';
import { claimsOf, forgeForAlice, refusal } from '../support/forge.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { describeEachStore, newPlace, type Place } from '../support/stores.ts';

const BLACKLISTED = refusal('Token is blacklisted', 'token_blacklisted');
const NO_ACTIVE_ACCOUNT = refusal('No active account found for the given token.', 'no_active_account');
const DAY = 24 * 60 * 60;

/** All a store keeps: the bytes of its files, or the documents of its database. */
async function contentOf({ options: { dataDir, mongodbUri } }: Place): Promise<string> {
  if (mongodbUri === undefined) {
    return readdirSync(dataDir, { encoding: 'utf8' })
      .map((file) => readFileSync(join(dataDir, file), 'latin1'))
      .join('\n');
  }
  const connection = await mongoose.createConnection(mongodbUri).asPromise();
  try {
    const collections = ['users', 'sessions', 'blacklist'].map((name) => connection.collection(name));
    const documents = await Promise.all(collections.map((collection) => collection.find().toArray()));
    return JSON.stringify(documents);
  } finally {
    await connection.close();
  }
}

describeEachStore('the store', (kind) => {
  let place: Place;
  let server: TestServer;
  /** Beside the server's own, as another process would have it. */
  let store: Store;
  const start = async (env: Readonly<Record<string, string>> = {}): Promise<TestServer> => {
    server = await startTestServer(kind, { env: { ...place.env, ...env } });
    store = await openStore(settingsFromOptions(place.options));
    return server;
  };
  beforeEach(() => {
    place = newPlace(kind);
  });
  afterEach(async () => {
    await store.close();
    await server.remove();
    await place.remove();
  });

  const send = (refresh: string) => server.client.send(TokenRefreshDocument, { refresh });
  const refreshed = async (refresh: string | null) =>
    (await server.client.expect(TokenRefreshDocument, { refresh: refresh ?? '' })).tokenRefresh;
  const verify = (token: string) => server.client.send(TokenVerifyDocument, { token });
  const blacklist = (refresh: string) => server.client.send(TokenBlacklistDocument, { refresh });
  const sessionOf = (token: string | null) => store.sessions.find(String(claimsOf(token)['sid']));
  const inSeconds = (moment: Date | undefined) => Math.floor((moment?.getTime() ?? NaN) / 1000);

  test('74: the record of the outstanding token equals its claims', async () => {
    const { clock, alice } = await start();
    let { refresh: token }: { refresh: string | null } = await server.signIn();
    const signedInAt = clock.seconds;
    for (const predecessor of [null, token]) {
      const claims = claimsOf(token);
      const record = await sessionOf(token);
      expect(record).toMatchObject({
        id: claims['sid'],
        jti: claims['jti'],
        userId: claims['user_id'],
        previousJti: predecessor === null ? null : claimsOf(predecessor)['jti'],
        revokedAt: null,
      });
      expect(inSeconds(record?.rotatedAt)).toBe(claims['iat']);
      expect(inSeconds(record?.expiresAt)).toBe(claims['exp']);
      expect(inSeconds(record?.createdAt)).toBe(signedInAt);
      clock.advance(100);
      token = (await refreshed(token)).refresh;
    }
    expect(await store.sessions.listLive(alice.id, new Date(clock.read()))).toHaveLength(1);
  });

  test('74: rotation adds no records, however often a token is refreshed', async () => {
    const { alice, clock } = await start();
    let { refresh: token }: { refresh: string | null } = await server.signIn();
    for (let count = 0; count < 5; count += 1) token = (await refreshed(token)).refresh;
    const [only, ...others] = await store.sessions.listLive(alice.id, new Date(clock.read()));
    expect(others).toEqual([]);
    expect(only?.jti).toBe(claimsOf(token)['jti']);
    expect(await store.blacklist.find(String(only?.previousJti))).toBeNull();
  });

  test('75 S16: access tokens are never stored, and of refresh tokens no more than their names', async () => {
    await start();
    const pair = await server.signIn();
    const successor = await refreshed(pair.refresh);
    const elsewhere = forgeForAlice(server, {});
    const adopted = await refreshed(elsewhere);
    await server.client.expect(HelloDocument, {}, { token: adopted.access });
    await server.client.expect(TokenBlacklistDocument, { refresh: successor.refresh ?? '' });
    const content = await contentOf(place);
    for (const token of [successor.refresh, elsewhere, adopted.refresh]) {
      expect(content).toContain(claimsOf(token)['jti']);
    }
    for (const token of [pair.access, successor.access, adopted.access]) {
      expect(content).not.toContain(claimsOf(token)['jti']);
    }
    const signatures = [pair, successor, adopted].flatMap(({ access, refresh }) => [access, refresh]);
    for (const token of [...signatures, elsewhere]) expect(content).not.toContain(token?.split('.')[2]);
  });

  test('75: an access token cannot be blacklisted, nor refreshed', async () => {
    await start();
    const { access } = await server.signIn();
    const wrongType = refusal('Token has wrong type', 'token_wrong_type', null);
    expect(await blacklist(access)).toMatchObject(wrongType);
    expect(await send(access)).toMatchObject(wrongType);
    expect(await store.blacklist.find(String(claimsOf(access)['jti']))).toBeNull();
    await server.client.expect(HelloDocument, {}, { token: access });
  });

  test.each(['of a session', 'of no session'])('76: blacklisting a token %s succeeds once', async (origin) => {
    const { clock, auth } = await start();
    const token = origin === 'of a session' ? (await server.signIn()).refresh : forgeForAlice(server, {});
    const jti = String(claimsOf(token)['jti']);
    const blacklistedAt = new Date(clock.read());
    expect(await auth.tokens.blacklist(token)).toEqual({ jti, blacklistedAt });
    clock.advance(10);
    await expect(auth.tokens.blacklist(token)).rejects.toMatchObject({ message: 'Token is blacklisted' });
    expect(await blacklist(token)).toMatchObject(BLACKLISTED);
    const expiresAt = new Date(Number(claimsOf(token)['exp']) * 1000);
    expect(await store.blacklist.find(jti)).toEqual({ jti, blacklistedAt, expiresAt });
    expect(await store.blacklist.add({ jti, blacklistedAt: new Date(), expiresAt })).toBe(false);
  });

  test('76: of many sign-outs with one token at once exactly one succeeds', async () => {
    await start();
    for (const token of [(await server.signIn()).refresh, forgeForAlice(server, {})]) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => blacklist(token)));
      expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
      const refused = answers.filter(({ errors }) => errors.length > 0);
      for (const answer of refused) expect(answer).toMatchObject(BLACKLISTED);
    }
  });

  test('77: a token the store has never seen can be blacklisted', async () => {
    await start();
    const token = forgeForAlice(server, {});
    expect((await verify(token)).errors).toEqual([]);
    const { tokenBlacklist } = await server.client.expect(TokenBlacklistDocument, { refresh: token });
    expect(tokenBlacklist.jti).toBe(claimsOf(token)['jti']);
    expect(await verify(token)).toMatchObject(BLACKLISTED);
    expect(await send(token)).toMatchObject(BLACKLISTED);
    expect((await verify(forgeForAlice(server, {}))).errors).toEqual([]);
  });

  test('77: also one that names no user, or one who does not exist', async () => {
    await start();
    for (const user_id of [undefined, 'nobody']) {
      const token = forgeForAlice(server, { user_id });
      await server.client.expect(TokenBlacklistDocument, { refresh: token });
      expect(await verify(token)).toMatchObject(BLACKLISTED);
    }
  });

  test('78: a flush removes what has expired, to the second, and nothing else', async () => {
    const { clock, auth } = await start();
    const [first, second] = [forgeForAlice(server, { exp: clock.seconds + DAY }), (await server.signIn()).refresh];
    await server.client.expect(TokenBlacklistDocument, { refresh: first });
    clock.advance(1);
    const third = forgeForAlice(server, { exp: clock.seconds + DAY });
    await server.client.expect(TokenBlacklistDocument, { refresh: third });
    const { refresh: fourth } = await server.signIn();

    clock.advance(DAY - 2);
    expect(await auth.flushExpired()).toEqual({ sessions: 0, blacklist: 0 });
    clock.advance(1);
    expect(await auth.flushExpired()).toEqual({ sessions: 1, blacklist: 1 });
    const names = [first, third].map((token) => store.blacklist.find(String(claimsOf(token)['jti'])));
    expect(await Promise.all(names)).toEqual([null, expect.objectContaining({ jti: claimsOf(third)['jti'] })]);
    expect(await sessionOf(second)).toBeNull();
    expect(await sessionOf(fourth)).not.toBeNull();
    expect(await send(third)).toMatchObject(BLACKLISTED);
    expect((await verify(fourth)).errors).toEqual([]);
    expect(await auth.flushExpired()).toEqual({ sessions: 0, blacklist: 0 });
  });

  test('78: a blacklisted token that a leeway keeps alive outlives the flush', async () => {
    const { clock, auth } = await start({ JWT_LEEWAY: '60' });
    const token = forgeForAlice(server, { exp: clock.seconds + 100 });
    await server.client.expect(TokenBlacklistDocument, { refresh: token });
    clock.advance(159);
    expect(await auth.flushExpired()).toEqual({ sessions: 0, blacklist: 0 });
    expect(await verify(token)).toMatchObject(BLACKLISTED);
    clock.advance(1);
    expect(await verify(token)).toMatchObject(refusal('Token is expired', 'token_expired'));
    expect(await auth.flushExpired()).toEqual({ sessions: 0, blacklist: 1 });
  });

  test('79 S7: deleting the user keeps a blacklisted token blacklisted', async () => {
    const { auth, alice } = await start();
    const { refresh } = await server.signIn();
    const elsewhere = forgeForAlice(server, {});
    for (const token of [refresh, elsewhere]) {
      await server.client.expect(TokenBlacklistDocument, { refresh: token });
    }
    expect(await auth.users.delete(alice.id)).toBe(true);
    for (const token of [refresh, elsewhere]) {
      expect(await verify(token)).toMatchObject(BLACKLISTED);
      expect(await send(token)).toMatchObject(BLACKLISTED);
    }
  });

  test('79 S19: deleting the user ends all they had, on every device and for good', async () => {
    const { auth, alice } = await start();
    const [here, there] = [await server.signIn(), await server.signIn()];
    await auth.users.delete(alice.id);
    for (const { refresh, access } of [here, there]) {
      expect(await send(refresh)).toMatchObject(NO_ACTIVE_ACCOUNT);
      expect(await verify(access)).toMatchObject(refusal('User not found', 'user_not_found'));
    }
    expect(await send(forgeForAlice(server, {}))).toMatchObject(NO_ACTIVE_ACCOUNT);

    await auth.users.create({ id: alice.id, username: 'alice', password: 'looking-glass-1871' });
    expect(await send(here.refresh)).toMatchObject(BLACKLISTED);
    const hello = await server.client.send(HelloDocument, {}, { token: here.access });
    expect(hello).toMatchObject(refusal('Session has been revoked', 'session_revoked'));
    const expired = craftAccess(server, { exp: server.clock.seconds });
    const answer = await server.client.send(HelloDocument, {}, { token: expired });
    expect(answer).toMatchObject(refusalOfAccess('Token is expired', 'token_expired'));
  });
});
