import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';
import { ApolloClient, ApolloLink, gql, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { createClient, type Client as WsClient, type ClientOptions } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocket, WebSocketServer } from 'ws';
import { createAuthLink, type TokenStore } from '../../src/client/apollo-client.ts';
import { socketOptions } from '../../src/client/graphql-ws.ts';
import type { AuthContext } from '../../src/graphql/context.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { closeDevices, signedInDevice } from './network.ts';

Object.assign(globalThis, { WebSocket }); // Node.js 20 has none of its own

const FOLDER = join(import.meta.dirname, '../../docs');

/** Runs the code block of a document that has this word in it; what it declares by these names is returned. */
function runBlock(
  document: string,
  word: string,
  given: Readonly<Record<string, unknown>>,
  declared: readonly string[] = [],
): unknown {
  const docs = readFileSync(join(FOLDER, document), 'utf8');
  const block = docs.match(/```ts\n[^]*?```/g)?.find((text) => text.includes(word)) ?? '';
  const code = block.replaceAll(/^(```.*|import .*)$/gm, '');
  const run = compileFunction(`${code}\nreturn { ${declared.join(', ')} };`, Object.keys(given));
  return Reflect.apply(run, undefined, Object.values(given)) as unknown;
}

const schema = new GraphQLSchema({
  query: new GraphQLObjectType({ name: 'Query', fields: { nothing: { type: GraphQLString } } }),
  subscription: new GraphQLObjectType({
    name: 'Subscription',
    fields: {
      waved: {
        type: GraphQLString,
        async *subscribe(_source: unknown, _args: unknown, { auth }: AuthContext) {
          const { user } = await auth.authenticate();
          yield { waved: `${user.username} sees a wave` };
        },
      },
    },
  }),
});
const WAVED = gql`
  subscription {
    waved
  }
`;

describe('the recipes of the documents for subscriptions', () => {
  let server: TestServer;
  let http: Server;
  let sockets: WebSocketServer;
  let dispose: () => Promise<void> | void;
  let clients: WsClient[];
  beforeAll(async () => {
    server = await startTestServer('sqlite');
  });
  beforeEach(() => {
    clients = [];
    http = createServer();
    const noted: typeof useServer = (...options) => {
      const used = useServer(...options);
      dispose = used.dispose;
      return used;
    };
    class Here extends WebSocketServer {
      constructor({ path }: { path: string }) {
        super({ path, server: http });
      }
    }
    const given = { useServer: noted, WebSocketServer: Here, schema, auth: server.auth };
    ({ sockets } = runBlock('subscriptions.md', 'useServer(', given, ['sockets']) as { sockets: WebSocketServer });
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    closeDevices();
    for (const client of clients) await client.dispose();
    await dispose();
    http.close();
  });
  afterAll(() => server.remove());

  async function listen(port = 0): Promise<number> {
    await once(http.listen(port, '127.0.0.1'), 'listening');
    return (http.address() as AddressInfo).port;
  }

  /** Subscribes as the documents do; the first event. `failed` resolves once a connection could not be made. */
  function subscribe(port: number, tokens: TokenStore) {
    let hasFailed: () => void = () => {};
    const failed = new Promise<void>((resolve) => (hasFailed = resolve));
    const here = {
      url: `ws://127.0.0.1:${port}/graphql`,
      webSocketImpl: WebSocket,
      retryWait: async () => hasFailed(),
    };
    const given = {
      tokens,
      ApolloLink,
      createAuthLink,
      GraphQLWsLink,
      socketOptions,
      createClient: (options: ClientOptions) => {
        const client = createClient({ ...options, ...here });
        clients.push(client);
        return client;
      },
    };
    const { link } = runBlock('clients.md', 'new GraphQLWsLink', given, ['link']) as { link: ApolloLink };
    const client = new ApolloClient({ link, cache: new InMemoryCache() });
    const first = new Promise((resolve) => {
      client.subscribe({ query: WAVED }).subscribe((result) => resolve(result.data ?? result.error?.message));
    });
    return { first, failed };
  }

  test('a server goes on for others when a socket sends broken frames, and though it emits two errors', async () => {
    jest.spyOn(console, 'error').mockReturnValue(); // graphql-ws prints the first
    const port = await listen();
    const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    const [opened] = sockets.clients;
    socket.on('error', () => {});
    const closed = once(socket, 'close');
    // RFC 6455 5.1: what a client sends is masked, and this is not.
    const { _socket: raw } = socket as unknown as { _socket: Socket };
    raw.write(Buffer.from([0x81, 0x01, 0x61]));
    await closed;
    opened?.emit('error', new Error('as older versions of ws do')); // throws where nobody listens
    const { tokens } = await signedInDevice(server);
    expect(await subscribe(port, tokens).first).toEqual({ waved: 'alice sees a wave' });
  });

  test('a client goes on when its socket could not be opened for a while', async () => {
    const port = await listen();
    http.close();
    await once(http, 'close');
    const { tokens } = await signedInDevice(server);
    const { first, failed } = subscribe(port, tokens);
    await failed;
    await listen(port);
    expect(await first).toEqual({ waved: 'alice sees a wave' });
  });
});
