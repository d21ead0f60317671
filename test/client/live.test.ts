import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { socketOptions } from '../../src/client/graphql-ws.ts';
import { until } from '../support/ring.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { EVENTS, type SocketEvent } from '../support/sockets.ts';
import { closeDevices, newDevice } from './network.ts';

describe('socketOptions, for graphql-ws', () => {
  let server: TestServer;
  const sockets: Client[] = [];
  beforeAll(async () => {
    server = await startTestServer('sqlite');
  });
  afterEach(async () => {
    closeDevices();
    for (const socket of sockets.splice(0)) await socket.dispose();
    server.clock.advance(1000);
  });
  afterAll(() => server.remove());

  /** Somebody who is signed in and listens, and whose clock stands still, so that the server has to say when a token is old. */
  async function listen() {
    const now = server.clock.read();
    const { tokens, network } = newDevice(server, { clock: () => now });
    await tokens.signIn('alice', PASSWORD);
    let connections = 0;
    const options = socketOptions(tokens);
    const socket = createClient({ url: server.url.replace('http', 'ws'), webSocketImpl: WebSocket, ...options });
    sockets.push(socket);
    const connected = new Promise<void>((resolve) => {
      socket.on('connected', () => {
        connections += 1;
        if (connections === 2) resolve();
      });
    });
    const events = socket.iterate<{ sessionEvents: SocketEvent }>({
      query: EVENTS,
      variables: { since: new Date(now + 1).toISOString() },
    });
    const first = events.next();
    server.clock.advance(1);
    const { access } = await server.signIn();
    await first;
    return { tokens, network, events, access, again: connected };
  }

  test('goes on with a fresh token when the server closes the socket at the end of the first', async () => {
    const { network, events, again } = await listen();
    server.clock.advance(300);
    await again;
    expect(network.count('tokenRefresh')).toBe(1);
    const next = events.next();
    await server.signIn();
    expect((await next).value).toMatchObject({ data: { sessionEvents: { kind: 'BEGAN' } } });
  });

  test('learns that the session was ended, without asking for anything', async () => {
    const { network, tokens, events } = await listen();
    const signedOut = new Promise<void>((resolve) => tokens.subscribe(resolve));
    await server.auth.sessions.revokeAll(server.alice.id);
    await signedOut;
    expect(tokens.getState()).toEqual({ status: 'signed-out', reason: 'token_blacklisted' });
    expect(network.sent).toEqual(['tokenObtainPair', 'tokenRefresh']);
    await expect(
      (async () => {
        for await (const event of events) expect(event).toBeDefined();
      })(),
    ).rejects.toMatchObject({ code: 4403, reason: 'not_authenticated' });
  });

  test('signs nobody out while the server does not answer', async () => {
    const { network, tokens, again } = await listen();
    network.isDown = true;
    server.clock.advance(300);
    const tried = network.sent.length;
    await until(() => network.sent.length > tried + 1);
    expect(tokens.getState().status).toBe('signed-in');
    network.isDown = false;
    await again;
  });

  test('waits longer each time, and not at all for a fresh token', async () => {
    const { tokens } = newDevice(server);
    const { retryWait, on } = socketOptions(tokens);
    const waits: (number | undefined)[] = [];
    jest.spyOn(globalThis, 'setTimeout').mockImplementation((end, ms) => {
      waits.push(ms);
      end();
      return undefined as never;
    });
    on.closed({ code: 4403 });
    await retryWait(0);
    expect(waits).toEqual([]);
    on.closed({ code: 1012 });
    for (const retries of [0, 1, 4, 5, 60]) await retryWait(retries);
    jest.restoreAllMocks();
    for (const [index, longest] of [1000, 2000, 16_000, 30_000, 30_000].entries()) {
      expect(waits[index]).toBeGreaterThanOrEqual(longest / 2);
      expect(waits[index]).toBeLessThanOrEqual(longest);
    }
  });
});
