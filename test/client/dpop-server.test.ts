import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { createAccountApi } from '../../src/client/account.ts';
import { createDpop, type Dpop, type DpopOptions } from '../../src/client/dpop.ts';
import { socketOptions } from '../../src/client/graphql-ws.ts';
import { createTokenStore, memoryStorage, type TokenStorage, type TokenStore } from '../../src/client/index.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { EVENTS } from '../support/sockets.ts';

/** A client of the server under test that may have a key. */
interface Device {
  readonly dpop: Dpop;
  readonly tokens: TokenStore;
  /** How many requests were sent. */
  readonly sent: () => number;
  /** What `hello` answers: its text, or the reason of its refusal. */
  hello(): Promise<string>;
}

interface DeviceOptions extends DpopOptions {
  readonly storage?: TokenStorage;
  readonly hasNoKey?: boolean;
}

function newDevice(
  server: TestServer,
  { storage = memoryStorage(), hasNoKey = false, ...options }: DeviceOptions = {},
): Device {
  let sent = 0;
  const transport: typeof fetch = (...request) => {
    sent += 1;
    return (options.fetch ?? fetch)(...request);
  };
  const clock = options.clock ?? server.clock.read;
  const dpop = createDpop({ ...options, clock, fetch: transport });
  const send = hasNoKey ? transport : dpop.fetch;
  const tokens = createTokenStore({ url: server.url, storage, fetch: send, clock, sleep: async () => {} });
  return {
    dpop,
    tokens,
    sent: () => sent,
    hello: async () => {
      const headers = { 'content-type': 'application/json', ...tokens.headers(await tokens.accessToken()) };
      const response = await send(server.url, { method: 'POST', headers, body: '{"query":"{ hello }"}' });
      const { data, errors } = (await response.json()) as {
        data: { hello: string } | null;
        errors?: { extensions: { reason: string } }[];
      };
      return data?.hello ?? errors?.[0]?.extensions.reason ?? '';
    },
  };
}

const reasonOf = (state: ReturnType<TokenStore['getState']>) =>
  state.status === 'signed-out' ? state.reason : state.status;

describe.each([
  ['without a nonce', {}],
  ['with a nonce', { JWT_DPOP_NONCE: 'on' }],
])('a client of a server that requires a key, %s', (_how, env: Record<string, string>) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer('sqlite', { env: { JWT_DPOP: 'required', ...env } });
  });
  afterAll(() => server.remove());

  test.each([
    ['with a clock that is right', 0],
    ['with a clock that is a day behind', -86_400_000],
    ['with a clock that is an hour ahead', 3_600_000],
  ])('signs in, asks, refreshes and signs out %s', async (_clock, wrong) => {
    const device = newDevice(server, { clock: () => server.clock.read() + wrong });
    await device.tokens.signIn('alice', PASSWORD);
    expect(await device.hello()).toBe('Hello, alice!');
    const before = device.sent();
    for (let round = 0; round < 2; round += 1) {
      server.clock.advance(280); // the token is due, and a nonce may have ended
      expect(await device.hello()).toBe('Hello, alice!');
    }
    // At most one more for a nonce that has ended.
    expect(device.sent() - before).toBeLessThanOrEqual(6);
    expect(await device.tokens.signOut()).toBe(true);
  });

  test('a client without a key is told what it lacks', async () => {
    const device = newDevice(server, { hasNoKey: true });
    await expect(device.tokens.signIn('alice', PASSWORD)).rejects.toMatchObject({
      reason: 'dpop_proof_required',
      message: expect.stringContaining('A DPoP proof is required'),
    });
  });

  test('tokens that were stolen without the key are worth nothing, and the session goes on', async () => {
    const storage = memoryStorage();
    const device = newDevice(server, { storage });
    await device.tokens.signIn('alice', PASSWORD);
    const stolen = await storage.load();
    for (const [options, reason] of [
      [{}, 'dpop_proof_not_valid'],
      [{ hasNoKey: true }, 'signed-in'],
    ] as const) {
      const copy = memoryStorage();
      await copy.save(stolen);
      const thief = newDevice(server, { ...options, storage: copy });
      expect(await thief.hello()).toMatch(/^dpop_proof_(not_valid|required)$/);
      expect(await thief.tokens.refresh().catch(() => null)).toBeNull();
      expect(reasonOf(thief.tokens.getState())).toBe(reason);
    }
    await device.tokens.refresh();
    expect(await device.hello()).toBe('Hello, alice!');
  });

  test('a client that has lost its key is signed out, and asks no more', async () => {
    const storage = memoryStorage();
    await newDevice(server, { storage }).tokens.signIn('alice', PASSWORD);
    const device = newDevice(server, { storage });
    server.clock.advance(301);
    expect(await device.tokens.accessToken()).toBeNull();
    expect(device.tokens.getState()).toEqual({ status: 'signed-out', reason: 'dpop_proof_not_valid' });
    const before = device.sent();
    expect(before).toBeLessThanOrEqual(2); // one for the nonce
    expect(await device.tokens.accessToken()).toBeNull();
    expect(device.sent()).toBe(before);
    await device.tokens.signIn('alice', PASSWORD);
    expect(await device.hello()).toBe('Hello, alice!');
  });

  test('a network that sends a request twice signs nobody out', async () => {
    let isDoubling = false;
    const doubling: typeof fetch = async (...request) => {
      if (isDoubling) await fetch(...request);
      return fetch(...request);
    };
    const device = newDevice(server, { fetch: doubling });
    await device.tokens.signIn('alice', PASSWORD);
    isDoubling = true;
    await expect(device.tokens.refresh()).rejects.toMatchObject({ outcome: 'failed', reason: 'dpop_proof_not_valid' });
    expect(device.tokens.getState().status).toBe('signed-in');
    isDoubling = false;
    await device.tokens.refresh();
    expect(await device.hello()).toBe('Hello, alice!');
  });

  test('the socket of a subscription proves the key, too', async () => {
    const device = newDevice(server);
    await device.tokens.signIn('alice', PASSWORD);
    const url = server.url.replace('http', 'ws');
    const options = socketOptions(device.tokens);
    const connect = (connectionParams: () => Promise<Record<string, string>>, more = {}) =>
      createClient({ url, webSocketImpl: WebSocket, ...options, connectionParams, ...more });
    const socket = connect(device.dpop.connectionParams(url, options.connectionParams));
    const events = socket.iterate({ query: EVENTS });
    const first = events.next();
    await new Promise((resolve) => socket.on('connected', resolve));
    const heard: unknown[] = [];
    void first.then((event) => heard.push(event));
    // What happens before the subscription has begun is not told.
    for (let round = 0; round < 200 && heard.length === 0; round += 1) {
      await newDevice(server).tokens.signIn('alice', PASSWORD);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect((await first).value).toMatchObject({ data: expect.anything() });
    await events.return?.();
    await socket.dispose();

    const bare = connect(options.connectionParams, { retryAttempts: 0, on: {} });
    const refused = bare
      .iterate({ query: EVENTS })
      .next()
      .catch((error: unknown) => error);
    expect(await refused).toMatchObject({ code: 4403 });
    await bare.dispose();
  });
});

test('sessions of before stay as they were where a key is optional, and new ones are bound', async () => {
  const server = await startTestServer('sqlite', { env: { JWT_DPOP: 'optional', DEVICE_NAMES: 'on' } });
  const storage = memoryStorage();
  const before = newDevice(server, { storage, hasNoKey: true });
  await before.tokens.signIn('alice', PASSWORD);
  const after = newDevice(server, { storage });
  server.clock.advance(301);
  expect(await after.hello()).toBe('Hello, alice!');
  await after.tokens.refresh();
  expect(await after.hello()).toBe('Hello, alice!');

  // The functions for accounts take the same `fetch`.
  const account = createAccountApi({ tokens: after.tokens, url: server.url, fetch: after.dpop.fetch });
  await account.signIn('alice', PASSWORD, 'My laptop');
  const state = after.tokens.getState();
  if (state.status !== 'signed-in') throw new Error('expected to be signed in');
  await account.renameSession(state.tokens.sessionId ?? '', 'My desk');
  const copy = memoryStorage();
  await copy.save(state.tokens);
  expect(await newDevice(server, { storage: copy }).hello()).toBe('dpop_proof_not_valid');
  await server.remove();
});
