import 'reflect-metadata';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { createAuth, type Auth, type AuthContext, type AuthOptions } from 'graphql-simplejwt';
import { buildSchema } from 'type-graphql';
import { NoteResolver } from './notes.js';

export interface RunningServer {
  readonly url: string;
  readonly auth: Auth;
  readonly close: () => Promise<void>;
}

/** Starts the server. Port 0 takes a free one. */
export async function startServer(
  options: AuthOptions,
  listen: { readonly port: number; readonly host: string },
): Promise<RunningServer> {
  const auth = await createAuth(options);
  const schema = await buildSchema({
    resolvers: [...auth.resolvers, NoteResolver],
    authChecker: auth.guard,
    validate: false,
  });
  const server = new ApolloServer<AuthContext>({
    schema,
    validationRules: auth.validationRules,
    formatError: auth.formatError,
    includeStacktraceInErrorResponses: false,
  });
  const { url } = await startStandaloneServer(server, { context: auth.context, listen });
  const flushing = setInterval(() => void auth.flushExpired(), 3_600_000).unref();
  const close = async () => {
    clearInterval(flushing);
    await server.stop();
    await auth.close();
  };
  return { url, auth, close };
}
