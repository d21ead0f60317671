/** The programs that are measured, and how each receives the same requests. */
import { join } from 'node:path';
import { startMongoDb } from '../test/support/mongodb.mjs';
import { atExit, finish, PASSWORD, program, run, SETTINGS, temporaryFolder, whenListening } from './processes.mjs';

const FOLDER = join(import.meta.dirname, 'contestants');
/** Debian's, which sees python3-djangorestframework-simplejwt; or that of a virtual environment. */
const PYTHON = process.env.PYTHON ?? '/usr/bin/python3';

const SIGN_IN = `mutation ($username: String!, $password: String!) {
  tokenObtainPair(username: $username, password: $password) { access refresh }
}`;
const graphql = (query, variables, headers) => ({
  method: 'POST',
  path: '/graphql',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify({ query, variables }),
});
const GRAPHQL = {
  hello: ({ access }) => graphql('query Hello { hello }', {}, { authorization: `Bearer ${access}` }),
  tokenVerify: ({ access }) =>
    graphql('mutation Verify($token: String!) { tokenVerify(token: $token) { userId } }', { token: access }),
  tokenRefresh: () =>
    graphql('mutation Refresh($refresh: String!) { tokenRefresh(refresh: $refresh) { access refresh } }', {
      refresh: '@REFRESH@',
    }),
  tokenObtainPair: () => graphql(SIGN_IN, { username: 'alice', password: PASSWORD }),
};

const rest = (method, path, body, headers) => ({
  method,
  path,
  headers: { 'content-type': 'application/json', ...headers },
  ...(body && { body: JSON.stringify(body) }),
});
const REST = {
  hello: ({ access }) => rest('GET', '/hello/', undefined, { authorization: `Bearer ${access}` }),
  tokenVerify: ({ access }) => rest('POST', '/token/verify/', { token: access }),
  tokenRefresh: () => rest('POST', '/token/refresh/', { refresh: '@REFRESH@' }),
  tokenObtainPair: () => rest('POST', '/token/', { username: 'alice', password: PASSWORD }),
};

/** What a service asks about a token (RFC 7662). */
const introspect =
  (secret) =>
  ({ access }) => ({
    method: 'POST',
    path: '/oauth/introspect',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from(`bench:${secret}`).toString('base64')}`,
    },
    body: `token=${access}`,
  });

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

/** The same requests, each to a path of its own, which names what is answered. */
const WIRE = Object.fromEntries(
  Object.entries(GRAPHQL).map(([name, ask]) => [name, (tokens) => ({ ...ask(tokens), path: `/${name}` })]),
);
const wire = (name, environment) => ({
  name,
  asks: WIRE,
  start: () => started(run([process.execPath, join(FOLDER, 'wire.mjs')], environment())),
});

const seed = {
  name: 'seed',
  asks: REST,
  async start() {
    const settings = { DATA_DIR: temporaryFolder(), PYTHONDONTWRITEBYTECODE: '1' };
    finish([PYTHON, 'seed.py'], settings, { cwd: FOLDER });
    const options = ['--bind', '127.0.0.1:0', '--workers', '1', '--worker-class', 'gthread', '--threads', '4'];
    const child = run([PYTHON, '-m', 'gunicorn', '--chdir', FOLDER, ...options, 'seed:application'], settings);
    return started(child, /Listening at: (http:\S+)/);
  },
};

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
    seed,
    ...builds.flatMap((other) => [
      ours(`sqlite of ${other}`, { build: other }),
      ours(`stateless of ${other}`, { build: other, more: { JWT_AUTHENTICATION: 'stateless' } }),
    ]),
  ];
}
