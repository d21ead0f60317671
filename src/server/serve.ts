import type { Logger } from 'pino';
import type { ServerSettings } from '../contracts/settings/settings-table.ts';
import { driverOf } from '../stores/open-store.ts';
import { createDemoUser, type DemoUser } from './development.ts';
import { startServer, type RunningServer } from './server.ts';
import { obeySupervisor, partFromSupervisor, tellNumbers, whenSupervisorEnds } from './workers/worker.ts';

/** Options of a serving process. */
export interface ServeOptions {
  readonly settings: ServerSettings;
  readonly log: Logger;
  /** Milliseconds that requests have to finish after shutdown has begun. */
  readonly leaveLimit: number;
  /** Milliseconds between two removals of what has expired. */
  readonly flushInterval: number;
}

/** Serves by itself, until SIGTERM or SIGINT. */
export async function serveAlone(options: ServeOptions): Promise<void> {
  const { settings, log } = options;
  // By default it would end the process amid its requests.
  process.on('SIGHUP', (signal) =>
    log.warn({ signal }, 'ignored: there are no workers to replace; restart the server instead'),
  );
  const server = await startServer(options);
  stopOnSignals(server, options);
  const welcome = await prepareWelcome(server, settings);
  const { url, metricsUrl } = server;
  const { name: store } = driverOf(settings);
  log.info({ url, store, ...(metricsUrl !== null && { metrics: metricsUrl }) }, 'listening');
  process.stderr.write(welcome);
}

/** Serves as one of several workers, on the instructions of the supervisor. */
export async function serveAsWorker(options: ServeOptions): Promise<void> {
  const { settings, log } = options;
  process.on('SIGHUP', () => {}); // the supervisor handles it; a signal to the process group reaches workers too
  const server = await startServer({ settings, log, isWorker: true });
  const stop = stopOnSignals(server, options);
  whenSupervisorEnds(() => stop({ by: 'the end of the supervisor' }));
  obeySupervisor(server.url, {
    leave: () => stop({ by: 'supervisor' }),
    flush: () => void server.flush(),
    numbers: () => void tellSupervisor(server, log),
    welcome: () =>
      void prepareWelcome(server, settings).then(
        (welcome) => process.stderr.write(welcome),
        (error: unknown) => log.error({ err: error }, 'could not create the demo account'),
      ),
  });
}

/** The first signal shuts down gracefully, the second exits at once. The returned function does the former. */
function stopOnSignals(server: RunningServer, { log, leaveLimit }: ServeOptions): (cause: object) => void {
  let isStopping = false;
  const stop = (cause: object) => {
    if (isStopping) return;
    isStopping = true;
    log.info(cause, 'stopping');
    setTimeout(() => {
      log.error('some requests did not finish in time');
      process.exit(1);
    }, leaveLimit).unref();
    const closed = server.close().then(
      () => log.info('stopped'),
      (error: unknown) => {
        log.error({ err: error }, 'could not stop cleanly');
        process.exitCode = 1;
      },
    );
    // The supervisor keeps these last numbers after the worker has exited.
    void closed.then(() => tellSupervisor(server, log)).then(partFromSupervisor);
  };
  const onSignal = (signal: string) => (isStopping ? process.exit(1) : stop({ signal }));
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  return stop;
}

async function tellSupervisor(server: RunningServer, log: Logger): Promise<void> {
  await server.numbers().then(tellNumbers, (error: unknown) => log.error({ err: error }, 'the metrics cannot be read'));
}

/** Creates the demo account in development and returns the text that shows it; an empty text if there is none. */
async function prepareWelcome({ auth, url }: RunningServer, { nodeEnv }: ServerSettings): Promise<string> {
  const demo = nodeEnv === 'development' ? await createDemoUser(auth) : null;
  return demo ? welcomeOf(url, demo) : '';
}

const RULE = '─'.repeat(100);

/** Stands apart from the lines of the log. What is to be copied stands alone in its line. */
const welcomeOf = (url: string, { username, password }: DemoUser): string => `
${RULE}
graphql-simplejwt serves ${url}
An account to try it with (shown this once): ${username} / ${password}

    mutation { tokenObtainPair(username: "${username}", password: "${password}") { access refresh } }
${RULE}

`;
