import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createAuth, type Auth } from '../../../src/graphql/auth.ts';
import { craftAccess } from '../../support/craft.ts';
import { keeperOf } from '../../support/ring.ts';
import { PASSWORD, startTestServer, TEST_KEY, type TestServer } from '../../support/server.ts';
import { secondsUntil, TestSocket } from '../../support/sockets.ts';
import { describeEachStore, newPlace } from '../../support/stores.ts';

describeEachStore('a socket', (kind) => {
  let server: TestServer;
  /** On the same store, as another process has it. */
  let elsewhere: Auth;
  beforeAll(async () => {
    server = await startTestServer(kind);
    const { clock, place } = server;
    elsewhere = await createAuth({ ...place.options, signingKey: TEST_KEY, clock: clock.read, passwordHashCost: 4 });
  });
  afterAll(async () => {
    await elsewhere.close();
    await server.remove();
  });

  let users = 0;
  /** A user of their own, who is signed in and has an open socket. */
  async function open() {
    users += 1;
    const user = await server.auth.users.create({ username: `user${users}`, password: PASSWORD });
    const tokens = await server.client.signIn(user.username, PASSWORD);
    const socket = await TestSocket.open(server.url, tokens.access);
    expect(await socket.next()).toEqual({ type: 'connection_ack' });
    return { user, socket, ...tokens };
  }

  const endings: Readonly<
    Record<string, readonly [string, (auth: Auth, one: Awaited<ReturnType<typeof open>>) => unknown]>
  > = {
    'a sign-out': ['session_revoked', (auth, { refresh }) => auth.tokens.blacklist(refresh)],
    'the end of all sessions': ['session_revoked', (auth, { user }) => auth.sessions.revokeAll(user.id)],
    'another password': [
      'session_revoked',
      (auth, { user }) => auth.users.setPassword(user.id, `${PASSWORD} tall kettle`),
    ],
    'the disabling of the account': ['user_inactive', (auth, { user }) => auth.users.setActive(user.id, false)],
    'the deletion of the account': ['user_not_found', (auth, { user }) => auth.users.delete(user.id)],
  };
  const cases = Object.entries(endings).flatMap(([what, [reason, end]]) => [
    { what: `${what} here`, reason, end: (one: Awaited<ReturnType<typeof open>>) => end(server.auth, one) },
    { what: `${what} in another process`, reason, end: (one: Awaited<ReturnType<typeof open>>) => end(elsewhere, one) },
  ]);

  test.each(cases)('S59: is closed with the reason within a second after $what', async ({ reason, end }) => {
    const one = await open();
    await end(one);
    expect(await secondsUntil(one.socket.closed)).toBeLessThanOrEqual(1);
    expect(await one.socket.closed).toEqual({ code: 4403, reason });
  });

  test('S59: is closed when its token expires, and stays open until then, also through a refresh', async () => {
    const { socket, refresh } = await open();
    server.clock.advance(299);
    await server.auth.tokens.refresh(refresh);
    const witness = await open();
    await elsewhere.tokens.blacklist(witness.refresh);
    await witness.socket.closed; // so the server has looked, at the tokens too
    expect(socket.raw.readyState).toBe(socket.raw.OPEN);
    server.clock.advance(1);
    expect(await socket.closed).toEqual({ code: 4403, reason: 'token_expired' });
  });

  test('stays open when another session of its user ends', async () => {
    const { socket, user } = await open();
    const other = await server.client.signIn(user.username, PASSWORD);
    await server.auth.tokens.blacklist(other.refresh);
    const third = await open();
    await server.auth.sessions.revokeAll(third.user.id);
    await third.socket.closed;
    expect(socket.raw.readyState).toBe(socket.raw.OPEN);
    await socket.close();
  });

  test('of a token without a session is closed with the sessions of its user', async () => {
    const { user } = await open();
    const access = craftAccess(server, { user_id: user.id, sid: undefined });
    const socket = await TestSocket.open(server.url, access);
    expect(await socket.next()).toEqual({ type: 'connection_ack' });
    server.clock.advance(2);
    await elsewhere.sessions.revokeAll(user.id);
    expect(await socket.closed).toEqual({ code: 4403, reason: 'session_revoked' });
  });
});

describe('a socket whose key is retired', () => {
  test('S59: is closed within about a second', async () => {
    const place = newPlace('sqlite');
    const folder = join(place.options.dataDir, 'ring');
    const keeper = keeperOf(folder);
    await keeper.generate();
    const server = await startTestServer('sqlite', {
      env: { JWT_SIGNING_KEY: '', JWT_KEYS_DIR: folder, JWT_ALGORITHM: 'ES256' },
    });
    const { access } = await server.signIn();
    const socket = await TestSocket.open(server.url, access);
    await socket.next();
    await keeper.replaceAll();
    expect(await socket.closed).toEqual({ code: 4403, reason: 'token_not_valid' });
    await server.remove();
    await place.remove();
  });
});
