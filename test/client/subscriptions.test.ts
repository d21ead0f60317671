import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloClient, ApolloLink, gql, InMemoryCache, type TypedDocumentNode } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { createClient, type Client as WsClient } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocket, WebSocketServer } from 'ws';
import { createAuthLink } from '../../src/client/apollo-client.ts';
import type { AuthContext } from '../../src/graphql/context.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { closeDevices, newDevice } from './network.ts';

Object.assign(globalThis, { WebSocket }); // the link asks what a socket's states are; Node.js 20 has none of its own

type WaveContext = Pick<AuthContext['auth'], 'authenticate'>;

/** One greeting for each `wave()`, to whoever proves who they are when they subscribe. */
class WavingServer {
  readonly #waves = new EventTarget();
  readonly #http: Server = createServer();
  readonly #sockets: ReturnType<typeof useServer>;
  connections = 0;

  constructor(auth: TestServer['auth']) {
    const waves = this.#waves;
    const subscribe = async function* (_source: unknown, _args: unknown, context: WaveContext) {
      for (;;) {
        const { user } = await context.authenticate();
        yield { waved: `${user.username} sees a wave` };
        await new Promise((resolve) => waves.addEventListener('wave', resolve, { once: true }));
      }
    };
    const schema = new GraphQLSchema({
      query: new GraphQLObjectType({ name: 'Query', fields: { nothing: { type: GraphQLString } } }),
      subscription: new GraphQLObjectType({
        name: 'Subscription',
        fields: { waved: { type: GraphQLString, subscribe } },
      }),
    });
    const server = new WebSocketServer({ server: this.#http });
    server.on('connection', () => (this.connections += 1));
    // What `connection_init` brings are the headers of the operations; a strict server asks again for every event.
    const context = ({ connectionParams }: { connectionParams?: Readonly<Record<string, unknown>> }): WaveContext => ({
      authenticate: async () => {
        const { auth: asked } = await auth.context({
          req: { headers: connectionParams ?? {} },
        });
        return asked.authenticate();
      },
    });
    this.#sockets = useServer({ schema, context }, server);
  }

  async listen(): Promise<string> {
    this.#http.listen(0, '127.0.0.1');
    await once(this.#http, 'listening');
    return `ws://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  wave(): void {
    this.#waves.dispatchEvent(new Event('wave'));
  }

  async close(): Promise<void> {
    await this.#sockets.dispose();
    this.#http.close();
  }
}

const WAVED: TypedDocumentNode<{ waved: string }> = gql`
  subscription Waved {
    waved
  }
`;

describe('subscriptions over graphql-ws', () => {
  let server: TestServer;
  let waving: WavingServer;
  let url: string;
  const sockets: WsClient[] = [];
  beforeAll(async () => {
    server = await startTestServer('sqlite');
    waving = new WavingServer(server.auth);
    url = await waving.listen();
  });
  afterEach(async () => {
    closeDevices();
    for (const socket of sockets.splice(0)) await socket.dispose();
  });
  afterAll(async () => {
    await waving.close();
    await server.remove();
  });

  /** Somebody who is signed in and whose clock stands still, so that the server has to say when a token is old. */
  async function subscriber() {
    const now = server.clock.read();
    const { tokens, network } = newDevice(server, { clock: () => now });
    await tokens.signIn('alice', PASSWORD);
    const socket = createClient({ url, webSocketImpl: WebSocket, connectionParams: tokens.connectionParams });
    sockets.push(socket);
    const auth = createAuthLink({ tokens, reconnect: () => socket.terminate() });
    const client = new ApolloClient({
      link: ApolloLink.from([auth, new GraphQLWsLink(socket)]),
      cache: new InMemoryCache(),
    });
    const waves = client.subscribe({ query: WAVED });
    return { tokens, network, waves: new Reader(waves) };
  }

  test('carry the token of their connection', async () => {
    const { waves, network } = await subscriber();
    const first = await waves.next();
    expect(first).toEqual({ data: { waved: 'alice sees a wave' } });
    expect(network.count('tokenRefresh')).toBe(0);
  });

  test('are opened anew with a fresh token when theirs has expired', async () => {
    const { waves, network } = await subscriber();
    const before = waving.connections;
    server.clock.advance(301);
    expect(await waves.next()).toEqual({ data: { waved: 'alice sees a wave' } });
    expect(network.count('tokenRefresh')).toBe(1);
    expect(waving.connections - before).toBe(2);
  });

  test('go on when their token expires between two events, as often as that happens', async () => {
    const { waves, network } = await subscriber();
    await waves.next();
    for (const time of [1, 2, 3]) {
      server.clock.advance(301);
      waving.wave();
      expect(await waves.next()).toEqual({ data: { waved: 'alice sees a wave' } });
      expect(network.count('tokenRefresh')).toBe(time);
    }
  });

  const odd = {
    nothing: {},
    'a number': { authorization: 7 },
    'an object': { authorization: { $ne: null } },
    'a list of objects': { authorization: [{ toString: 'Bearer' }] },
  };
  test.each(Object.entries<Record<string, unknown>>(odd))(
    'are refused, and nothing breaks, when a connection brings %s for a token',
    async (_what, connectionParams) => {
      const socket = createClient({ url, webSocketImpl: WebSocket, connectionParams });
      sockets.push(socket);
      const first = socket.iterate({ query: 'subscription { waved }' }).next();
      await expect(first).rejects.toMatchObject([{ extensions: { reason: 'not_authenticated' } }]);
    },
  );

  test('end with the answer of the server when the session is over', async () => {
    const { waves, tokens } = await subscriber();
    await server.auth.sessions.revokeAll(server.alice.id);
    const { error } = await waves.next();
    expect(String(error)).toMatch('Session has been revoked');
    expect(tokens.getState()).toEqual({ status: 'signed-out', reason: 'token_blacklisted' });
  });
});

/** Reads what a subscription brings, one after the other. */
class Reader {
  readonly #arrived: Promise<{ data?: unknown; error?: unknown }>[] = [];
  #resolve: (result: { data?: unknown; error?: unknown }) => void = () => {};

  constructor(waves: ReturnType<ApolloClient['subscribe']>) {
    this.#expectOne();
    waves.subscribe((result) => {
      this.#resolve(result);
      this.#expectOne();
    });
  }

  #expectOne(): void {
    this.#arrived.push(new Promise((resolve) => (this.#resolve = resolve)));
  }

  async next(): Promise<{ data?: unknown; error?: unknown }> {
    return this.#arrived.shift() ?? {};
  }
}
