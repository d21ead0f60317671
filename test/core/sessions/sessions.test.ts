import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  HelloDocument,
  SessionRevokeAllDocument,
  SessionRevokeDocument,
  SessionRevokeOthersDocument,
  SessionsDocument,
  TokenObtainPairDocument,
  TokenRefreshDocument,
} from '../../generated/operations.ts';
import { PASSWORD, startTestServer, type TestServer } from '../../support/server.ts';
import { describeEachStore } from '../../support/stores.ts';

describeEachStore('sessions', (kind) => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer(kind, { env: { JWT_MAX_SESSIONS: '3' } });
  });
  afterEach(() => server.remove());

  const isAlive = async (token: string) => (await server.client.send(HelloDocument, {}, { token })).data !== null;

  test('S21: lists the live sessions of the caller with device and address, the newest first', async () => {
    const headers = { 'user-agent': 'Phone/1.0' };
    await server.client.send(TokenObtainPairDocument, { username: 'alice', password: PASSWORD }, { headers });
    server.clock.advance(60);
    const { access } = await server.signIn();
    const { sessions } = await server.client.expect(SessionsDocument, {}, { token: access });
    expect(sessions).toHaveLength(2);
    expect(sessions[0]).toMatchObject({ current: true, ipAddress: '127.0.0.1', revokedAt: null });
    expect(sessions[1]).toMatchObject({ current: false, userAgent: 'Phone/1.0' });
    expect(Date.parse(sessions[0]?.createdAt ?? '')).toBe(server.clock.read());
  });

  test('notes the last use', async () => {
    const { refresh } = await server.signIn();
    server.clock.advance(200);
    const { tokenRefresh } = await server.client.expect(TokenRefreshDocument, { refresh });
    const { sessions } = await server.client.expect(SessionsDocument, {}, { token: tokenRefresh.access });
    expect(Date.parse(sessions[0]?.lastUsedAt ?? '')).toBe(server.clock.read());
  });

  test('S18 S21: ends one session with its access token; ending it again changes nothing', async () => {
    const here = await server.signIn();
    const there = await server.signIn();
    const { sessions } = await server.client.expect(SessionsDocument, {}, { token: here.access });
    const id = sessions.find(({ current }) => !current)?.id ?? '';
    const { sessionRevoke } = await server.client.expect(SessionRevokeDocument, { id }, { token: here.access });
    expect(sessionRevoke).toMatchObject({ id, current: false });
    expect(Date.parse(sessionRevoke.revokedAt ?? '')).toBe(server.clock.read());
    expect(await isAlive(there.access)).toBe(false);
    expect(await isAlive(here.access)).toBe(true);

    server.clock.advance(10);
    const again = await server.client.expect(SessionRevokeDocument, { id }, { token: here.access });
    expect(again.sessionRevoke.revokedAt).toBe(sessionRevoke.revokedAt);
  });

  test("S21: ends nobody else's session, and does not tell whether there is one", async () => {
    await server.auth.users.create({ username: 'mallory', password: PASSWORD });
    const mallory = await server.client.expect(TokenObtainPairDocument, { username: 'mallory', password: PASSWORD });
    const token = mallory.tokenObtainPair.access;
    const alice = await server.signIn();
    const { sessions } = await server.client.expect(SessionsDocument, {}, { token: alice.access });
    const [foreign, unknown] = await Promise.all(
      [sessions[0]?.id ?? '', 'f'.repeat(32)].map((id) => server.client.send(SessionRevokeDocument, { id }, { token })),
    );
    expect(foreign?.errors[0]?.extensions).toEqual({
      code: 'BAD_USER_INPUT',
      reason: 'session_not_found',
      field: 'id',
    });
    expect(foreign?.errors).toEqual(unknown?.errors);
    expect(await isAlive(alice.access)).toBe(true);
  });

  test('S21: ends the other sessions, or all', async () => {
    const [first, second, here] = [await server.signIn(), await server.signIn(), await server.signIn()];
    const others = await server.client.expect(SessionRevokeOthersDocument, {}, { token: here.access });
    expect(others).toEqual({ sessionRevokeOthers: 2 });
    expect(await Promise.all([first, second, here].map(({ access }) => isAlive(access)))).toEqual([false, false, true]);

    const all = await server.client.expect(SessionRevokeAllDocument, {}, { token: here.access });
    expect(all).toEqual({ sessionRevokeAll: 1 });
    expect(await isAlive(here.access)).toBe(false);
  });

  test('S23: a sign-in beyond the limit ends the oldest session', async () => {
    const pairs = [];
    for (let count = 0; count < 4; count += 1) {
      pairs.push(await server.signIn());
      server.clock.advance(1);
    }
    expect(await Promise.all(pairs.map(({ access }) => isAlive(access)))).toEqual([false, true, true, true]);
  });

  test('is for those alone who are signed in', async () => {
    const answers = await Promise.all([
      server.client.send(SessionsDocument, {}),
      server.client.send(SessionRevokeDocument, { id: 'x' }),
      server.client.send(SessionRevokeOthersDocument, {}),
      server.client.send(SessionRevokeAllDocument, {}),
    ]);
    for (const { errors } of answers) expect(errors[0]?.extensions['reason']).toBe('not_authenticated');
  });
});
