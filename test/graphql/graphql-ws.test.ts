import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { useServer } from 'graphql-ws/use/ws';
import { Query, Resolver } from 'type-graphql';
import { WebSocketServer } from 'ws';
import { createAuth, type Auth } from '../../src/graphql/auth.ts';
import { until } from '../support/ring.ts';
import { PASSWORD, TEST_KEY } from '../support/server.ts';
import { EVENTS, TestSocket } from '../support/sockets.ts';
import { newPlace, type Place } from '../support/stores.ts';

@Resolver()
class BrokenResolver {
  @Query(() => String)
  broken(): string {
    throw new Error('a driver says 87654321');
  }
}

describe('the hooks for graphql-ws in a server of your own', () => {
  const http = createServer();
  let place: Place;
  let auth: Auth;
  let url: string;
  const reported: unknown[] = [];
  beforeAll(async () => {
    place = newPlace('sqlite');
    const onInternalError = (error: unknown) => reported.push(error);
    auth = await createAuth({ ...place.options, signingKey: TEST_KEY, passwordHashCost: 4, onInternalError });
    await auth.users.create({ username: 'alice', password: PASSWORD });
    const schema = auth.buildSchema({ resolvers: [BrokenResolver, ...auth.subscriptionResolvers] });
    useServer({ schema, ...auth.graphqlWs() }, new WebSocketServer({ server: http }));
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    http.close();
    await auth.close();
    await place.remove();
  });
  const signIn = async () => {
    const alice = await auth.users.findByUsername('alice');
    if (alice === null) throw new Error('expected alice');
    return { alice, tokens: await auth.tokens.forUser(alice) };
  };

  test('close the socket with the reason when the session ends, and tell of it before', async () => {
    const { alice, tokens } = await signIn();
    const socket = await TestSocket.listen(url, tokens.access.token, { since: new Date().toISOString() });
    await auth.tokens.forUser(alice);
    expect(await socket.event()).toMatchObject({ kind: 'BEGAN' });
    await auth.tokens.blacklist(tokens.refresh.token);
    expect(await socket.closed).toEqual({ code: 4403, reason: 'session_revoked' });
    expect(socket.events.at(-1)).toMatchObject({ kind: 'ENDED', reason: 'signed_out', session: { current: true } });
    expect(reported).toEqual([]); // it is no fault of the server
  });

  test('let in who has no token, for what is open, and guard the rest', async () => {
    const socket = await TestSocket.open(url, null);
    expect(await socket.next()).toEqual({ type: 'connection_ack' });
    socket.subscribe(EVENTS);
    expect(await socket.next()).toMatchObject({
      payload: { errors: [{ extensions: { reason: 'not_authenticated' } }] },
    });
    await socket.close();
  });

  test.each([
    ['a forged token', 'a.b.c', 'token_not_valid'],
    ['a token and a word', 'a.b.c d', 'bad_authorization_header'],
  ])('refuse %s', async (_what, access, reason) => {
    const socket = await TestSocket.open(url, access);
    expect(await socket.closed).toEqual({ code: 4403, reason });
  });

  test('watch nobody who has left before they were let in', async () => {
    const { tokens } = await signIn();
    const hooks = auth.graphqlWs();
    const closings: string[] = [];
    const connection = (name: string) => ({
      connectionParams: { authorization: `Bearer ${tokens.access.token}` },
      extra: { socket: { close: () => closings.push(name) } },
    });
    const left = connection('left');
    const connecting = hooks.onConnect(left);
    hooks.onClose(left);
    await connecting;
    await hooks.onConnect(connection('stays'));
    await auth.tokens.blacklist(tokens.refresh.token);
    await until(() => closings.includes('stays'));
    expect(closings).toEqual(['stays']);
  });

  test.each([
    ['a number', 'mutation { tokenObtainPair(username: "alice", password: 87654321) { access } }', {}],
    [
      'a variable',
      'mutation ($password: String!) { tokenObtainPair(username: "alice", password: $password) { access } }',
      { password: 87654321 },
    ],
    ['what is wrong with the server', '{ broken }', {}],
  ])('S56: tell nothing of a value, nor of the server, in an error: %s', async (_what, query, variables) => {
    const socket = await TestSocket.open(url, null);
    await socket.next();
    socket.subscribe(query, { variables });
    const { payload } = await socket.next();
    expect(JSON.stringify(payload)).toContain('"message":"');
    expect(JSON.stringify(payload)).not.toContain('87654321');
    await socket.close();
  });

  test('take no document that the rules for requests refuse, such as one of two sign-ins', async () => {
    const socket = await TestSocket.open(url, null);
    await socket.next();
    const signIn = 'tokenObtainPair(username: "alice", password: "no") { access }';
    socket.subscribe(`mutation { a: ${signIn} b: ${signIn} }`);
    expect(await socket.next()).toMatchObject({
      type: 'error',
      payload: [{ message: expect.stringContaining('2 fields') }],
    });
    await socket.close();
  });

  test('say what is expected where there is no socket to close', async () => {
    await expect(auth.graphqlWs().onConnect({ extra: {} })).rejects.toThrow('expected `useServer` of graphql-ws');
  });
});
