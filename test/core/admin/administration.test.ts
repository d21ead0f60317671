import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import type { SecurityEvent, User } from '../../../src/contracts/hooks.ts';
import { settingsFromOptions } from '../../../src/contracts/settings/settings.ts';
import { openStore } from '../../../src/stores/open-store.ts';
import * as Operations from '../../generated/operations.ts';
import { keeperOf } from '../../support/ring.ts';
import { PASSWORD, startTestServer, TEST_KEY, type TestServer } from '../../support/server.ts';
import { describeEachStore } from '../../support/stores.ts';

describeEachStore('an admin', (kind) => {
  const events: SecurityEvent[] = [];
  let server: TestServer;
  let root: User;
  let token: string;
  const start = async (env: Readonly<Record<string, string>> = {}) => {
    const onSecurityEvent = (event: SecurityEvent) => void events.push(event);
    server = await startTestServer(kind, { env, hooks: { onSecurityEvent } });
    root = await server.auth.users.create({ username: 'root', password: PASSWORD, isAdmin: true });
    token = (await server.client.signIn('root', PASSWORD)).access;
    events.length = 0;
    return server;
  };
  afterEach(() => server.remove());

  /** The events so far, without what is null. */
  const told = () =>
    events.map((event) => Object.fromEntries(Object.entries(event).filter(([, value]) => value !== null)));
  const byRoot = () => ({ actorId: root.id, client: expect.objectContaining({ ipAddress: '127.0.0.1' }) });
  const isAlive = async (access: string) =>
    (await server.client.send(Operations.HelloDocument, {}, { token: access })).data !== null;
  const sessionOf = async (access: string) => (await server.auth.tokens.verify(access)).sessionId ?? '';
  const update = (variables: Operations.UserUpdateMutationVariables) =>
    server.client.send(Operations.UserUpdateDocument, variables, { token });

  test('S19: disables a user at once, and who did it is told', async () => {
    const { alice } = await start();
    const { access } = await server.signIn();
    events.length = 0;
    expect((await update({ id: alice.id, isActive: false })).data?.userUpdate).toMatchObject({ isActive: false });
    expect(await isAlive(access)).toBe(false);
    const ended = { event: 'sessions_ended', userId: alice.id, sessions: 1, reason: 'user_disabled' };
    expect(told()).toEqual([
      { event: 'user_disabled', userId: alice.id, ...byRoot() },
      { ...ended, ...byRoot() },
    ]);
    expect((await update({ id: alice.id, isActive: true })).data?.userUpdate).toMatchObject({ isActive: true });
    expect(told().at(-1)).toEqual({ event: 'user_enabled', userId: alice.id, ...byRoot() });
  });

  test('makes others admins and takes that away at once, while they stay signed in', async () => {
    const { alice, client } = await start();
    const { access } = await server.signIn();
    const asked = async () => (await client.send(Operations.KeysDocument, {}, { token: access })).errors;
    events.length = 0;
    expect((await update({ id: alice.id, isAdmin: true })).data?.userUpdate).toMatchObject({ isAdmin: true });
    expect(await asked()).toEqual([]);
    expect((await update({ id: alice.id, isAdmin: false })).data?.userUpdate).toMatchObject({ isAdmin: false });
    expect(await asked()).toMatchObject([{ extensions: { reason: 'permission_denied' } }]);
    expect(await isAlive(access)).toBe(true);
    const granted = { event: 'admin_granted', userId: alice.id, ...byRoot() };
    expect(told()).toEqual([granted, { ...granted, event: 'admin_revoked' }]);
  });

  test.each([{ isActive: false }, { isAdmin: false }, { isActive: true, isAdmin: false }])(
    'cannot lock themself out with %j',
    async (changes) => {
      await start();
      const { errors } = await update({ id: root.id, ...changes });
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', reason: 'own_account' } }]);
      expect(await server.auth.users.find(root.id)).toMatchObject({ isActive: true, isAdmin: true });
      expect(told()).toEqual([]);
      expect((await update({ id: root.id, isActive: true, isAdmin: true })).errors).toEqual([]);
    },
  );

  test('is told where there is nothing to change, and nobody to change', async () => {
    await start();
    const { errors } = await update({ id: root.id, isActive: null });
    expect(errors).toMatchObject([{ extensions: { reason: 'invalid_input', field: 'isActive' } }]);
    expect((await update({ id: 'nobody', isAdmin: true })).data).toEqual({ userUpdate: null });
    expect(told()).toEqual([]);
  });

  test('S18: sees the sessions of a user, and ends one or all at once', async () => {
    const { alice, client } = await start();
    const [first, second, third] = [await server.signIn(), await server.signIn(), await server.signIn()];
    events.length = 0;
    const { userSessions } = await client.expect(Operations.UserSessionsDocument, { userId: alice.id }, { token });
    expect(userSessions).toHaveLength(3);
    expect(userSessions[0]).toMatchObject({ current: false, ipAddress: '127.0.0.1', revokedAt: null });
    const sid = await sessionOf(second.access);
    const ending = { userId: alice.id, id: sid };
    const { userSessionRevoke } = await client.expect(Operations.UserSessionRevokeDocument, ending, { token });
    expect(userSessionRevoke).toMatchObject({ id: sid, current: false, revokedAt: expect.any(String) });
    expect(await Promise.all([first, second, third].map(({ access }) => isAlive(access)))).toEqual([true, false, true]);
    const all = { userId: alice.id };
    expect(await client.expect(Operations.UserRevokeSessionsDocument, all, { token })).toEqual({
      userRevokeSessions: 2,
    });
    expect(await Promise.all([first, third, { access: token }].map(({ access }) => isAlive(access)))).toEqual([
      false,
      false,
      true,
    ]);
    const ended = { event: 'sessions_ended', userId: alice.id, reason: 'revoked', ...byRoot() };
    expect(told()).toEqual([
      { ...ended, sessionId: sid, sessions: 1 },
      { ...ended, sessions: 2 },
    ]);
  });

  test('ends no session that is somebody else’s than was said', async () => {
    const { client, alice } = await start();
    const { access } = await server.signIn();
    const sid = await sessionOf(access);
    const ending = { userId: root.id, id: sid };
    const { errors } = await client.send(Operations.UserSessionRevokeDocument, ending, { token });
    expect(errors).toMatchObject([{ extensions: { reason: 'session_not_found', field: 'id' } }]);
    expect(await isAlive(access)).toBe(true);
    const own = await client.expect(Operations.UserSessionsDocument, { userId: root.id }, { token });
    expect(own.userSessions).toMatchObject([{ current: true }]);
    expect((await server.auth.sessions.list(alice.id)).length).toBe(1);
  });

  test('sees what happened by the hour', async () => {
    const { client, clock } = await start({ JWT_REUSE_GRACE: '0', THROTTLE_SIGN_IN_FAILURES: '2' });
    clock.advance(3600);
    const refresh = async (text: string) =>
      (await client.send(Operations.TokenRefreshDocument, { refresh: text })).data?.tokenRefresh.refresh ?? '';
    const { refresh: first } = await server.signIn();
    await refresh(await refresh(first));
    await refresh(first);
    const wrong = { username: 'nobody', password: 'wrong' };
    for (let count = 0; count < 3; count += 1) await client.send(Operations.TokenObtainPairDocument, wrong);
    const sliding = { username: 'alice', password: PASSWORD };
    const { tokenObtainSliding } = await client.expect(Operations.TokenObtainSlidingDocument, sliding);
    await client.expect(Operations.TokenRefreshSlidingDocument, { token: tokenObtainSliding.token });

    token = (await client.signIn('root', PASSWORD)).access;
    const { activity } = await client.expect(Operations.ActivityDocument, {}, { token });
    expect(activity).toHaveLength(24);
    expect(activity.slice(-2)).toMatchObject([
      { signIns: 1, refusals: 0, refreshes: 0, reuses: 0 },
      { signIns: 3, refusals: 3, refreshes: 3, reuses: 1 },
    ]);
    for (const hours of [0, 721]) {
      const { errors } = await client.send(Operations.ActivityDocument, { hours }, { token });
      expect(errors).toMatchObject([{ extensions: { reason: 'invalid_input', field: 'hours' } }]);
    }
  });

  test('sees activity that outlives the server, for thirty days and no longer', async () => {
    const { auth, clock } = await start();
    const { activity } = await server.client.expect(Operations.ActivityDocument, { hours: 1 }, { token });
    expect(activity).toMatchObject([{ signIns: 1 }]);
    const signIns = async () => {
      token = (await server.client.signIn('root', PASSWORD)).access;
      const told = await server.client.expect(Operations.ActivityDocument, { hours: 720 }, { token });
      return told.activity.map((hour) => hour.signIns).filter((count) => count > 0);
    };
    clock.advance(719 * 3600);
    await auth.flushExpired();
    expect(await signIns()).toEqual([1, 1]);
    clock.advance(2 * 3600);
    expect(await signIns()).toEqual([1, 1]);
    const store = await openStore(settingsFromOptions(server.place.options));
    const kept = async () => (await store.activity.list(new Date(0))).map((hour) => hour.signIns);
    expect(await kept()).toEqual([1, 1, 1]);
    await auth.flushExpired();
    expect(await kept()).toEqual([1, 1]);
    await store.close();
  });

  test('sees the one key there is, as far as it is known', async () => {
    const { client } = await start();
    const { keys } = await client.expect(Operations.KeysDocument, {}, { token });
    const unknown = { kid: null, createdAt: null, signsFrom: null, retiresAt: null };
    expect(keys).toEqual([{ ...unknown, algorithm: 'HS256', state: 'SIGNING' }]);
  });

  test('sees the keys of a ring and what each does, and nothing of what is in them', async () => {
    const JWT_KEYS_DIR = mkdtempSync(join(tmpdir(), 'simplejwt-ring-'));
    try {
      const keeper = keeperOf(JWT_KEYS_DIR);
      const first = await keeper.generate('ES256');
      const next = await keeper.rotate({ activateAfter: 600 });
      const { client } = await start({ JWT_KEYS_DIR });
      const answer = await client.send(Operations.KeysDocument, {}, { token });
      const dates = ({ createdAt, signsFrom, retiresAt }: typeof first) => ({
        createdAt: createdAt.toISOString(),
        signsFrom: signsFrom.toISOString(),
        retiresAt: retiresAt?.toISOString() ?? null,
      });
      const [listed] = (await keeper.list()).keys;
      expect(answer.data?.keys).toEqual([
        { kid: first.kid, algorithm: 'ES256', state: 'SIGNING', ...dates(listed ?? first) },
        { kid: next.kid, algorithm: 'ES256', state: 'PUBLISHED', ...dates(next) },
        { kid: null, algorithm: 'HS256', state: 'VERIFYING', createdAt: null, signsFrom: null, retiresAt: null },
      ]);
      expect(JSON.stringify(answer)).not.toContain(TEST_KEY);
    } finally {
      rmSync(JWT_KEYS_DIR, { recursive: true });
    }
  });
});
