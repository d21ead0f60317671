import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createUrqlClient } from '../../examples/urql/client.ts';
import { closeDevices, newDevice, type TestDevice } from '../client/network.ts';
import { HelloDocument, TokenVerifyDocument } from '../generated/operations.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';

describe('examples/urql', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer('sqlite');
  });
  afterEach(closeDevices);
  afterAll(() => server.remove());

  /** A client of alice whose clock stands still: the server has to say that a token has expired. */
  async function newUrql(): Promise<
    TestDevice & { hello(): Promise<unknown>; verify(token: string): Promise<unknown> }
  > {
    const now = server.clock.read();
    const device = newDevice(server, { clock: () => now });
    await device.tokens.signIn('alice', PASSWORD);
    const client = createUrqlClient(device.tokens, { url: server.url, fetch: device.network.fetch });
    return {
      ...device,
      hello: async () => {
        const { data, error } = await client.query(HelloDocument, {}, { requestPolicy: 'network-only' });
        return data?.hello ?? error?.message;
      },
      verify: async (token) => (await client.mutation(TokenVerifyDocument, { token })).error?.message,
    };
  }

  test('refreshes once when the server says that the token has expired, and asks again', async () => {
    const device = await newUrql();
    expect(await device.hello()).toBe('Hello, alice!');
    server.clock.advance(301);
    expect(await device.hello()).toBe('Hello, alice!');
    expect(device.network.sent).toEqual(['tokenObtainPair', 'hello', 'hello', 'tokenRefresh', 'hello']);
  });

  test('stays signed in without a network, and signs out when the session has ended', async () => {
    const device = await newUrql();
    server.clock.advance(301);
    device.network.isDown = true;
    expect(await device.hello()).toMatch('[Network]');
    expect(device.tokens.getState().status).toBe('signed-in');
    device.network.isDown = false;
    await server.auth.sessions.revokeAll(server.alice.id);
    expect(await device.hello()).toMatch('[GraphQL]');
    expect(device.tokens.getState()).toEqual({ status: 'signed-out', reason: 'token_blacklisted' });
  });

  test('takes what is said of another token for no news of its own', async () => {
    const device = await newUrql();
    const { access, refresh } = await server.signIn();
    await server.auth.tokens.blacklist(refresh);
    expect(await device.verify(access)).toBe('[GraphQL] Token is blacklisted');
    expect(device.network.count('tokenRefresh')).toBe(0);
    expect(device.tokens.getState().status).toBe('signed-in');
  });
});
