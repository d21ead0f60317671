import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createAuth, type Auth } from '../../../src/graphql/auth.ts';
import { PASSWORD, startTestServer, TEST_KEY, type TestServer } from '../../support/server.ts';
import { TestSocket } from '../../support/sockets.ts';
import { describeEachStore } from '../../support/stores.ts';

const sidOf = (access: string): string =>
  (JSON.parse(Buffer.from(access.split('.')[1] ?? '', 'base64url').toString()) as { sid: string }).sid;
const PHONE = { userAgent: 'phone', ipAddress: '192.0.2.1' };
const LAPTOP = { userAgent: 'laptop', ipAddress: '198.51.100.1' };

describeEachStore('session events', (kind) => {
  let server: TestServer;
  /** On the same store, as another process has it. */
  let elsewhere: Auth;
  const sockets: TestSocket[] = [];
  beforeAll(async () => {
    server = await startTestServer(kind);
    const { clock } = server;
    elsewhere = await createAuth({
      ...server.place.options,
      signingKey: TEST_KEY,
      clock: clock.read,
      passwordHashCost: 4,
    });
  });
  afterEach(async () => {
    await Promise.all(sockets.splice(0).map((socket) => socket.close()));
    server.clock.advance(1000); // what one test did is too old for the next
  });
  afterAll(async () => {
    await elsewhere.close();
    await server.remove();
  });

  /** Somebody who listens, and has a session of their own. */
  async function listen(variables = {}, username = 'alice') {
    const { access, refresh } = await server.client.signIn(username, PASSWORD);
    server.clock.advance(1);
    const since = new Date(server.clock.read()).toISOString(); // nobody hears when the server has subscribed
    const socket = await TestSocket.listen(server.url, access, { since, ...variables });
    sockets.push(socket);
    return { socket, access, refresh, sid: sidOf(access) };
  }

  test('tell that a session began, and that it ended and why', async () => {
    const { socket } = await listen();
    const sid = sidOf((await server.signIn()).access);
    const began = await socket.event();
    expect(began).toMatchObject({ kind: 'BEGAN', reason: null, session: { id: sid, current: false } });
    expect(new Date(began.at).getTime()).toBe(server.clock.read());
    await server.auth.sessions.revoke(server.alice.id, sid);
    expect(await socket.event()).toMatchObject({ kind: 'ENDED', reason: 'revoked', session: { id: sid } });
  });

  test('tell of what happened in another process', async () => {
    const { socket } = await listen();
    const { access } = await elsewhere.tokens.forUser(server.alice);
    const sid = sidOf(access.token);
    expect(await socket.event()).toMatchObject({ kind: 'BEGAN', session: { id: sid } });
    await elsewhere.sessions.revoke(server.alice.id, sid);
    expect(await socket.event()).toMatchObject({ kind: 'ENDED', reason: 'revoked', session: { id: sid } });
  });

  test('tell of the reuse of a token that was replaced', async () => {
    const { socket } = await listen();
    const { refresh } = await server.signIn();
    let latest = refresh;
    for (const _time of [1, 2]) {
      server.clock.advance(120);
      latest = (await server.auth.tokens.refresh(latest)).refresh.token ?? '';
    }
    await expect(server.auth.tokens.refresh(refresh)).rejects.toThrow('blacklisted');
    const events = [await socket.event(), await socket.event()];
    expect(events.map(({ kind: what, reason }) => [what, reason])).toEqual([
      ['BEGAN', null],
      ['REUSED', 'reused'],
    ]);
  });

  test('tell of replays, and whether the session was ended for them', async () => {
    const { socket } = await listen();
    const rotate = async (one: typeof PHONE, other: typeof PHONE) => {
      let { token } = (await server.auth.tokens.forUser(server.alice, { client: one })).refresh;
      for (const _rotation of [1, 2, 3]) {
        server.clock.advance(1);
        const spent = token;
        token = (await server.auth.tokens.refresh(spent, one)).refresh.token ?? '';
        await server.auth.tokens.refresh(spent, other).catch(() => {});
      }
    };
    await rotate(PHONE, { ...PHONE, userAgent: 'web view' });
    expect(await socket.event()).toMatchObject({ kind: 'BEGAN', session: { userAgent: 'phone' } });
    expect(await socket.event()).toMatchObject({ kind: 'REPLAYED', reason: null });
    await rotate(LAPTOP, PHONE);
    expect(await socket.event()).toMatchObject({ kind: 'BEGAN', session: { userAgent: 'laptop' } });
    expect(await socket.event()).toMatchObject({ kind: 'REPLAYED', reason: 'replayed' });
  });

  test('tell nobody of the sessions of others, nor of a refresh', async () => {
    await server.auth.users.create({ username: 'bob', password: PASSWORD });
    const { socket, refresh } = await listen();
    const bob = await listen({}, 'bob');
    await server.auth.tokens.refresh(refresh);
    const { access } = await server.signIn();
    expect(await socket.event()).toMatchObject({ kind: 'BEGAN', session: { id: sidOf(access) } });
    await server.client.signIn('bob', PASSWORD);
    expect(await bob.socket.event()).toMatchObject({ kind: 'BEGAN' });
    expect(socket.events).toHaveLength(1);
    expect(bob.socket.events).toHaveLength(1);
  });

  test('are sent again from a moment on, each with the same id, to all who ask', async () => {
    const first = await listen();
    const since = new Date(server.clock.read()).toISOString();
    const { access } = await server.signIn();
    await server.auth.sessions.revoke(server.alice.id, sidOf(access));
    const told = [await first.socket.event(), await first.socket.event()];
    await first.socket.close();
    server.clock.advance(100);
    await server.auth.users.create({ username: 'carol', password: PASSWORD });
    const carol = await TestSocket.listen(server.url, (await server.client.signIn('carol', PASSWORD)).access, {
      since,
    });
    const again = await TestSocket.listen(server.url, first.access, { since });
    const more = await TestSocket.listen(server.url, first.access, { since });
    sockets.push(again, more, carol);
    for (const { event } of [again, more].map((socket) => ({ event: () => socket.event() }))) {
      expect([await event(), await event()]).toEqual(told);
    }
    await carol.event();
    expect(carol.events).toMatchObject([{ kind: 'BEGAN', session: { current: true } }]);
  });

  test('mark the session that listens, and tell it of its own end before the socket closes', async () => {
    const { socket, sid } = await listen();
    await server.signIn();
    await socket.event();
    await server.auth.sessions.revoke(server.alice.id, sid);
    expect(await socket.closed).toEqual({ code: 4403, reason: 'session_revoked' });
    expect(socket.events).toMatchObject([
      { kind: 'BEGAN', session: { current: false } },
      { kind: 'ENDED', session: { id: sid, current: true } },
    ]);
  });
});
