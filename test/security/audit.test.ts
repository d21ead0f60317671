import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { SecurityEvent } from '../../src/contracts/hooks.ts';
import * as Operations from '../generated/operations.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { Service } from '../support/service.ts';

const NEXT_PASSWORD = 'through the looking glass';

describe('security events', () => {
  const events: SecurityEvent[] = [];
  let server: TestServer;
  beforeAll(async () => {
    const onSecurityEvent = (event: SecurityEvent) => {
      events.push(event);
      throw new Error('a listener that throws changes nothing');
    };
    const env = { REGISTRATION: 'on', JWT_MAX_SESSIONS: '2', THROTTLE_SIGN_IN_FAILURES: '2', JWT_REUSE_GRACE: '0' };
    server = await startTestServer('sqlite', { env, hooks: { onSecurityEvent } });
  });
  beforeEach(async () => {
    await server.auth.sessions.revokeAll(server.alice.id);
    events.length = 0;
  });
  afterAll(() => server.remove());

  /** The events so far, without what is null. */
  const told = () =>
    events.map((event) => Object.fromEntries(Object.entries(event).filter(([, value]) => value !== null)));
  const fromHere = expect.objectContaining({ ipAddress: '127.0.0.1' });

  test('S42: a sign-in is told once, and where it came from', async () => {
    await server.signIn();
    expect(told()).toEqual([{ event: 'sign_in', userId: server.alice.id, client: fromHere }]);
  });

  test('S42: a failed sign-in is told once, with the account if there is one, and never with what was typed', async () => {
    for (const username of ['alice', 'a password typed into the wrong field']) {
      await server.client.send(Operations.TokenObtainPairDocument, { username, password: 'not her password' });
    }
    expect(told()).toEqual([
      { event: 'sign_in_failed', userId: server.alice.id, client: fromHere },
      { event: 'sign_in_failed', client: fromHere },
    ]);
    expect(JSON.stringify(events)).not.toMatch(/typed|not her/);
  });

  test('S42: whoever has to wait is told of once for each attempt', async () => {
    const wrong = { username: 'nobody', password: 'wrong' };
    for (let count = 0; count < 3; count += 1) {
      await server.client.send(Operations.TokenObtainPairDocument, wrong);
    }
    expect(told().slice(2)).toEqual([{ event: 'throttled', operation: 'sign_in', rule: 'account', client: fromHere }]);
  });

  test('S42: reuse is told once, with the session it ended', async () => {
    const first = await server.signIn();
    const { tokenRefresh } = await server.client.expect(Operations.TokenRefreshDocument, { refresh: first.refresh });
    const { sid } = (await server.auth.tokens.verify(tokenRefresh.access)).claims;
    events.length = 0;
    for (const refresh of [first.refresh, first.refresh, tokenRefresh.refresh]) {
      await server.client.send(Operations.TokenRefreshDocument, { refresh });
    }
    const ended = { userId: server.alice.id, sessionId: sid, sessions: 1, reason: 'reused', client: fromHere };
    expect(told()).toEqual([{ event: 'token_reused', ...ended }]);
  });

  test('S42: the end of sessions is told once: signed out, revoked, over the limit', async () => {
    const { refresh } = await server.signIn();
    events.length = 0;
    await server.client.send(Operations.TokenBlacklistDocument, { refresh });
    await server.client.send(Operations.TokenBlacklistDocument, { refresh });
    expect(told()).toMatchObject([{ event: 'sessions_ended', reason: 'signed_out', sessions: 1 }]);
    events.length = 0;
    for (let count = 0; count < 3; count += 1) {
      server.clock.advance(1); // of two of one moment, either may be the older
      await server.signIn();
    }
    expect(told().filter(({ event }) => event === 'sessions_ended')).toMatchObject([{ reason: 'limit', sessions: 1 }]);
    server.clock.advance(1);
    const { access } = await server.signIn();
    events.length = 0;
    await server.client.expect(Operations.SessionRevokeAllDocument, {}, { token: access });
    expect(told()).toMatchObject([{ event: 'sessions_ended', reason: 'revoked', sessions: 2 }]);
  });

  test('S42: sessions that a service ends are told of once each, with where it asked from', async () => {
    const service = await Service.of(server);
    for (const type of ['access', 'refresh'] as const) {
      const pair = await server.signIn();
      events.length = 0;
      for (const _again of [1, 2]) await service.revoke(pair[type]);
      const event = { event: 'sessions_ended', userId: server.alice.id, reason: 'signed_out', client: fromHere };
      expect(told()).toMatchObject([event]);
    }
  });

  test('S42: a change of password is told once, and so are the sessions it ended', async () => {
    const { access } = await server.signIn();
    events.length = 0;
    const change = { currentPassword: PASSWORD, newPassword: NEXT_PASSWORD };
    await server.client.expect(Operations.PasswordChangeDocument, change, { token: access });
    expect(told()).toMatchObject([
      { event: 'password_changed', userId: server.alice.id },
      { event: 'sessions_ended', userId: server.alice.id, reason: 'password_changed', sessions: 1 },
    ]);
  });

  test('S42: accounts that are made, disabled, enabled and deleted are told of', async () => {
    const bob = { username: 'bob', password: 'curiouser and curiouser' };
    const { userRegister } = await server.client.expect(Operations.UserRegisterDocument, bob);
    const { id } = userRegister;
    await server.auth.users.setActive(id, false);
    await server.auth.users.setActive(id, true);
    await server.auth.users.delete(id);
    const names = ['user_created', 'user_disabled', 'user_enabled', 'user_deleted'];
    expect(told()).toEqual(names.map((event) => ({ event, userId: id })));
  });

  test('S42: an account that is made with the rights of an admin is told of as such', async () => {
    const password = 'curiouser and curiouser';
    const { id } = await server.auth.users.create({ username: 'root', password, isAdmin: true });
    expect(told()).toEqual(['user_created', 'admin_granted'].map((event) => ({ event, userId: id })));
  });
});
