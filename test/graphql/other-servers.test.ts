import 'reflect-metadata';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fastify } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { createHandler } from 'graphql-http/lib/use/http';
import { createYoga } from 'graphql-yoga';
import { mercurius } from 'mercurius';
import { Arg, Authorized, buildSchema, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { createAuth, type Auth } from '../../src/graphql/auth.ts';
import type { AuthContext } from '../../src/graphql/context.ts';
import { toGraphQLError } from '../../src/graphql/to-graphql-error.ts';
import { createTokenVerifier, verifierGuard, type VerifierContext } from '../../src/verifier/index.ts';
import { PASSWORD, TEST_KEY } from '../support/server.ts';
import { newPlace, type Place } from '../support/stores.ts';

/** A resolver of somebody who mounts the library. */
@Resolver()
class NotesResolver {
  @Authorized('editor')
  @Query(() => String)
  drafts(): string {
    return 'drafts';
  }

  @Query(() => String)
  async asks(@Ctx() { auth }: AuthContext | VerifierContext): Promise<string> {
    return (await auth.authenticate()).user.id;
  }

  @Mutation(() => String)
  async invite(@Arg('name', () => String) username: string, @Ctx() { auth }: AuthContext): Promise<string> {
    const made = auth.users.create({ username, password: PASSWORD });
    const { id } = await made.catch((error: unknown) => Promise.reject(toGraphQLError(error)));
    return id;
  }

  @Query(() => String)
  fails(): string {
    throw new Error('a detail of the store');
  }
}

interface Mounted {
  readonly url: string;
  close(): Promise<unknown>;
}

/** What a server of these is given: the schema, and the context function as a user writes it. */
interface Mount<Context extends object> {
  readonly schema: GraphQLSchema;
  readonly context: (input: { readonly req: { readonly headers: Record<string, unknown> } }) => Promise<Context>;
  readonly formatError?: Auth['formatError'];
}

const SERVERS = {
  'GraphQL Yoga': async <Context extends object>({ schema, context }: Mount<Context>): Promise<Mounted> => {
    const yoga = createYoga<{ req: { headers: Record<string, unknown> } }>({ schema, context, logging: false });
    const server = createServer((request, response) => void yoga(request, response)).listen(0, '127.0.0.1');
    return listening(server);
  },
  'graphql-http': async <Context extends object>({ schema, context }: Mount<Context>): Promise<Mounted> => {
    const handler = createHandler({
      schema,
      context: async ({ raw }) => Object.fromEntries(Object.entries(await context({ req: raw }))),
    });
    const server = createServer((request, response) => void handler(request, response)).listen(0, '127.0.0.1');
    return listening(server);
  },
  Mercurius: async <Context extends object>({ schema, context }: Mount<Context>): Promise<Mounted> => {
    const app = fastify();
    await app.register(mercurius, { schema, context: (req) => context({ req }) });
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    return { url: `${url}/graphql`, close: () => app.close() };
  },
  'Apollo Server': async <Context extends object>({
    schema,
    context,
    formatError,
  }: Mount<Context>): Promise<Mounted> => {
    const apollo = new ApolloServer<Context>({ schema, ...(formatError && { formatError }) });
    const { url } = await startStandaloneServer(apollo, { context, listen: { port: 0, host: '127.0.0.1' } });
    return { url, close: () => apollo.stop() };
  },
};

async function listening(server: ReturnType<typeof createServer>): Promise<Mounted> {
  await once(server, 'listening');
  const close = async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`, close };
}

interface Answered {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Readonly<Record<string, unknown>> }[];
}

async function ask(url: string, query: string, token?: string): Promise<Answered> {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
  return (await answer.json()) as Answered;
}

const NO_ACCOUNT = 'No active account found with the given credentials';
const LOGIN = { code: 'UNAUTHENTICATED', action: 'LOGIN' };
/** Operations, who asks, and the refusal. */
const REFUSED = [
  ['{ hello }', 'nobody', 'Authentication credentials were not provided.', { ...LOGIN, reason: 'not_authenticated' }],
  ['{ me { id } }', 'a forger', /not valid/, { code: 'UNAUTHENTICATED', action: 'REFRESH', reason: 'token_not_valid' }],
  ['{ asks }', 'nobody', /not provided/, { ...LOGIN, reason: 'not_authenticated' }],
  ['{ drafts }', 'alice', /permission/, { code: 'FORBIDDEN', reason: 'permission_denied' }],
  ['{ users { nodes { id } } }', 'alice', /permission/, { code: 'FORBIDDEN', reason: 'permission_denied' }],
  [
    'mutation { tokenObtainPair(username: "alice", password: "wrong") { access } }',
    'nobody',
    NO_ACCOUNT,
    { ...LOGIN, reason: 'no_active_account' },
  ],
  [
    'mutation { tokenRefresh(refresh: "x") { access } }',
    'nobody',
    'Token is invalid',
    { ...LOGIN, reason: 'token_not_valid' },
  ],
  [
    'mutation { sessionRevoke(id: "none") { id } }',
    'alice',
    /session/,
    { code: 'BAD_USER_INPUT', reason: 'session_not_found', field: 'id' },
  ],
  [
    'mutation { invite(name: "alice") }',
    'nobody',
    /username/,
    { code: 'BAD_USER_INPUT', reason: 'username_taken', field: 'username' },
  ],
] as const;

describe.each(Object.entries(SERVERS))('%s with our resolvers', (name, start) => {
  let auth: Auth;
  let place: Place;
  let mounted: Mounted;
  let alice: string;
  const tokenOf = { nobody: () => undefined, 'a forger': () => 'forged', alice: () => alice };

  beforeAll(async () => {
    place = newPlace('sqlite');
    auth = await createAuth({
      signingKey: TEST_KEY,
      passwordHashCost: 4,
      ...place.options,
      onInternalError: () => undefined,
    });
    const user = await auth.users.create({ username: 'alice', password: PASSWORD });
    alice = (await auth.tokens.forUser(user)).access.token;
    const schema = await buildSchema({
      resolvers: [...auth.resolvers, ...auth.adminResolvers, NotesResolver],
      authChecker: auth.guard,
      validate: false,
    });
    mounted = await start<AuthContext>({ schema, context: auth.context, formatError: auth.formatError });
  });
  afterAll(async () => {
    await mounted.close();
    await auth.close();
    await place.remove();
  });

  test.each(REFUSED)('passes on a refusal with its reason: %s, by %s', async (query, who, message, extensions) => {
    const { errors = [] } = await ask(mounted.url, query, tokenOf[who]());
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toMatch(message);
    expect(errors[0]?.extensions).toMatchObject(extensions);
    expect(JSON.stringify(errors)).not.toMatch(/cause|originalError/);
  });

  test('answers who is let in', async () => {
    expect(await ask(mounted.url, '{ hello }', alice)).toEqual({ data: { hello: 'Hello, alice!' } });
  });

  test('goes on masking what is no refusal, where it masks', async () => {
    const { errors = [] } = await ask(mounted.url, '{ fails }');
    const masks = name === 'GraphQL Yoga' || name === 'Apollo Server';
    expect(/detail/.test(errors[0]?.message ?? '')).toBe(!masks);
  });
});

describe.each(Object.entries(SERVERS))('%s with the verifier', (_name, start) => {
  test('passes on a refusal with its reason', async () => {
    const verifier = createTokenVerifier({ key: TEST_KEY, algorithms: ['HS256'] });
    const schema = await buildSchema({ resolvers: [NotesResolver], authChecker: verifierGuard, validate: false });
    const mounted = await start<VerifierContext>({ schema, context: verifier.context });
    try {
      const refused = { code: 'UNAUTHENTICATED', reason: 'not_authenticated', action: 'LOGIN' };
      for (const query of ['{ drafts }', '{ asks }']) {
        const { errors } = await ask(mounted.url, query);
        expect(errors).toMatchObject([{ message: /not provided/, extensions: refused }]);
      }
    } finally {
      await mounted.close();
      verifier.close();
    }
  });
});
