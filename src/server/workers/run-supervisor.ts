import cluster from 'node:cluster';
import type { Logger } from 'pino';
import { Child, type Ending } from './child.ts';
import { closeWhatIsNotTaken } from './given-connections.ts';
import { Supervisor, WorkersError } from './supervisor.ts';

/** Options of the supervisor process. */
export interface RunOptions {
  readonly count: number;
  readonly log: Logger;
  /** Milliseconds a worker has to leave. */
  readonly leaveLimit: number;
  /** Milliseconds between two removals of what has expired. */
  readonly flushInterval: number;
  /** Serves the summed metrics of all workers. It is told of each worker. */
  readonly totals?: { readonly url: string; follow(worker: Child): void };
}

/**
 * Runs this process as the supervisor of `count` workers until a signal ends it. The first SIGTERM or SIGINT shuts down
 * gracefully, the second exits at once. SIGHUP replaces the workers. Sets the exit code.
 *
 * @throws WorkersError if workers cannot be kept running
 */
export async function runSupervisor({ count, log, leaveLimit, flushInterval, totals }: RunOptions): Promise<void> {
  const fork = () => {
    const forked = cluster.fork();
    closeWhatIsNotTaken(forked);
    const worker = new Child(forked);
    totals?.follow(worker);
    return worker;
  };
  const supervisor = new Supervisor({ count, log, leaveLimit, fork });
  const stopped = whenStopped(supervisor, log);
  const started = supervisor.start();
  process.on('SIGHUP', (signal) => {
    log.info({ signal }, 'replacing the workers');
    void started.then(() => supervisor.roll());
  });
  setInterval(() => supervisor.flush(), flushInterval).unref();

  const start = await Promise.race([started, stopped, supervisor.failed]);
  const metrics = totals && { metrics: totals.url };
  if ('url' in start) log.info({ url: start.url, store: 'mongodb', workers: count, ...metrics }, 'listening');
  else if ('code' in start && !supervisor.isClosing) return failedToStart(start);
  const endings = await Promise.race([stopped, supervisor.failed]);
  const isClean = endings.every(({ code, signal }) => code === 0 || signal === 'SIGTERM');
  if (!isClean) process.exitCode = 1;
  log.info('stopped');
}

/** Resolves to how the workers ended once a signal has stopped them. */
function whenStopped(supervisor: Supervisor, log: Logger): Promise<readonly Ending[]> {
  return new Promise((resolve) => {
    let isStopping = false;
    const stop = (signal: string) => {
      if (isStopping) {
        supervisor.kill();
        process.exit(1);
      }
      isStopping = true;
      log.info({ signal }, 'stopping');
      resolve(supervisor.close());
    };
    process.on('SIGTERM', stop).on('SIGINT', stop);
  });
}

function failedToStart({ code, signal }: Ending): void {
  process.exitCode = 1;
  if (code === 1) return; // it has printed the reason
  const how = signal ?? `code ${code ?? 'none'}`;
  throw new WorkersError(`WORKERS: the first worker ended (${how}) before it served; what it printed before says why.`);
}
