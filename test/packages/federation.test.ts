import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { describeConsumer, type Consumer } from '../interop/consumer.ts';
import { AUDIENCE, ISSUER, type Issuer } from '../interop/issuer.ts';
import { Client } from '../support/client.ts';
import { endProcesses, startProcess } from '../support/process.ts';
import { Project } from '../support/projects.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { snippetsOf } from '../support/snippets.ts';

const LONG = 600_000;
const place = mkdtempSync(join(tmpdir(), 'federation-'));

/** Another subgraph, which extends users. */
const NOTES = `
  import { createServer } from 'node:http';
  import { buildSubgraphSchema } from '@apollo/subgraph';
  import { graphql, parse } from 'graphql';
  const typeDefs = parse(\`extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
    type Query { noteCount: Int! toldUser: ID }
    type User @key(fields: "id") { id: ID! notes: [String!]! }\`);
  const toldUser = (_root, _args, { extensions }) => extensions?.jwt?.payload.user_id;
  const resolvers = { Query: { noteCount: () => 1, toldUser }, User: { notes: ({ id }) => ['a note of ' + id] } };
  const schema = buildSubgraphSchema({ typeDefs, resolvers });
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { query: source, variables: variableValues, extensions } = JSON.parse(body);
    const result = await graphql({ schema, source, variableValues, contextValue: { extensions } });
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  export const notes = 'http://127.0.0.1:' + server.address().port + '/graphql';
`;

const [apollo = '', hive = ''] = snippetsOf('docs/federation.md', 'js');
const APOLLO = `
  import { ApolloServer } from '@apollo/server';
  import { startStandaloneServer } from '@apollo/server/standalone';
  import { notes } from './notes.mjs';
  ${apollo.replace(
    "[{ name: 'auth', url: 'http://127.0.0.1:4000/graphql' }]",
    "[{ name: 'auth', url: process.env.AUTH }, { name: 'notes', url: notes }]",
  )}
  const { url } = await startStandaloneServer(new ApolloServer({ gateway }), { context, listen: { port: 0, host: '127.0.0.1' } });
  console.log('listening ' + url);
`;
/** Writes the supergraph, and starts Hive Gateway with the configuration of the document. */
const hiveWith = (subgraphs: string, config: string) => `
  import { writeFileSync } from 'node:fs';
  import { createServer } from 'node:http';
  import { IntrospectAndCompose } from '@apollo/gateway';
  import { createGatewayRuntime, createRemoteJwksSigningKeyProvider, extractFromHeader, useJWT } from '@graphql-hive/gateway';
  import { notes } from './notes.mjs';
  const subgraphs = ${subgraphs};
  const composed = await new IntrospectAndCompose({ subgraphs }).initialize({
    healthCheck: async () => {}, update: () => {}, getDataSource: ({ url }) => ({
      process: async ({ request }) => {
        const body = JSON.stringify({ query: request.query });
        return (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).json();
      },
    }),
  });
  writeFileSync('supergraph.graphql', composed.supergraphSdl);
  const gatewayConfig = ${config};
  const server = createServer(createGatewayRuntime(gatewayConfig));
  server.listen(0, '127.0.0.1', () => console.log('listening http://127.0.0.1:' + server.address().port + '/graphql'));
`;
const HIVE = hiveWith(
  "[{ name: 'auth', url: process.env.AUTH }, { name: 'notes', url: notes }]",
  "(await import('./gateway.config.mjs')).gatewayConfig",
);
/** Hive Gateway that checks tokens itself, by the published keys, and tells subgraphs whose they are. */
const HIVE_WITH_KEYS = hiveWith(
  "[{ name: 'notes', url: notes }]",
  `{
    supergraph: './supergraph.graphql',
    logging: false,
    plugins: () => [useJWT({
      signingKeyProviders: [createRemoteJwksSigningKeyProvider({ jwksUri: process.env.JWKS_URL })],
      tokenLookupLocations: [extractFromHeader({ name: 'authorization', prefix: 'Bearer' })],
      tokenVerification: { issuer: '${ISSUER}', audience: '${AUDIENCE}', algorithms: ['RS256'] },
      reject: { missingToken: true, invalidToken: true },
      forward: { payload: true },
    })],
  }`,
);

const project = new Project(place);
beforeAll(
  () =>
    project.install([
      'graphql@16',
      '@apollo/server@5',
      '@apollo/subgraph@~2.14.4',
      '@apollo/gateway@~2.14.4',
      '@graphql-hive/gateway@2',
    ]),
  LONG,
);
afterAll(() => rmSync(place, { recursive: true, force: true }));

describe('a server behind a gateway', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer('sqlite', { env: { FEDERATION: 'on', TRUST_PROXY: 'loopback' } });
    project.write('notes.mjs', NOTES);
    project.write('apollo.mjs', APOLLO);
    project.write('gateway.config.mjs', hive);
    project.write('hive.mjs', HIVE);
  });
  afterAll(async () => {
    await endProcesses();
    await server.remove();
  });

  test.each(['apollo.mjs', 'hive.mjs'])(
    'signs in, guards, and extends users: %s',
    async (file) => {
      const gateway = await startProcess({
        from: { command: [process.execPath, file], cwd: place },
        args: [],
        env: { AUTH: server.url },
        listening: /listening (http\S+)/,
      });
      const client = new Client(gateway.url);
      server.clock.advance(1); // so that the newest session is this one
      expect((await client.sendRaw({ query: '{ hello }' })).errors).toMatchObject([
        { extensions: { reason: 'not_authenticated' } },
      ]);
      const signIn = `mutation { tokenObtainPair(username: "alice", password: "${PASSWORD}") { access } }`;
      const headers = { 'user-agent': `a phone by ${file}`, 'x-forwarded-for': '203.0.113.7' };
      const { data } = await client.sendRaw<{ tokenObtainPair: { access: string } }>({ query: signIn }, { headers });
      const token = data?.tokenObtainPair.access ?? '';
      const answer = await client.sendRaw({ query: '{ me { id username notes } }' }, { token, headers });
      expect(answer.data).toEqual({
        me: { id: server.alice.id, username: 'alice', notes: [`a note of ${server.alice.id}`] },
      });
      const [session] = await server.auth.sessions.list(server.alice.id);
      // What the client claims of its address went no further than the gateway.
      expect(session).toMatchObject({ userAgent: `a phone by ${file}`, ipAddress: '127.0.0.1' });
      await gateway.kill('SIGKILL'); // Hive's runtime keeps a process that is asked to end
    },
    LONG,
  );
});

/** Hive Gateway, and what its subgraph is told of the token. */
async function startHive({ jwksUrl }: Issuer): Promise<Consumer> {
  project.write('notes.mjs', NOTES);
  project.write('hive-with-keys.mjs', HIVE_WITH_KEYS);
  const gateway = await startProcess({
    from: { command: [process.execPath, 'hive-with-keys.mjs'], cwd: place },
    args: [],
    env: { JWKS_URL: jwksUrl },
    listening: /listening (http\S+)/,
  });
  return {
    verdictOn: async (token) => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
      const response = await fetch(gateway.url, { method: 'POST', headers, body: '{"query":"{ toldUser }"}' });
      const { data, errors } = (await response.json()) as {
        readonly data?: { readonly toldUser: string | null } | null;
        readonly errors?: readonly { readonly message: string }[];
      };
      if (typeof data?.toldUser === 'string') return `accepted ${data.toldUser}`;
      return `refused ${response.status} ${errors?.[0]?.message}`;
    },
    stop: async () => void (await gateway.kill('SIGKILL')),
  };
}

const UNAUTHENTICATED = '401 Unauthenticated';

// Refresh tokens have a key of their own, which is not published: a gateway that knows the published keys alone lets none in.
describeConsumer('Hive Gateway with its plugin for JWT', {
  start: startHive,
  reasons: {
    'a changed signature': UNAUTHENTICATED,
    'changed claims': UNAUTHENTICATED,
    'no signature': UNAUTHENTICATED,
    'the public key as a secret': UNAUTHENTICATED,
    'the public JWK as a secret': UNAUTHENTICATED,
    'another key': UNAUTHENTICATED,
    'another key that it brings along': UNAUTHENTICATED,
    'a made-up kid': '500 Unexpected error.',
    'another issuer': UNAUTHENTICATED,
    'no issuer': UNAUTHENTICATED,
    'another audience': UNAUTHENTICATED,
    'no audience': UNAUTHENTICATED,
    'its time is over': UNAUTHENTICATED,
    'a refresh token': '500 Unexpected error.',
    'a refresh token that was signed out': '500 Unexpected error.',
  },
});
