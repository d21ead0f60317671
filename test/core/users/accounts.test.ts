import { afterEach, expect, test } from '@jest/globals';
import { openStore } from '../../../src/stores/open-store.ts';
import {
  HelloDocument,
  MeDocument,
  PasswordChangeDocument,
  SessionsDocument,
  TokenObtainPairDocument,
  TokenRefreshDocument,
  UserRegisterDocument,
} from '../../generated/operations.ts';
import { forge } from '../../support/forge.ts';
import { PASSWORD, startTestServer, type TestServer } from '../../support/server.ts';
import { describeEachStore } from '../../support/stores.ts';

const NEXT_PASSWORD = 'through the looking glass';

describeEachStore('accounts', (kind) => {
  let server: TestServer;
  afterEach(() => server.remove());

  const isAlive = async (token: string) => (await server.client.send(HelloDocument, {}, { token })).data !== null;
  const change = (currentPassword: string, newPassword: string, token: string) =>
    server.client.send(PasswordChangeDocument, { currentPassword, newPassword }, { token });

  test('me tells who is signed in', async () => {
    server = await startTestServer(kind);
    const { access } = await server.signIn();
    const { me } = await server.client.expect(MeDocument, {}, { token: access });
    expect(me).toEqual({
      id: server.alice.id,
      username: 'alice',
      isActive: true,
      isAdmin: false,
      lastLogin: null,
      createdAt: server.alice.createdAt.toISOString(),
    });
  });

  test('registration is no part of the API unless it is on', async () => {
    server = await startTestServer(kind);
    const { status, errors } = await server.client.send(UserRegisterDocument, { username: 'bob', password: PASSWORD });
    expect(status).toBe(400);
    expect(errors[0]?.extensions['code']).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  test('whoever registers signs in; weak passwords and odd names are refused with the field', async () => {
    server = await startTestServer(kind, { env: { REGISTRATION: 'on' } });
    await server.client.expect(UserRegisterDocument, { username: 'bob', password: PASSWORD });
    await server.client.expect(TokenObtainPairDocument, { username: 'bob', password: PASSWORD });
    const weak = await server.client.send(UserRegisterDocument, { username: 'eve', password: 'seven77' });
    expect(weak.errors[0]?.extensions).toEqual({
      code: 'BAD_USER_INPUT',
      reason: 'password_too_weak',
      field: 'password',
    });
    const odd = await server.client.send(UserRegisterDocument, { username: 'e v e', password: PASSWORD });
    expect(odd.errors[0]?.extensions).toEqual({
      code: 'BAD_USER_INPUT',
      reason: 'invalid_username',
      field: 'username',
    });
  });

  test('a sign-in takes no name that no account can have for its length, in characters', async () => {
    server = await startTestServer(kind);
    const reasons = ['x'.repeat(254), 'x'.repeat(255), '\u{20000}'.repeat(254), '\u{20000}'.repeat(255)].map(
      async (username) => {
        const answer = await server.client.send(TokenObtainPairDocument, { username, password: PASSWORD });
        return answer.errors[0]?.extensions['reason'];
      },
    );
    const [known, long] = ['no_active_account', 'invalid_input'];
    expect(await Promise.all(reasons)).toEqual([known, long, known, long]);
  });

  test('S20: a password change ends all sessions, and answers the tokens of a new one', async () => {
    server = await startTestServer(kind);
    const [elsewhere, here] = [await server.signIn(), await server.signIn()];
    const { data } = await change(PASSWORD, NEXT_PASSWORD, here.access);
    const pair = data?.passwordChange;
    expect(await isAlive(elsewhere.access)).toBe(false);
    expect(await isAlive(pair?.access ?? '')).toBe(true);
    await server.client.expect(TokenRefreshDocument, { refresh: pair?.refresh ?? '' });
    await server.client.expect(TokenObtainPairDocument, { username: 'alice', password: NEXT_PASSWORD });
    const old = await server.client.send(TokenObtainPairDocument, { username: 'alice', password: PASSWORD });
    expect(old.errors[0]?.extensions['reason']).toBe('no_active_account');
  });

  test('S20: a token from before the password change gets nothing, and ends nothing', async () => {
    server = await startTestServer(kind);
    const here = await server.signIn();
    const { data } = await change(PASSWORD, NEXT_PASSWORD, here.access);
    const { errors } = await server.client.send(TokenRefreshDocument, { refresh: here.refresh });
    expect(errors[0]?.extensions['reason']).toBe('password_changed');
    expect(await isAlive(here.access)).toBe(false);
    expect(await isAlive(data?.passwordChange.access ?? '')).toBe(true);
  });

  test('a sign-in that a password change overtakes gets nothing', async () => {
    const onLoginSuccess = async () => {
      await server.auth.users.setPassword(server.alice.id, NEXT_PASSWORD);
    };
    server = await startTestServer(kind, { hooks: { onLoginSuccess } });
    server.clock.advance(1);
    const { errors } = await server.client.send(TokenObtainPairDocument, { username: 'alice', password: PASSWORD });
    expect(errors[0]?.extensions['reason']).toBe('no_active_account');
    expect(await server.auth.sessions.list(server.alice.id)).toEqual([]);
  });

  test('of two password changes at once, one is made and the other told so', async () => {
    server = await startTestServer(kind);
    const { access } = await server.signIn();
    const answers = await Promise.all(
      [`${NEXT_PASSWORD} 1`, `${NEXT_PASSWORD} 2`].map((next) => change(PASSWORD, next, access)),
    );
    const made = answers.flatMap(({ data }, index) => (data === null ? [] : [index + 1]));
    expect(made).toHaveLength(1);
    await server.client.expect(TokenObtainPairDocument, { username: 'alice', password: `${NEXT_PASSWORD} ${made[0]}` });
  });

  test('a session of a deleted account is none of the account that has its name now', async () => {
    server = await startTestServer(kind, { env: { JWT_USER_ID_FIELD: 'username' } });
    const { access, refresh } = await server.signIn();
    const { sessions } = await server.client.expect(SessionsDocument, {}, { token: access });
    await server.auth.users.delete(server.alice.id);
    await server.auth.users.create({ username: 'alice', password: NEXT_PASSWORD });
    // As if the sign-in had overtaken the deletion: a living session of an account that is gone.
    const store = await openStore({ mongodbUri: undefined, ...server.place.options });
    const session = await store.sessions.find(sessions[0]?.id ?? '');
    if (session === null) throw new Error('the session is gone');
    await store.sessions.insert({ ...session, id: 'overtaken', revokedAt: null, revokedReason: null });
    await store.close();
    const claims = { exp: server.clock.seconds + 60, iat: server.clock.seconds, user_id: 'alice', sid: 'overtaken' };
    const stale = forge({ ...claims, token_type: 'access', jti: 'a' });
    const staleRefresh = forge({ ...claims, token_type: 'refresh', jti: session.jti });
    for (const token of [access, stale]) expect(await isAlive(token)).toBe(false);
    for (const token of [refresh, staleRefresh]) {
      const { errors } = await server.client.send(TokenRefreshDocument, { refresh: token });
      expect(errors[0]?.extensions['reason']).toBe('token_blacklisted');
    }
  });

  test('in stateless authentication a revoked token manages no account', async () => {
    server = await startTestServer(kind, { env: { JWT_AUTHENTICATION: 'stateless' } });
    const old = await server.signIn();
    const { data } = await change(PASSWORD, NEXT_PASSWORD, (await server.signIn()).access);
    expect(await isAlive(old.access)).toBe(true);
    const refused = await server.client.send(SessionsDocument, {}, { token: old.access });
    expect(refused.errors[0]?.extensions['reason']).toBe('session_revoked');
    const again = await change(NEXT_PASSWORD, PASSWORD, old.access);
    expect(again.errors[0]?.extensions['reason']).toBe('session_revoked');
    expect(await isAlive(data?.passwordChange.access ?? '')).toBe(true);
  });

  test('a password change is nothing for a user whom the rule refuses', async () => {
    let isAllowed = true;
    server = await startTestServer(kind, { hooks: { userAuthenticationRule: () => isAllowed } });
    const { access } = await server.signIn();
    isAllowed = false;
    const { errors } = await change(PASSWORD, NEXT_PASSWORD, access);
    expect(errors[0]?.extensions['reason']).toBe('no_active_account');
  });

  test('S20: a password change asks for the current password, and refuses a weak one', async () => {
    server = await startTestServer(kind);
    const { access } = await server.signIn();
    const wrong = await change('not the password', NEXT_PASSWORD, access);
    expect(wrong.errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'currentPassword' });
    const weak = await change(PASSWORD, 'short', access);
    expect(weak.errors[0]?.extensions).toMatchObject({ reason: 'password_too_weak', field: 'newPassword' });
    await server.client.expect(TokenObtainPairDocument, { username: 'alice', password: PASSWORD });
  });

  test('S19: disabling and deleting a user ends all their sessions', async () => {
    server = await startTestServer(kind);
    const { access } = await server.signIn();
    await server.auth.users.setActive(server.alice.id, false);
    const disabled = await server.client.send(HelloDocument, {}, { token: access });
    expect(disabled.errors[0]?.extensions['reason']).toBe('user_inactive');
    await server.auth.users.setActive(server.alice.id, true);
    const enabled = await server.client.send(HelloDocument, {}, { token: access });
    expect(enabled.errors[0]?.extensions['reason']).toBe('session_revoked');
    await server.auth.users.delete(server.alice.id);
    const deleted = await server.client.send(HelloDocument, {}, { token: access });
    expect(deleted.errors[0]?.extensions['reason']).toBe('user_not_found');
  });
});
