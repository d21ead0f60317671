import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import cors from '@fastify/cors';
import {
  fastify,
  LogController,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { ServerSettings } from '../../contracts/settings/settings-table.ts';
import { faultIn } from '../../contracts/store/store-fault.ts';
import type { AuthContext, ContextInput } from '../../graphql/context.ts';
import type { UnsentMail } from '../development-mail.ts';
import { answerTypeOf, bodyOf, isPlain, PLAIN_TYPES, type PlainRoad } from '../operations/plain-road.ts';
import { createClientAddresses, type ClientAddresses } from './client-address.ts';
import { isUtf8, messageOf, OtherCharset } from './content-type.ts';
import { createLeave } from './leave.ts';
import { registerMailPage } from './mail-page.ts';
import { registerConsole, registerGraphiql, wantsPage } from './page.ts';
import type { AddressOf } from './rest/plugin.ts';
import { registerServiceApi, type ServiceApi } from './service-api.ts';
import type { SocketServer } from '../sockets/socket-server.ts';
import { PlainRequests } from './plain-requests.ts';
import { createProxyWarning } from './unnamed-proxy.ts';
import { serveUpgrades } from './upgrades.ts';
import { registerWellKnown } from './well-known.ts';

/** Timeouts of a connection, in milliseconds. */
export interface Patience {
  /** From a request's first byte to the end of its headers. */
  readonly headers: number;
  /** From a request's first byte to its last. */
  readonly request: number;
  /** Between two checks of `headers` and `request`: Node.js closes late connections at the next check. */
  readonly check: number;
  /** Without any traffic while a response is pending. Longer than the store may take to fail. */
  readonly silence: number;
  /** Between a response and the next request. Longer than the timeout of common proxies, which must close first. */
  readonly keepAlive: number;
  /** How long an idle connection may still send a last request after shutdown has begun. */
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
  readonly context: (input: ContextInput) => Promise<AuthContext>;
  /** The name of the demo account; null where there is none. */
  readonly demo: () => Promise<string | null>;
  /** Resolves when a sign-in could be stored. */
  readonly ping: () => Promise<void>;
  /** The JWK set by which others verify. */
  readonly publicKeys: () => object;
  /** Mails that are shown in place of being sent. Default: no page of them. */
  readonly mails?: () => readonly UnsentMail[];
  /** simplejwt's addresses. Default: none. */
  readonly rest?: ((addressOf: AddressOf) => FastifyPluginAsync) | undefined;
  /** Loads what carries subscriptions, when the first socket is opened. Default: there are none. */
  readonly sockets?: (() => Promise<SocketServer>) | undefined;
  /** Wraps each request to `/graphql` in a trace. Default: no tracing. */
  readonly trace?: <Result>(headers: IncomingHttpHeaders, work: () => Promise<Result>) => Promise<Result>;
  /** For tests. */
  readonly patience?: Patience;
}

/**
 * The HTTP server: the API at `/graphql`, the endpoints for other services, the pages and the health checks. Closing it
 * loses no request of an accepted connection.
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
    return503OnClosing: false,
    // Django's URLs end with a slash, and clients that come from there write one.
    routerOptions: { ignoreTrailingSlash: true },
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
  });
  const addresses = createClientAddresses(settings);
  const warnOfUnnamedProxy = createProxyWarning(settings, { addresses, log });
  // Where no proxy is trusted, a request comes from the other end of its connection, as the context reads it.
  const hasProxy = settings.trustProxy !== undefined;
  const behindProxy = (raw: IncomingMessage) => {
    warnOfUnnamedProxy(raw);
    return new Incoming(raw, addresses);
  };
  const plainRequests = new PlainRequests({
    plain: graphql.plain,
    context,
    addressHeader: addresses.header,
    askedBy: hasProxy ? behindProxy : undefined,
    bodyLimit: settings.maxBodyBytes,
  });
  // CORS adds headers to every answer, and a trace follows a request through Fastify.
  if (settings.corsOrigins === undefined && trace === undefined) plainRequests.standBefore(app.server);
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    warnOfUnnamedProxy(raw);
    done();
  });
  app.addHook('onRequest', ({ headers: { 'content-type': type } }, _reply, done) => {
    done(type === undefined || PLAIN_TYPES.has(type) || isUtf8(type) ? undefined : new OtherCharset());
  });
  const leave = createLeave(app.server, patience.leave);
  const { sockets } = options;
  const closeSockets =
    sockets &&
    serveUpgrades(app.server, {
      open: sockets,
      addressOf: (request) => addresses.of(request),
      report: (error) => log.error({ err: error }, 'a WebSocket failed'),
    });
  app.addHook('preClose', async () => {
    await Promise.all([leave(), closeSockets?.(patience.leave)]);
  });
  app.setErrorHandler<FastifyError>(async (error, request, reply) => {
    const status = statusOf(error);
    if (status >= 500) request.log.error({ err: error }, 'the request failed');
    return reply.code(status).send(graphqlError(status, messageOf(error)));
  });
  app.setNotFoundHandler(async (_request, reply) =>
    reply.code(404).send(graphqlError(404, 'There is nothing here. The API is at POST /graphql.')),
  );
  if (settings.corsOrigins) {
    // Browsers refuse an answer without it to a page that sends with credentials, whether there is a cookie or not.
    const exposed = settings.dpop === 'off' ? {} : { exposedHeaders: ['DPoP-Nonce', 'WWW-Authenticate', 'Date'] };
    const origin = settings.corsOrigins;
    await app.register(cors, { origin, credentials: true, methods: ['GET', 'POST'], ...exposed });
  }

  const sendPage = options.graphiql ? await registerGraphiql(app, options) : null;
  if (options.console) await registerConsole(app, options);
  if (options.mails) registerMailPage(app, options.mails);
  const contextOf = ({ raw }: FastifyRequest, reply: FastifyReply) =>
    context({ req: hasProxy ? new Incoming(raw, addresses) : raw, res: headersOf(reply) });
  const serve = fastifyApolloHandler(graphql.apollo, { context: contextOf });
  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    // RFC 6749 5.1: a response that may hold a token must not be cached.
    void reply.header('cache-control', 'no-store');
    plainRequests.expectNoFailure(request.raw);
    if (!isPlain(request)) return serve.call(app, request, reply);
    const given = await graphql.plain.run(request.body, await contextOf(request, reply));
    for (const [name, value] of given.headers) void reply.header(name, value);
    void reply.code(given.status).header('content-type', answerTypeOf(request));
    return bodyOf(given);
  };
  const traced =
    trace && ((request: FastifyRequest, reply: FastifyReply) => trace(request.headers, () => answer(request, reply)));
  app.post('/graphql', { preParsing: plainRequests.body }, traced ?? answer);
  app.get('/graphql', async (request, reply) =>
    sendPage && wantsPage(request) ? sendPage(reply) : (traced ?? answer)(request, reply),
  );
  if (sendPage || options.console) {
    app.get('/', (request, reply) =>
      wantsPage(request) ? reply.redirect(sendPage ? '/graphql' : '/console', 302) : reply.callNotFound(),
    );
  }
  registerWellKnown(app, { settings, publicKeys });
  await app.register(async (scope) => registerServiceApi(scope, options, addresses));
  if (options.rest) await app.register(options.rest((request) => addresses.of(request) ?? undefined));
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (request, reply) => {
    try {
      await ping();
      return { status: 'ok' };
    } catch (error) {
      const fault = faultIn(error); // which was logged when it began
      if (fault === null) request.log.warn({ err: error }, 'the store does not answer');
      return reply.code(503).send({ status: 'unavailable', store: fault?.problem ?? 'does not answer' });
    }
  });
  return app;
}

/** No route has a schema, so what would compile them is not loaded: a tenth of all modules. */
function noSchemas(): never {
  throw new Error('A route has a schema, and nothing here compiles one.');
}

/** A request behind a proxy. Few ask for the address, so it is read when they do. */
class Incoming {
  readonly #request: IncomingMessage;
  readonly #addresses: ClientAddresses;
  constructor(request: IncomingMessage, addresses: ClientAddresses) {
    this.#request = request;
    this.#addresses = addresses;
  }
  get headers(): IncomingHttpHeaders {
    return this.#request.headers;
  }
  get method(): string | undefined {
    return this.#request.method;
  }
  get url(): string | undefined {
    return this.#request.url;
  }
  get ip(): string {
    return this.#addresses.of(this.#request) ?? '';
  }
}

/** The headers of an answer as Node.js has them: setting replaces. Fastify itself adds to the cookies there are. */
function headersOf(reply: FastifyReply) {
  return {
    getHeader: (name: string) => reply.getHeader(name),
    setHeader: (name: string, value: string | readonly string[]) => reply.removeHeader(name).header(name, value),
  };
}

function statusOf(error: FastifyError): number {
  // The integration builds a URL from the Host header, and a client may send any text there.
  if (error.code === 'ERR_INVALID_URL') return 400;
  return error.statusCode ?? 500;
}

function graphqlError(status: number, message: string) {
  const isOurs = status >= 500;
  const code = isOurs ? 'INTERNAL_SERVER_ERROR' : 'BAD_REQUEST';
  return { errors: [{ message: isOurs ? 'Internal server error' : message, extensions: { code } }] };
}
