import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Database from 'libsql';
import { createAuth } from '../../src/graphql/auth.ts';
import {
  PasswordChangeDocument,
  TokenBlacklistDocument,
  TokenObtainPairDocument,
  TokenObtainSlidingDocument,
  TokenRefreshDocument,
  TokenRefreshSlidingDocument,
  TokenVerifyDocument,
  UserRegisterDocument,
} from '../generated/operations.ts';
import { Client } from '../support/client.ts';
import { Page } from '../support/page.ts';
import {
  endProcesses,
  helloWith,
  logRecords,
  refreshWith,
  startProcess,
  TEST_ENV,
  type RunningProcess,
} from '../support/process.ts';
import { PASSWORD, TEST_KEY } from '../support/server.ts';
import { newPlace } from '../support/stores.ts';

const WRONG_PASSWORD = 'jabberwocky-jabberwocky';
const WEAK_PASSWORD = 'password123';
const NEXT_PASSWORD = 'through the looking glass';
const ALL = { REGISTRATION: 'on', JWT_REFRESH_COOKIE: 'on' };

describe('the log of a server', () => {
  const place = newPlace('sqlite');
  const tokens: string[] = [];
  let server: RunningProcess;
  let hash: string;

  const remember = <Pair extends { readonly access: string | null; readonly refresh: string | null }>(pair: Pair) => {
    tokens.push(...[pair.access, pair.refresh].filter((token) => token !== null));
    return pair;
  };

  /** What a server does beside signing in and refreshing: sliding tokens, accounts, cookies, and signing out. */
  async function useTheRest(client: Client): Promise<void> {
    const credentials = { username: 'bob', password: NEXT_PASSWORD };
    await client.expect(UserRegisterDocument, credentials);
    await client.send(UserRegisterDocument, { username: 'eve', password: WEAK_PASSWORD });
    const { tokenObtainSliding } = await client.expect(TokenObtainSlidingDocument, credentials);
    const { token } = tokenObtainSliding;
    const { tokenRefreshSliding } = await client.expect(TokenRefreshSlidingDocument, { token });
    tokens.push(token, tokenRefreshSliding.token);
    const page = new Page(client.url);
    await page.send(TokenObtainPairDocument, credentials);
    const first = page.token;
    await page.send(TokenRefreshDocument, { refresh: null });
    await page.send(TokenRefreshDocument, { refresh: null }, { headers: { origin: 'https://evil.example' } });
    tokens.push(first ?? '', page.token ?? '');
    await page.send(TokenBlacklistDocument, { refresh: null });
    for (let count = 0; count < 12; count += 1) {
      await client.send(TokenObtainPairDocument, { username: 'bob', password: WRONG_PASSWORD });
    }
  }

  async function useAndAbuse(client: Client): Promise<void> {
    const credentials = { username: 'alice', password: PASSWORD };
    const first = remember((await client.expect(TokenObtainPairDocument, credentials)).tokenObtainPair);
    await helloWith(client, first.access);
    const second = remember(await refreshWith(client, first.refresh));
    const third = remember(await refreshWith(client, second.refresh));
    expect(await refreshWith(client, first.refresh)).toMatchObject({ reason: 'token_blacklisted' });
    expect(await helloWith(client, third.access)).toBe('session_revoked');
    await helloWith(client, `${first.access}x`);
    await client.send(TokenVerifyDocument, { token: first.access.slice(2) });
    await client.send(TokenObtainPairDocument, { username: 'alice', password: WRONG_PASSWORD });
    await client.send(TokenObtainPairDocument, { username: WRONG_PASSWORD, password: WRONG_PASSWORD });
    const query = `mutation { tokenObtainPair(username: "alice", password: "${WRONG_PASSWORD}") { access } }`;
    await client.sendRaw(`{"query": ${JSON.stringify(query)}, "variables": {"refresh": "${first.refresh}"`);
    await client.sendRaw({ query: query.replace('}', '') });
    await fetch(`${client.url}?query=${encodeURIComponent(query)}`);
    await fetch(`${client.url}/nowhere?token=${first.refresh}&password=${WRONG_PASSWORD}`);
    await fetch(client.url, {
      method: 'PUT',
      body: first.refresh,
      headers: { authorization: `Bearer ${first.access}` },
    });
    const again = remember((await client.expect(TokenObtainPairDocument, credentials)).tokenObtainPair);
    const change = { currentPassword: PASSWORD, newPassword: NEXT_PASSWORD };
    const changed = await client.expect(PasswordChangeDocument, change, { token: again.access });
    const last = remember(changed.passwordChange);
    const database = new Database(join(place.options.dataDir, 'simplejwt.sqlite'));
    hash = (database.prepare('SELECT password_hash FROM users').get() as { password_hash: string }).password_hash;
    database.exec('DROP TABLE sessions');
    database.close();
    expect(await refreshWith(client, last.refresh)).toMatchObject({ reason: 'store_unavailable' });
    expect(await helloWith(client, last.access)).toBe('store_unavailable');
  }

  beforeAll(async () => {
    const auth = await createAuth({ ...place.options, signingKey: TEST_KEY, passwordHashCost: 4 });
    await auth.users.create({ username: 'alice', password: PASSWORD });
    await auth.close();
    server = await startProcess({ env: { ...TEST_ENV, ...place.env, LOG_LEVEL: 'trace', ...ALL } });
    await useTheRest(new Client(server.url));
    await useAndAbuse(new Client(server.url));
    await server.kill('SIGTERM');
  });
  afterAll(async () => {
    await endProcesses();
    await place.remove();
  });

  test('is JSON on every line, and tells what went wrong in the store with its stack', () => {
    const records = logRecords(server.stdout());
    expect(records.map(({ msg }) => msg)).toEqual(expect.arrayContaining(['listening', 'stopping', 'stopped']));
    const errors = records.filter(({ level }) => Number(level) >= 50);
    expect(errors).toHaveLength(2);
    for (const { err } of errors) {
      expect(err).toMatchObject({
        type: 'StoreUnavailable',
        stack: expect.stringContaining('no such table: sessions'),
      });
    }
    expect(server.stderr()).toBe('');
  });

  test('S41: has no token, password, hash or key in it', () => {
    expect(tokens.length).toBe(14);
    expect(hash).toMatch(/^bcrypt_sha256\$/);
    const signatures = tokens.map((token) => token.slice(token.lastIndexOf('.') + 1));
    const payloads = tokens.map((token) => token.split('.')[1] ?? '');
    const secrets = [
      ...signatures,
      ...payloads,
      PASSWORD,
      WRONG_PASSWORD,
      WEAK_PASSWORD,
      NEXT_PASSWORD,
      TEST_KEY,
      hash,
    ];
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(8);
      expect(server.stdout()).not.toContain(secret);
    }
  });
});
