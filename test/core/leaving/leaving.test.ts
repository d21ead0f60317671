import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { createEvents, on } from '../../../src/contracts/events.ts';
import type { SecurityEvent, User } from '../../../src/contracts/hooks.ts';
import { settingsFromOptions } from '../../../src/contracts/settings/settings.ts';
import type { Store } from '../../../src/contracts/store/store.ts';
import { Leaving } from '../../../src/core/leaving/leaving.ts';
import { openStore } from '../../../src/stores/open-store.ts';
import * as Operations from '../../generated/operations.ts';
import { enrol, FACTOR_ENV, reasonOf } from '../../support/factors.ts';
import { claimsOf } from '../../support/forge.ts';
import { COOKIE } from '../../support/page.ts';
import { PASSWORD, startTestServer, type TestServer } from '../../support/server.ts';
import { newLink, newMail, newReplay, newSession } from '../../stores/records.ts';
import { describeEachStore, newPlace } from '../../support/stores.ts';

const ENV = { ACCOUNT_SELF_SERVICE: 'on', DEVICE_NAMES: 'on', ROLES: 'on', EMAIL: 'on', NOTICES: 'on', ...FACTOR_ENV };

describeEachStore('a user who leaves', (kind) => {
  let server: TestServer;
  afterEach(() => server.remove());

  test('takes along all that is stored about them, and nothing that proves who they are', async () => {
    server = await startTestServer(kind, { env: ENV });
    await server.auth.rooms.roles?.set(server.alice.id, ['EDITOR']);
    await server.auth.rooms.recovery?.setEmail(server.alice.id, 'Alice@example.com');
    const named = { username: 'alice', password: PASSWORD, deviceName: 'Phone' };
    const { tokenObtainPair } = await server.client.expect(Operations.TokenObtainNamedDocument, named);
    const ended = await server.signIn();
    await server.auth.tokens.blacklist(ended.refresh);
    const token = tokenObtainPair.access;
    const { codes } = await enrol(server, token);
    const { accountExport } = await server.client.expect(Operations.AccountExportDocument, {}, { token });
    expect(accountExport).toMatchObject({
      exportedAt: new Date(server.clock.read()).toISOString(),
      account: {
        id: server.alice.id,
        username: 'alice',
        roles: ['EDITOR'],
        passwordChangedAt: expect.any(String),
        email: 'Alice@example.com',
        emailVerified: false,
      },
      secondFactor: { addedAt: expect.any(String), recoveryCodesLeft: 10 },
    });
    const sessions = accountExport['sessions'] as readonly Readonly<Record<string, unknown>>[];
    expect(new Set(sessions.map(({ id }) => id))).toEqual(
      new Set([claimsOf(token)['sid'], claimsOf(ended.access)['sid']]),
    );
    expect(sessions).toHaveLength(2);
    expect(sessions.find(({ id }) => id === claimsOf(token)['sid'])).toMatchObject({
      deviceName: 'Phone',
      ipAddress: '127.0.0.1',
      authentication: { methods: ['pwd'] },
    });
    const events = accountExport['securityEvents'] as readonly Readonly<Record<string, unknown>>[];
    const happened = ['second_factor_added', 'sessions_ended', 'sign_in', 'sign_in', 'email_changed', 'roles_changed'];
    expect(events.map(({ event }) => String(event)).toSorted()).toEqual(happened.toSorted());
    const client = { userAgent: expect.any(String), ipAddress: '127.0.0.1' };
    expect(events[0]).toEqual({ event: 'second_factor_added', at: expect.any(String), ...client });
    const store = await openStore(settingsFromOptions(server.place.options));
    const record = await store.users.findById(server.alice.id);
    const factors = await store.secondFactors.find(server.alice.id);
    await store.close();
    const text = JSON.stringify(accountExport);
    const secrets = [record?.passwordHash, factors?.totp?.secret, ...(factors?.recoveryHashes ?? []), ...codes];
    for (const secret of secrets) expect(text).not.toContain(secret);
    expect(text).not.toMatch(/jti|usernameKey|emailKey/i);
  });

  test('is gone with all that tells of them; the ends of their sessions stay', async () => {
    server = await startTestServer(kind, { env: ENV });
    const { access, refresh } = await server.signIn();
    const { app } = await enrol(server, access);
    await server.auth.rooms.recovery?.setEmail(server.alice.id, 'alice@example.com');
    const store = await openStore(settingsFromOptions(server.place.options));
    await store.outbox.add(newMail({ userId: server.alice.id }));
    await store.links.insert({ ...newLink({ userId: server.alice.id }), name: 'a link' });
    const leave = (variables: { password: string; code?: string }) =>
      server.client.send(Operations.AccountDeleteDocument, variables, { token: access });
    expect(reasonOf(await leave({ password: 'not the password', code: app.code(server.clock.read()) }))).toBe(
      'wrong_password',
    );
    expect(reasonOf(await leave({ password: PASSWORD }))).toBe('invalid_input');
    expect(reasonOf(await leave({ password: PASSWORD, code: '000000' }))).toBe('wrong_code');
    expect((await leave({ password: PASSWORD, code: app.code(server.clock.read()) })).data).toEqual({
      accountDelete: true,
    });
    expect(await store.users.findById(server.alice.id)).toBeNull();
    expect(await store.links.find('a link')).toBeNull();
    expect(await store.outbox.count()).toBe(0);
    expect(await store.accountEvents.list(server.alice.id, 50)).toEqual([]);
    expect(await store.secondFactors.find(server.alice.id)).toBeNull();
    const nothing = { userAgent: null, ipAddress: null, rotatedBy: null, revokedReason: 'user_deleted' };
    expect(await store.sessions.listAll(server.alice.id)).toMatchObject([nothing]);
    await store.close();
    expect(reasonOf(await server.client.send(Operations.HelloDocument, {}, { token: access }))).toBe('user_not_found');
    expect(reasonOf(await server.client.send(Operations.TokenRefreshDocument, { refresh }))).toBe('no_active_account');
    expect((await server.auth.users.create({ username: 'alice', password: PASSWORD })).id).not.toBe(server.alice.id);
    await server.signIn();
  });

  test('is no admin, who might be the last one', async () => {
    server = await startTestServer(kind, { env: ENV });
    await server.auth.users.change(server.alice.id, { isAdmin: true });
    const { access: token } = await server.signIn();
    const answer = await server.client.send(Operations.AccountDeleteDocument, { password: PASSWORD }, { token });
    expect(reasonOf(answer)).toBe('own_account');
    expect(await server.auth.users.find(server.alice.id)).not.toBeNull();
  });
});

test('in cookie mode the cookie goes with the account', async () => {
  const server = await startTestServer('sqlite', { env: { ...ENV, JWT_REFRESH_COOKIE: 'on' } });
  const headers = { origin: new URL(server.url).origin };
  const credentials = { username: 'alice', password: PASSWORD };
  const signedIn = await server.client.send(Operations.TokenObtainPairDocument, credentials, { headers });
  const token = signedIn.data?.tokenObtainPair.access ?? '';
  const answer = await server.client.send(Operations.AccountDeleteDocument, credentials, { token, headers });
  expect(answer.headers.get('set-cookie')).toMatch(/refresh=;.*1970/);
  for (const username of ['bob', 'carol']) await server.auth.users.create({ username, password: PASSWORD });
  const [bob, carol] = [await server.client.signIn('bob', PASSWORD), await server.client.signIn('carol', PASSWORD)];
  const given = { password: PASSWORD };
  const late = await server.client.send(Operations.AccountDeleteDocument, given, {
    token: bob.access,
    headers: { ...headers, cookie: `${COOKIE}=${carol.refresh}` },
  });
  expect(late).toMatchObject({ data: { accountDelete: true }, errors: [] });
  expect(late.headers.get('set-cookie')).toBeNull(); // it is carol's, who has signed in meanwhile
  await server.remove();
});

test('is taken along and removed once all is noted, and what was taken is told of', async () => {
  const place = newPlace('sqlite');
  const store = await openStore(settingsFromOptions(place.options));
  const replay = newReplay();
  const replayed = newSession({ userId: 'alice', replay, createdAt: new Date(1) });
  for (const session of [replayed, newSession({ userId: 'alice', createdAt: new Date(2) })]) {
    await store.sessions.insert(session);
  }
  const done: string[] = [];
  const later = (what: string) => async () => {
    done.push('(');
    for (let turn = 0; turn < 5; turn += 1) await nextTurn();
    done.push(what, ')');
  };
  const events: SecurityEvent[] = [];
  const listAll: Store['sessions']['listAll'] = async (userId) => {
    done.push('listed');
    return store.sessions.listAll(userId);
  };
  const client = { userAgent: 'a', ipAddress: '192.0.2.1' };
  const leaving = new Leaving({
    store: { ...store, sessions: { ...store.sessions, listAll, anonymize: later('made anonymous') } },
    clock: () => 0,
    events: createEvents([on(['security'], ({ event }) => events.push(event))], () => {}),
    users: { delete: later('deleted') } as never,
    proof: { prove: async () => ({ record: { isAdmin: false } }) } as never,
    notices: { settled: later('noted') },
  });
  const { sessions } = await leaving.export({ id: 'alice' } as User, client);
  expect(sessions).toMatchObject([
    { replays: null },
    { replays: JSON.parse(JSON.stringify(replay.reported)) as object },
  ]);
  expect(events).toMatchObject([{ event: 'account_exported', userId: 'alice', client }]);
  await leaving.delete('alice', { password: PASSWORD }, client);
  expect(done.join(' ')).toBe('( noted ) listed ( noted ) ( deleted ) ( made anonymous )');
  await store.close();
  await place.remove();
});
