import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
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
    type Query { noteCount: Int! }
    type User @key(fields: "id") { id: ID! notes: [String!]! }\`);
  const resolvers = { Query: { noteCount: () => 1 }, User: { notes: ({ id }) => ['a note of ' + id] } };
  const schema = buildSubgraphSchema({ typeDefs, resolvers });
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { query: source, variables: variableValues } = JSON.parse(body);
    const result = await graphql({ schema, source, variableValues });
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
const HIVE = `
  import { writeFileSync } from 'node:fs';
  import { createServer } from 'node:http';
  import { IntrospectAndCompose } from '@apollo/gateway';
  import { createGatewayRuntime } from '@graphql-hive/gateway';
  import { notes } from './notes.mjs';
  const subgraphs = [{ name: 'auth', url: process.env.AUTH }, { name: 'notes', url: notes }];
  const composed = await new IntrospectAndCompose({ subgraphs }).initialize({
    healthCheck: async () => {}, update: () => {}, getDataSource: ({ url }) => ({
      process: async ({ request }) => {
        const body = JSON.stringify({ query: request.query });
        return (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).json();
      },
    }),
  });
  writeFileSync('supergraph.graphql', composed.supergraphSdl);
  const { gatewayConfig } = await import('./gateway.config.mjs');
  const server = createServer(createGatewayRuntime(gatewayConfig));
  server.listen(0, '127.0.0.1', () => console.log('listening http://127.0.0.1:' + server.address().port + '/graphql'));
`;

describe('a server behind a gateway', () => {
  let server: TestServer;
  let project: Project;
  beforeAll(async () => {
    server = await startTestServer('sqlite', { env: { FEDERATION: 'on', TRUST_PROXY: 'loopback' } });
    project = new Project(place);
    await project.install([
      'graphql@16',
      '@apollo/server@5',
      '@apollo/subgraph@~2.14.4',
      '@apollo/gateway@~2.14.4',
      '@graphql-hive/gateway@2',
    ]);
    project.write('notes.mjs', NOTES);
    project.write('apollo.mjs', APOLLO);
    project.write('gateway.config.mjs', hive);
    project.write('hive.mjs', HIVE);
  }, LONG);
  afterAll(async () => {
    await endProcesses();
    await server.remove();
    rmSync(place, { recursive: true, force: true });
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
      await gateway.kill('SIGTERM');
    },
    LONG,
  );
});
