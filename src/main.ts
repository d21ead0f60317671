#!/usr/bin/env node
import cluster from 'node:cluster';
import { createRequire } from 'node:module';
import { createProgram } from './cli/program.ts';
import { systemClock } from './contracts/clock.ts';
import { nearMissesInEnvironment, processEnvironment, settingsFromEnvironment } from './contracts/settings/settings.ts';
import type { ServerSettings } from './contracts/settings/settings-table.ts';
import { showSettings } from './contracts/settings/shown-settings.ts';
import { openTotals } from './server/monitoring.ts';
import { partFromSupervisor } from './server/workers/worker.ts';
import { workerCount } from './server/workers/worker-count.ts';

/** Longer than a request may take. */
const LEAVE_LIMIT_MS = 15_000;
/** What a worker says about itself in the end, it says before its supervisor ends it. */
const WORKER_LIMIT_MS = LEAVE_LIMIT_MS + 1000;
const FLUSH_INTERVAL_MS = 60 * 60 * 1000;

const { version } = createRequire(import.meta.url)('graphql-simplejwt/package.json') as { version: string };

async function start(settings: ServerSettings): Promise<void> {
  const { createLog } = await import('./server/log.ts'); // other commands keep no log
  const pretty = process.stdout.isTTY ? (await import('./server/pretty-log.ts')).prettyTo(process.stdout) : undefined;
  const log = createLog(settings.logLevel, pretty);
  if (cluster.isPrimary) {
    const { startWarnings } = await import('./server/start-warnings.ts');
    for (const warning of await startWarnings(settings, nearMissesInEnvironment())) log.warn(warning);
  }
  const count = workerCount(settings);
  const flushInterval = FLUSH_INTERVAL_MS;
  if (count > 1 && cluster.isPrimary) {
    const { runSupervisor } = await import('./server/workers/run-supervisor.ts');
    const totals = await openTotals(settings, (error) => log.error({ err: error }, 'the metrics cannot be read'));
    try {
      return await runSupervisor({ count, log, flushInterval, leaveLimit: WORKER_LIMIT_MS, ...(totals && { totals }) });
    } finally {
      await totals?.close();
    }
  }
  const { serveAlone, serveAsWorker } = await import('./server/serve.ts'); // other commands need no HTTP server
  const serve = count > 1 ? serveAsWorker : serveAlone;
  await serve({ settings, log, flushInterval, leaveLimit: LEAVE_LIMIT_MS });
}

process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  if (code === 'EPIPE') process.exit(0); // somebody read as much as they wanted, as `head` does
  console.error(`The output cannot be written: ${message}.`);
  process.exit(1);
});

const program = createProgram({
  version,
  clock: systemClock,
  settings: () => settingsFromEnvironment(),
  showSettings: () => showSettings(processEnvironment()),
  start,
  stdin: () => process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
});
const code = await program.run(process.argv.slice(2));
if (code !== 0) {
  process.exitCode = code;
  partFromSupervisor();
}
