import type { IncomingHttpHeaders } from 'node:http';
import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import cors from '@fastify/cors';
import {
  fastify,
  LogController,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { ServerSettings } from '../../contracts/settings/settings-table.ts';
import type { AuthContext } from '../../graphql/context.ts';
import { answerTypeOf, bodyOf, isPlain, type PlainRoad } from '../operations/plain-road.ts';
import { createLeave } from './leave.ts';
import { registerConsole, registerGraphiql, wantsPage } from './page.ts';
import { registerServiceApi, type ServiceApi } from './service-api.ts';
import { createProxyWarning } from './unnamed-proxy.ts';
import { registerWellKnown } from './well-known.ts';

/** How long a connection may dawdle, in milliseconds. */
export interface Patience {
  /** From a request's first byte to the end of its headers. */
  readonly headers: number;
  /** From a request's first byte to its last. */
  readonly request: number;
  /** Between two looks at the former: Node.js ends what is late at the next one. */
  readonly check: number;
  /** With nothing sent or received while an answer is due, or is not taken. Longer than the store may need to fail. */
  readonly silence: number;
  /** Between an answer and the next request. Longer than that of usual proxies, which must be the first to hang up. */
  readonly keepAlive: number;
  /** Between the beginning of the end and the next request, which is then the last. */
  readonly leave: number;
}

export const PATIENCE: Patience = {
  headers: 5000,
  request: 10_000,
  check: 1000,
  silence: 30_000,
  keepAlive: 72_000,
  leave: 1000,
};

/** What the HTTP side serves. */
export interface AppOptions extends ServiceApi {
  readonly settings: ServerSettings;
  readonly log: FastifyBaseLogger;
  /** Whether a browser finds GraphiQL. */
  readonly graphiql: boolean;
  /** Whether a browser finds the console. */
  readonly console: boolean;
  /** The two roads to an operation; Apollo Server started. */
  readonly graphql: { readonly apollo: ApolloServer<AuthContext>; readonly plain: Pick<PlainRoad, 'run'> };
  readonly context: (input: { req: FastifyRequest; res: ReturnType<typeof headersOf> }) => Promise<AuthContext>;
  /** Resolves when the store answers. */
  readonly ping: () => Promise<void>;
  /** The JWK set by which others verify. */
  readonly publicKeys: () => object;
  /** Follows the work of a request for operations. Default: nobody does. */
  readonly trace?: <Result>(headers: IncomingHttpHeaders, work: () => Promise<Result>) => Promise<Result>;
  /** For tests. */
  readonly patience?: Patience;
}

/**
 * The HTTP server: the API at `/graphql`, what other services ask, the pages, and its health for whoever runs it. Closing
 * it loses no request of a connection that was accepted.
 */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const { settings, log, graphql, context, ping, publicKeys, trace, patience = PATIENCE } = options;
  const app: FastifyInstance = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: settings.maxBodyBytes,
    http: { headersTimeout: patience.headers, connectionsCheckingInterval: patience.check },
    requestTimeout: patience.request,
    connectionTimeout: patience.silence,
    keepAliveTimeout: patience.keepAlive,
    trustProxy: settings.trustProxy ?? false,
    return503OnClosing: false,
  });
  const warnOfUnnamedProxy = createProxyWarning();
  app.addHook('onRequest', (request, _reply, done) => {
    if (request.headers['x-forwarded-for'] !== undefined) warnOfUnnamedProxy(request);
    done();
  });
  app.addHook('preClose', createLeave(app.server, patience.leave));
  app.setErrorHandler<FastifyError>(async (error, request, reply) => {
    const status = statusOf(error);
    if (status >= 500) request.log.error({ err: error }, 'the request failed');
    return reply.code(status).send(graphqlError(status, error.message));
  });
  app.setNotFoundHandler(async (_request, reply) =>
    reply.code(404).send(graphqlError(404, 'There is nothing here. The API is at POST /graphql.')),
  );
  if (settings.corsOrigins) {
    const { corsOrigins: origin, refreshCookie: credentials } = settings;
    await app.register(cors, { origin, credentials, methods: ['GET', 'POST'] });
  }

  const sendPage = options.graphiql ? await registerGraphiql(app, settings) : null;
  if (options.console) await registerConsole(app, settings);
  const contextOf = (req: FastifyRequest, reply: FastifyReply) => context({ req, res: headersOf(reply) });
  const serve = fastifyApolloHandler(graphql.apollo, { context: contextOf });
  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    // RFC 6749 5.1: an answer that may hold a token is not to be kept.
    void reply.header('cache-control', 'no-store');
    if (!isPlain(request)) return serve.call(app, request, reply);
    const given = await graphql.plain.run(request.body, await contextOf(request, reply));
    for (const [name, value] of given.headers) void reply.header(name, value);
    void reply.code(given.status).header('content-type', answerTypeOf(request));
    return bodyOf(given);
  };
  const traced =
    trace && ((request: FastifyRequest, reply: FastifyReply) => trace(request.headers, () => answer(request, reply)));
  app.post('/graphql', traced ?? answer);
  app.get('/graphql', async (request, reply) =>
    sendPage && wantsPage(request) ? sendPage(reply) : (traced ?? answer)(request, reply),
  );
  registerWellKnown(app, { settings, publicKeys });
  await app.register(async (scope) => registerServiceApi(scope, options));
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (request, reply) => {
    try {
      await ping();
      return { status: 'ok' };
    } catch (error) {
      request.log.warn({ err: error }, 'the store does not answer');
      return reply.code(503).send({ status: 'unavailable', store: 'does not answer' });
    }
  });
  return app;
}

/** The headers of an answer as Node.js has them: setting replaces. Fastify itself adds to the cookies there are. */
function headersOf(reply: FastifyReply) {
  return {
    getHeader: (name: string) => reply.getHeader(name),
    setHeader: (name: string, value: readonly string[]) => reply.removeHeader(name).header(name, value),
  };
}

function statusOf(error: FastifyError): number {
  // The integration builds a URL from the Host header, which is the client's to misspell.
  if (error.code === 'ERR_INVALID_URL') return 400;
  return error.statusCode ?? 500;
}

function graphqlError(status: number, message: string) {
  const isOurs = status >= 500;
  const code = isOurs ? 'INTERNAL_SERVER_ERROR' : 'BAD_REQUEST';
  return { errors: [{ message: isOurs ? 'Internal server error' : message, extensions: { code } }] };
}
