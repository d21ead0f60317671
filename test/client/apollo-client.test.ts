import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { CombinedGraphQLErrors } from '@apollo/client/errors';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createAuthLink, type TokenStoreOptions } from '../../src/client/apollo-client.ts';
import * as Operations from '../generated/operations.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { closeDevices, newDevice, type TestDevice } from './network.ts';

interface ApolloDevice extends TestDevice {
  readonly client: ApolloClient;
  /** The reason the last answer gave, or the greeting. */
  readonly hello: () => Promise<unknown>;
}

describe('the Apollo Client link', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer('sqlite');
  });
  afterEach(closeDevices);
  afterAll(() => server.remove());

  function newApollo(options: TokenStoreOptions = {}): ApolloDevice {
    const device = newDevice(server, options);
    const http = new HttpLink({ uri: server.url, fetch: device.network.fetch });
    const link = ApolloLink.from([createAuthLink({ tokens: device.tokens }), http]);
    const client = new ApolloClient({ link, cache: new InMemoryCache(), queryDeduplication: false });
    const hello = async () => {
      const { data } = await client.query({ query: Operations.HelloDocument, fetchPolicy: 'no-cache' });
      return data?.hello;
    };
    return { ...device, client, hello };
  }

  async function signedInApollo(): Promise<ApolloDevice> {
    const device = newApollo();
    await device.tokens.signIn('alice', PASSWORD);
    return device;
  }

  /** A client whose clock stands still does not refresh in time: the server has to say that a token is not good. */
  async function latecomer(): Promise<ApolloDevice> {
    const now = server.clock.read();
    const device = newApollo({ clock: () => now });
    await device.tokens.signIn('alice', PASSWORD);
    return device;
  }

  test('attaches the access token', async () => {
    const { hello } = await signedInApollo();
    expect(await hello()).toBe('Hello, alice!');
  });

  test('refreshes before an operation that would be refused, once for a hundred', async () => {
    const { hello, network } = await signedInApollo();
    server.clock.advance(301);
    const answers = await Promise.all(Array.from({ length: 100 }, hello));
    expect(answers).toEqual(Array.from({ length: 100 }, () => 'Hello, alice!'));
    expect(network.count('tokenRefresh')).toBe(1);
    expect(network.count('hello')).toBe(100);
  });

  test('refreshes when the server says so, once for a hundred, and sends each again', async () => {
    const { hello, network } = await latecomer();
    server.clock.advance(301);
    const answers = await Promise.all(Array.from({ length: 100 }, hello));
    expect(answers).toEqual(Array.from({ length: 100 }, () => 'Hello, alice!'));
    expect(network.count('tokenRefresh')).toBe(1);
    expect(network.count('hello')).toBe(200);
  });

  test('sends an operation once more and not twice', async () => {
    const { hello, network } = await signedInApollo();
    const refused = { errors: [{ message: 'no', extensions: { code: 'UNAUTHENTICATED', action: 'REFRESH' } }] };
    const refreshed = { data: { tokenRefresh: { access: 'another', refresh: 'another' } } };
    network.fates.push(Response.json(refused), Response.json(refreshed), Response.json(refused));
    await expect(hello()).rejects.toThrow('no');
    expect(network.sent).toEqual(['tokenObtainPair', 'hello', 'tokenRefresh', 'hello']);
    const another = { data: { tokenRefresh: { access: 'yet another', refresh: 'yet another' } } };
    network.fates.push(Response.json(refused), Response.json(another), new Response('no', { status: 401 }));
    await expect(hello()).rejects.toThrow('401');
    expect(network.count('hello')).toBe(4);
  });

  test('lets the application see the answer when the session has ended, and says so to its subscribers once', async () => {
    const { hello, tokens } = await signedInApollo();
    let calls = 0;
    tokens.subscribe(() => (calls += 1));
    await server.auth.sessions.revokeAll(server.alice.id);
    const answers = await Promise.allSettled([hello(), hello(), hello()]);
    for (const answer of answers) {
      const { reason } = answer as PromiseRejectedResult;
      expect(CombinedGraphQLErrors.is(reason) && reason.errors[0]?.extensions?.['reason']).toBe('session_revoked');
    }
    expect(tokens.getState()).toEqual({ status: 'signed-out', reason: 'token_blacklisted' });
    expect(calls).toBe(1);
  });

  test('fails with a network error, and signs nobody out, while the server cannot be reached', async () => {
    const { hello, network, tokens } = await signedInApollo();
    server.clock.advance(301);
    network.isDown = true;
    await expect(hello()).rejects.toMatchObject({ name: 'TokenRequestError', outcome: 'unavailable' });
    expect(tokens.getState().status).toBe('signed-in');
    network.isDown = false;
    expect(await hello()).toBe('Hello, alice!');
  });

  test('takes what a token operation answers about another token for no news of its own', async () => {
    const { client, network, tokens, hello } = await signedInApollo();
    const { access, refresh } = await server.signIn();
    await server.auth.tokens.blacklist(refresh);
    const verify = (token: string) => client.mutate({ mutation: Operations.TokenVerifyDocument, variables: { token } });
    await expect(verify(access)).rejects.toThrow('Token is blacklisted');
    const wrong = { username: 'alice', password: 'not her password' };
    const signIn = client.mutate({ mutation: Operations.TokenObtainPairDocument, variables: wrong });
    await expect(signIn).rejects.toThrow('No active account');
    expect(network.count('tokenRefresh')).toBe(0);
    expect(tokens.getState().status).toBe('signed-in');
    expect(await hello()).toBe('Hello, alice!');
  });

  test('a wrong password in a change of password is not a sign-out, and is not sent twice', async () => {
    const { client, network, tokens } = await signedInApollo();
    const variables = { currentPassword: 'not her password', newPassword: 'down the rabbit hole' };
    const change = client.mutate({ mutation: Operations.PasswordChangeDocument, variables });
    await expect(change).rejects.toThrow('Your old password was entered incorrectly');
    expect(network.count('passwordChange')).toBe(1);
    expect(tokens.getState().status).toBe('signed-in');
  });

  test('does not do again what a mutation has done in part', async () => {
    const { client, network } = await signedInApollo();
    const partly = {
      data: { note: 'written', sessionRevokeAll: null },
      errors: [{ message: 'no', path: ['sessionRevokeAll'], extensions: { code: 'UNAUTHENTICATED' } }],
    };
    network.fates.push(Response.json(partly));
    await expect(client.mutate({ mutation: Operations.SessionRevokeAllDocument })).rejects.toThrow('no');
    expect(network.sent).toEqual(['tokenObtainPair', 'sessionRevokeAll']);
  });

  test.each(['{"error":"unauthorized"}', '{"data":null,"errors":[{"message":"no"}]}'])(
    'understands a server of yours that answers HTTP 401, with %s',
    async (body) => {
      const { hello, network } = await signedInApollo();
      const headers = { 'content-type': 'application/json' };
      network.fates.push(new Response(body, { status: 401, headers }));
      expect(await hello()).toBe('Hello, alice!');
      expect(network.sent).toEqual(['tokenObtainPair', 'hello', 'tokenRefresh', 'hello']);
    },
  );

  test('asks without a token where nobody is signed in', async () => {
    const { hello, network, tokens } = newApollo();
    await expect(hello()).rejects.toThrow('Authentication credentials were not provided.');
    expect(network.sent).toEqual(['hello']);
    expect(tokens.getState()).toEqual({ status: 'signed-out', reason: null });
  });

  test('keeps the headers that an operation brings', async () => {
    const { client, network, tokens } = await signedInApollo();
    let sent: Headers | undefined;
    const spy: typeof fetch = (input, init) => {
      sent = new Headers(init?.headers);
      return network.fetch(input, init);
    };
    client.setLink(ApolloLink.from([createAuthLink({ tokens }), new HttpLink({ uri: server.url, fetch: spy })]));
    const context = { headers: { 'x-request-id': '7' } };
    await client.query({ query: Operations.HelloDocument, context });
    expect(sent?.get('x-request-id')).toBe('7');
    expect(sent?.get('authorization')).toBe(`Bearer ${await tokens.accessToken()}`);
  });
});
