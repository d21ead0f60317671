/** The programs that are measured, and how each receives the same requests. */
import { join } from 'node:path';
import { startMongoDb } from '../test/support/mongodb.mjs';
import { authorizer } from './authorizer.mjs';
import {
  atExit,
  finish,
  freePort,
  PASSWORD,
  program,
  run,
  SETTINGS,
  temporaryFolder,
  whenAnswering,
  whenListening,
} from './processes.mjs';
import { GRAPHQL, introspect, REST, WIRE } from './requests.mjs';

const FOLDER = join(import.meta.dirname, 'contestants');
/** Debian's, which sees python3-djangorestframework-simplejwt; or that of a virtual environment. */
const PYTHON = process.env.PYTHON ?? '/usr/bin/python3';
/** Two more, where the environment names a Python that has granian and the seed, and a built Authorizer. */
const { GRANIAN, AUTHORIZER } = process.env;

/** This server, of a build; `more` are settings. */
function ours(name, { build, more = {}, withMongoDb = false }) {
  const command = [process.execPath, program(build)];
  let secret = '';
  return {
    name,
    asks: GRAPHQL,
    /** Makes a place with the account; the settings that lead there. */
    async prepare() {
      const mongo = withMongoDb ? await startMongoDb() : null;
      if (mongo) atExit(mongo.stop);
      if (withMongoDb && !mongo.uri) throw new Error('There is no MongoDB: set MONGODB_URI.');
      const settings = {
        ...SETTINGS,
        DATA_DIR: temporaryFolder(),
        ...(mongo && { MONGODB_URI: `${mongo.uri}/bench${process.pid}` }),
        ...more,
      };
      finish([...command, 'users', 'create', 'alice', '--password-stdin'], settings, { input: PASSWORD });
      [secret] = /[\w-]{43}/.exec(finish([...command, 'services', 'create', 'bench'], settings));
      return settings;
    },
    async start(settings) {
      const child = run([...command, 'start'], settings ?? (await this.prepare()));
      return { ...(await started(child)), asks: { ...GRAPHQL, introspect: introspect(secret) } };
    },
  };
}

const peer = (name) => ({
  name,
  asks: GRAPHQL,
  start: () => started(run([process.execPath, join(FOLDER, `${name}.mjs`)], {})),
});

const wire = (name, environment) => ({
  name,
  asks: WIRE,
  start: () => started(run([process.execPath, join(FOLDER, 'wire.mjs')], environment())),
});

/** The seed; `serve` is the command of a server of Python, with one process and four threads, on a port. */
const seed = (name, python, serve) => ({
  name,
  asks: REST,
  async start() {
    const settings = { DATA_DIR: temporaryFolder(), PYTHONDONTWRITEBYTECODE: '1' };
    finish([python, 'seed.py'], settings, { cwd: FOLDER });
    const child = run([python, '-m', ...serve(await freePort()), 'seed:application'], settings);
    const server = await started(child, /Listening at: (http:\S+)/);
    await whenAnswering(server.url); // granian says it before its worker is there
    return server;
  },
});
const gunicorn = (port) =>
  `gunicorn --chdir ${FOLDER} --bind 127.0.0.1:${port} --workers 1 --worker-class gthread --threads 4`.split(' ');
const granian = (port) =>
  `granian --working-dir ${FOLDER} --host 127.0.0.1 --port ${port} --interface wsgi --workers 1 --blocking-threads 4`.split(
    ' ',
  );

async function started(child, pattern) {
  return { child, pid: child.pid, url: await whenListening(child, pattern) };
}

/** All of them; `build` is a folder with a build of this server, `builds` more of them to compare with it. */
export function contestants({ build, builds = [] }) {
  return [
    wire('wire', () => ({})),
    wire('wire with libsql', () => ({ COMMITS: 'on', DATA_DIR: temporaryFolder() })),
    peer('limit'),
    ours('sqlite', { build }),
    ours('stateless', { build, more: { JWT_AUTHENTICATION: 'stateless' } }),
    ours('mongodb', { build, withMongoDb: true }),
    peer('mercurius'),
    peer('yoga'),
    peer('apollo'),
    peer('apollo-fastify'),
    seed('seed', PYTHON, gunicorn),
    ...(GRANIAN ? [seed('seed on granian', GRANIAN, granian)] : []),
    ...(AUTHORIZER ? [authorizer(AUTHORIZER)] : []),
    ...builds.flatMap((other) => [
      ours(`sqlite of ${other}`, { build: other }),
      ours(`stateless of ${other}`, { build: other, more: { JWT_AUTHENTICATION: 'stateless' } }),
    ]),
  ];
}
