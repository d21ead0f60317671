#!/usr/bin/env node
import { createRequire } from 'node:module';
import { pino } from 'pino';
import { createProgram } from './cli/program.ts';
import { systemClock } from './clock.ts';
import { createDemoUser, withDevelopmentKey, type DemoUser } from './development.ts';
import { explain } from './explain.ts';
import { KeyKeeper } from './keys/key-keeper.ts';
import { openKeeper, openStore } from './open-store.ts';
import { settingsFromEnvironment, showSettings } from './settings/settings.ts';

/** Longer than a request may take. */
const SHUTDOWN_LIMIT_MS = 15_000;

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

async function start(): Promise<void> {
  const { startServer } = await import('./server.ts'); // other commands need no HTTP server
  const settings = withDevelopmentKey(settingsFromEnvironment());
  const log = pino({ level: settings.logLevel });
  const server = await startServer({ settings, log });
  const stop = (signal: string) => {
    log.info({ signal }, 'stopping');
    setTimeout(() => {
      log.error('some requests did not finish in time');
      process.exit(1);
    }, SHUTDOWN_LIMIT_MS).unref();
    server.close().then(
      () => log.info('stopped'),
      (error: unknown) => {
        log.error({ err: error }, 'could not stop cleanly');
        process.exitCode = 1;
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);

  const demo = settings.nodeEnv === 'development' ? await createDemoUser(server.auth) : null;
  log.info({ url: server.url, store: settings.mongodbUri === undefined ? 'sqlite' : 'mongodb' }, 'listening');
  if (demo) process.stderr.write(welcome(server.url, demo));
}

const welcome = (url: string, { username, password }: DemoUser): string => `
  graphql-simplejwt serves ${url}
  An account to try it with (shown this once): ${username} / ${password}

    mutation { tokenObtainPair(username: "${username}", password: "${password}") { access refresh } }

`;

const program = createProgram({
  version,
  start,
  open: async () => {
    const [{ assembleAuth }, { Django }, { PasswordHasher }] = await Promise.all([
      import('./auth.ts'),
      import('./django/django.ts'),
      import('./users/password-hasher.ts'),
    ]);
    const settings = withDevelopmentKey(settingsFromEnvironment());
    const report = (error: unknown) => process.stderr.write(`${explain(error)}\n`);
    const store = await openStore(settings);
    const auth = await assembleAuth({ settings, hooks: {}, clock: systemClock, report, store });
    const hasher = new PasswordHasher(settings.passwordHashCost, systemClock);
    return { ...auth, django: new Django({ store, settings, hasher, clock: systemClock }) };
  },
  settings: () => showSettings(settingsFromEnvironment()),
  keys: () => new KeyKeeper(settingsFromEnvironment(), systemClock),
  keeper: () => openKeeper(settingsFromEnvironment()),
});

// Somebody read as much as they wanted, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}
