import type { AddressInfo } from 'node:net';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { systemClock, type Clock } from '../contracts/clock.ts';
import { on, type EventListener, type SystemEvent } from '../contracts/events.ts';
import type { Hooks } from '../contracts/hooks.ts';
import { monitorOf } from '../contracts/monitor.ts';
import type { ServerSettings } from '../contracts/settings/settings-table.ts';
import type { Store } from '../contracts/store/store.ts';
import { faultIn, type OnStoreFault } from '../contracts/store/store-fault.ts';
import { expectStore } from '../contracts/store/store-methods.ts';
import { assembleAuth } from '../graphql/assemble-auth.ts';
import type { Auth } from '../graphql/auth.ts';
import { schemaOf } from '../graphql/schema.ts';
import { openStore } from '../stores/open-store.ts';
import { watchedStore } from '../stores/watched-store.ts';
import { createApp, type Patience } from './http/app.ts';
import type { AddressOf, RestPluginParts } from './http/rest/plugin.ts';
import { createLog } from './log.ts';
import { demoName } from './development.ts';
import { DevelopmentMail } from './development-mail.ts';
import { createMetrics, createTraces, openMetricsPort } from './monitoring.ts';
import { GraphQLServer } from './operations/graphql-server.ts';

/** What a server is made of. */
export interface ServerOptions {
  readonly settings: ServerSettings;
  readonly hooks?: Hooks;
  readonly clock?: Clock;
  readonly log?: Logger;
  /** Default: the one that the settings name. `close()` closes it. */
  readonly store?: Store;
  /** Milliseconds between two removals of expired records. Default: only `flush` removes them. */
  readonly flushInterval?: number;
  /** Whether a supervisor shows its metrics, so that it opens no port for them. */
  readonly isWorker?: boolean;
  /** For tests. */
  readonly patience?: Patience;
}

/** A server that listens. */
export interface RunningServer {
  /** Where the API is. */
  readonly url: string;
  /** Where the metrics are; null without `METRICS_PORT`. */
  readonly metricsUrl: string | null;
  readonly auth: Auth;
  /** What it has counted, for its supervisor; nothing without `METRICS_PORT`. */
  numbers(): Promise<readonly unknown[]>;
  /** Removes expired records. Errors are reported, not thrown. */
  flush(): Promise<void>;
  /** Stops accepting connections, finishes running requests, and closes the store. */
  close(): Promise<void>;
}

/**
 * Starts the server.
 *
 * @throws SettingsError, and Node's error if the port cannot be listened on
 */
export async function startServer({
  settings,
  hooks = {},
  clock = systemClock,
  log,
  store: given,
  flushInterval,
  isWorker = false,
  patience,
}: ServerOptions): Promise<RunningServer> {
  const logger = log ?? createLog(settings.logLevel);
  const report = (error: unknown) => {
    if (faultIn(error) !== null) return; // it was logged when it began
    logger.error({ err: error }, 'an error was hidden from a client');
  };
  const [metrics, traces] = await Promise.all([createMetrics(settings, clock), createTraces(settings)]);
  const monitor = monitorOf(metrics, traces);
  if (given !== undefined) expectStore(given);
  const plainStore =
    given ??
    (await openStore(settings, { onFault: storeFaultLog(logger), onProgress: (message) => logger.info(message) }));
  const developmentMail = DevelopmentMail.of(settings, hooks, logger);
  const auth = await assembleAuth({
    settings,
    hooks,
    clock,
    report,
    listeners: logListeners(logger),
    store: monitor === null ? plainStore : watchedStore(plainStore, monitor),
    ...(monitor && { monitor }),
    ...(developmentMail && { sendMail: (mail) => developmentMail.send(mail) }),
  });
  const isProduction = settings.nodeEnv === 'production';
  const introspection = settings.graphqlIntrospection ?? !isProduction;
  const graphiql = settings.graphiql ?? !isProduction;
  const closing = [() => auth.close()];
  const close = async (onError: (error: unknown) => void) => {
    for (const closeOne of closing.toReversed()) await closeOne().catch(onError);
  };
  try {
    const graphql = new GraphQLServer({
      settings,
      schema: await schemaFor(settings, auth),
      introspection,
      monitor,
      report,
    });
    await graphql.apollo.start();
    closing.push(() => graphql.apollo.stop());
    const scrape = isWorker ? undefined : metrics?.registry;
    const metricsServer = scrape === undefined ? null : await openMetricsPort(settings, { scrape, report });
    if (metricsServer) closing.push(() => metricsServer.close());
    const app = await createApp({
      settings,
      log: logger,
      graphiql,
      console: settings.console ?? !isProduction,
      graphql,
      context: auth.context,
      demo: () => demoName(settings, auth),
      ping: () => auth.ping(),
      publicKeys: () => auth.publicKeys(),
      services: auth.services,
      introspection: auth.introspection,
      revocations: auth.revocations,
      rooms: auth.rooms,
      sockets: settings.subscriptions
        ? async () => {
            const { SocketServer } = await import('./sockets/socket-server.ts'); // few clients need it
            const { schema, formatError } = graphql;
            const tell = monitor === null ? () => {} : (event: SystemEvent) => monitor.tell(event);
            return new SocketServer({
              settings,
              schema,
              introspection,
              context: auth.context,
              formatError,
              report,
              tell,
            });
          }
        : undefined,
      ...(developmentMail && { mails: () => developmentMail.list() }),
      rest: await restOf(settings, { auth, schema: graphql.schema, monitor }),
      ...(traces && { trace: (headers, work) => traces.request(headers, work) }),
      ...(patience && { patience }),
    });
    closing.push(() => app.close());
    metrics?.watchServer(app.server);
    await app.listen({ port: settings.port, host: settings.host });
    const removal = createRemoval(auth, flushInterval, { log: logger, report });
    const { port } = app.server.address() as AddressInfo;
    return {
      url: `http://${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${port}/graphql`,
      metricsUrl: metricsServer?.url ?? null,
      auth,
      numbers: async () => (await metrics?.registry.getMetricsAsJSON()) ?? [],
      flush: () => removal.flush(),
      close: async () => {
        removal.stop();
        await close(rethrow);
        await removal.ended();
      },
    };
  } catch (error) {
    await close(report); // the error that is thrown says why the server did not start
    throw error;
  }
}

/** simplejwt's addresses. Nothing of them is loaded where they are off. */
async function restOf({ restPath, maxBodyBytes }: ServerSettings, parts: Omit<RestPluginParts, 'path' | 'bodyLimit'>) {
  if (restPath === undefined) return undefined;
  const { restPluginOf } = await import('./http/rest/plugin.ts');
  return (addressOf: AddressOf) => restPluginOf({ ...parts, path: restPath, bodyLimit: maxBodyBytes }, addressOf);
}

function rethrow(error: unknown): never {
  throw error;
}

/** Logs the events that matter to an operator. */
const logListeners = (log: Logger): EventListener[] => [
  on(['security'], ({ event }) => log.info({ security: event }, 'security event')),
  on(['ring_changed'], ({ kids }) => log.info({ kids }, 'the key ring has changed')),
  on(['ring_failed'], ({ error }) =>
    log.error({ err: error }, 'the key ring cannot be read as it is, and stays as it was'),
  ),
  on(['mail_deferred'], ({ error }) => log.warn({ err: error }, 'a mail could not be sent')),
  on(['key_set_failed'], ({ error }) => log.error({ err: error }, 'the keys at JWT_JWK_URL cannot be fetched')),
];

/** Logs once what is wrong with the store as a whole, and that it no longer is. */
const storeFaultLog =
  (log: Logger): OnStoreFault =>
  (fault) =>
    fault === null ? log.info('the store works again') : log.error({ err: fault }, `the store ${fault.problem}`);

/** Removes expired records, on request and at intervals. A removal that closing the store interrupts is not reported. */
function createRemoval(
  { flushExpired }: Pick<Auth, 'flushExpired'>,
  interval: number | undefined,
  { log, report }: { readonly log: Logger; readonly report: (error: unknown) => void },
) {
  let isStopped = false;
  let isSaid = false;
  const say = (notice: string | undefined) => {
    if (notice !== undefined && !isSaid) log.warn({ notice }, 'the clock may be wrong');
    isSaid = notice !== undefined;
  };
  let last = Promise.resolve();
  const flush = () =>
    (last = flushExpired().then(
      ({ notice }) => say(notice),
      (error: unknown) => {
        if (!isStopped) report(error);
      },
    ));
  const timer = interval === undefined ? undefined : setInterval(() => void flush(), interval).unref();
  return {
    flush,
    stop: () => {
      isStopped = true;
      clearInterval(timer);
    },
    ended: () => last,
  };
}

/** The schema that is served: of these resolvers, and as a subgraph where it is one. */
async function schemaFor(settings: ServerSettings, auth: Auth): Promise<GraphQLSchema> {
  const live = settings.subscriptions ? auth.subscriptionResolvers : [];
  const schema = schemaOf([...auth.resolvers, ...auth.adminResolvers, ...live]);
  if (!settings.federation) return schema;
  const { subgraphOf } = await import('../graphql/subgraph.ts');
  return subgraphOf(schema, 'User');
}
