import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const TYPES_OF_CONTRACTS = 'types of `contracts/`';

/** The rooms of `src`, and of which rooms each may import beside its own. CONTRIBUTING.md prints this table. */
const ROOMS: readonly { readonly room: string; readonly holds: string; readonly mayImport: readonly string[] }[] = [
  {
    room: 'contracts/',
    holds: 'what all rooms agree on: claims, errors, settings, hooks, the store, clock, monitor, audit',
    mayImport: [],
  },
  {
    room: 'core/',
    holds: 'the token system: tokens, sessions, users, keys, throttle, trust, admin, activity, recovery, mail, notices',
    mayImport: ['contracts/'],
  },
  { room: 'stores/', holds: 'SQLite and MongoDB, and opening one of them', mayImport: ['contracts/'] },
  {
    room: 'graphql/',
    holds: 'schema, resolvers, context, guard, limits, `createAuth`',
    mayImport: ['contracts/', 'core/', 'stores/'],
  },
  {
    room: 'verifier/',
    holds: 'verifying tokens in other services',
    mayImport: ['contracts/', 'core/tokens/', 'core/keys/', 'core/dpop/'],
  },
  {
    room: 'server/',
    holds: 'HTTP, workers, metrics, traces, starting and stopping',
    mayImport: ['contracts/', 'core/', 'stores/', 'graphql/', 'verifier/'],
  },
  {
    room: 'cli/',
    holds: 'the commands, imports from Django, explanations of failed starts',
    mayImport: ['contracts/', 'core/', 'stores/', 'graphql/', 'verifier/', 'server/'],
  },
  {
    room: 'client/',
    holds: 'the token store of browsers, React Native and Node.js',
    mayImport: [TYPES_OF_CONTRACTS],
  },
  { room: 'index.ts', holds: 'the library', mayImport: ['all'] },
  { room: 'main.ts', holds: 'the program', mayImport: ['all'] },
];

/** Who alone may know a package, or `process.env`. */
const OWNERS: Readonly<Record<string, string | readonly string[]>> = {
  jsonwebtoken: 'core/tokens/token-codec.ts',
  jose: ['core/keys/public-jwk.ts', 'core/tokens/web-codec.ts'],
  bcrypt: 'core/users/bcrypt-threads.ts',
  bowser: 'core/devices/readable-name.ts',
  'p-limit': 'core/users/password-hasher.ts',
  '@zxcvbn-ts/language-common': 'core/users/common-passwords.ts',
  'zxcvbn/lib/matching.js': ['core/users/guessability.ts', 'core/users/zxcvbn.d.ts'],
  'zxcvbn/lib/scoring.js': 'core/users/guessability.ts',
  mongoose: 'stores/mongo/',
  libsql: ['stores/sqlite/database.ts', 'stores/sqlite/open-database.ts'],
  zod: 'cli/django/rows.ts',
  '@streamparser/json': 'cli/django/dump.ts',
  '@node-rs/argon2': 'core/users/foreign-hashes.ts',
  graphql: ['graphql/', 'server/', 'verifier/graphql-errors.ts', 'client/apollo-'],
  'type-graphql': 'graphql/',
  'graphql-scalars': 'graphql/',
  'reflect-metadata': 'graphql/',
  cookie: 'graphql/refresh-cookie.ts',
  fastify: 'server/http/',
  '@as-integrations/fastify': 'server/http/',
  '@fastify/cors': 'server/http/',
  '@fastify/static': 'server/http/',
  '@apollo/subgraph': 'graphql/subgraph.ts',
  'graphql-ws': 'server/sockets/',
  ws: 'server/sockets/',
  '@apollo/client': 'client/apollo-',
  rxjs: 'client/apollo-client.ts',
  'ipaddr.js': 'contracts/client-address.ts',
  react: 'client/react.ts',
  commander: 'cli/',
  'prom-client': 'server/metrics/',
  '@opentelemetry/api': 'server/traces/',
  read: 'cli/terminal.ts',
  nodemailer: 'core/mail/smtp.ts',
};

const root = join(import.meta.dirname, '..', 'src');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
/** Without the examples in docstrings. */
const sourceOf = (file: string) => readFileSync(join(root, file), 'utf8').replaceAll(/^ +\*.*$/gm, '');
const importsOf = (file: string) =>
  Array.from(sourceOf(file).matchAll(/(?:from |import\(|^import )'([^']+)'/gm), ([, specifier = '']) => specifier);
const localImportsOf = (file: string) =>
  importsOf(file).flatMap((specifier) =>
    specifier.startsWith('.') ? [normalize(join(dirname(file), specifier))] : [],
  );
const roomOf = (file: string) => ROOMS.find(({ room }) => file.startsWith(room));

/** Statements that import types alone, which the compiler removes. */
const typeImportsOf = (file: string) =>
  Array.from(sourceOf(file).matchAll(/^(?:import|export) type\b[^;]*?from '(\.[^']+)'/gm), ([, specifier = '']) =>
    normalize(join(dirname(file), specifier)),
  );

/** A folder of a room, such as `core/tokens`, or a file that stands in none. */
const folderOf = (file: string) => /^[^/]+\/[^/]+(?=\/)/.exec(file)?.[0] ?? file;

/** The nodes from which a way along the edges leads back to themselves. */
function circlesIn(edgesOf: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const reachedFrom = (start: string) => {
    const reached = new Set<string>(edgesOf.get(start));
    for (const node of reached) for (const next of edgesOf.get(node) ?? []) reached.add(next);
    return reached;
  };
  return Array.from(edgesOf.keys()).filter((node) => reachedFrom(node).has(node));
}

describe('the architecture', () => {
  test('every file belongs to a room and imports only from where that room may', () => {
    const strays = files.flatMap((file) => {
      const own = roomOf(file);
      if (own === undefined) return [`${file} is in no room`];
      const allowed = [own.room, ...own.mayImport].map((room) => (room === 'all' ? '' : room));
      const types = own.mayImport.includes(TYPES_OF_CONTRACTS) ? typeImportsOf(file) : [];
      const isAllowed = (target: string) =>
        allowed.some((room) => target.startsWith(room)) || (target.startsWith('contracts/') && types.includes(target));
      return localImportsOf(file)
        .filter((target) => !isAllowed(target))
        .map((target) => `${file} imports ${target}`);
    });
    expect(strays).toEqual([]);
  });

  test('no imports go in a circle, neither from file to file nor from folder to folder', () => {
    const fileImports = new Map(files.map((file) => [file, localImportsOf(file)]));
    expect(circlesIn(fileImports)).toEqual([]);
    const folders = new Map<string, string[]>();
    for (const [file, targets] of fileImports) {
      const outside = targets.map(folderOf).filter((folder) => folder !== folderOf(file));
      folders.set(folderOf(file), [...(folders.get(folderOf(file)) ?? []), ...outside]);
    }
    expect(circlesIn(folders)).toEqual([]);
  });

  test('src has the ten entries of the table, and CONTRIBUTING.md prints it', () => {
    const entries = readdirSync(root, { withFileTypes: true }).map(
      (entry) => entry.name + (entry.isDirectory() ? '/' : ''),
    );
    expect(entries.toSorted()).toEqual(ROOMS.map(({ room }) => room).toSorted());
    const contributing = readFileSync(join(root, '../CONTRIBUTING.md'), 'utf8');
    const rows = contributing.matchAll(/^\| `([^`]+)` +\| (.+?) +\| (.+?) +\|$/gm);
    const printed = Array.from(rows, ([, room = '', holds, imports]) => ({ room, holds, imports }));
    const wanted = ROOMS.map(({ room, holds, mayImport }) => ({
      room,
      holds,
      imports:
        mayImport.length === 0
          ? 'no other room'
          : mayImport.map((name) => (name.endsWith('/') ? `\`${name}\`` : name)).join(', '),
    }));
    expect(printed).toEqual(wanted);
  });

  test.each(Object.entries(OWNERS))('%s is known to its owner alone', (name, owner) => {
    const users = files.filter((file) => importsOf(file).includes(name));
    expect(users.filter((file) => ![owner].flat().some((room) => file.startsWith(room)))).toEqual([]);
    expect(users).not.toEqual([]);
  });

  /** Our files and the packages that are loaded with some files, and not only when something asks for them. */
  const loadedWith = (...starts: readonly string[]) => {
    const loaded = new Set<string>();
    const visit = (name: string) => {
      if (loaded.has(name)) return;
      loaded.add(name);
      if (!files.includes(name)) return;
      const statements = sourceOf(name).matchAll(/^(?:import|export) (?!type )(?:[^;]*?from )?'([^']+)'/gm);
      for (const [, target = ''] of statements) {
        visit(target.startsWith('.') ? normalize(join(dirname(name), target)) : target);
      }
    };
    for (const start of starts) visit(start);
    return Array.from(loaded).filter((name) => !name.startsWith('node:'));
  };

  test('the verifier loads neither a server, a store nor a password hash', () => {
    const packages = loadedWith('verifier/index.ts').filter((name) => !files.includes(name));
    expect(packages.toSorted()).toEqual(['jsonwebtoken', 'lru-cache']);
  });

  test('the verifier for edge runtimes loads nothing of Node.js, and one package', () => {
    const loaded = loadedWith('verifier/edge.ts');
    expect(loaded.filter((name) => !files.includes(name))).toEqual(['jose']);
    const ours = loaded.filter((name) => files.includes(name));
    expect(ours.filter((file) => /from 'node:|\bBuffer\b|\bprocess\./.test(sourceOf(file)))).toEqual([]);
  });

  test('the library loads its types and errors, and the token system when createAuth is called', () => {
    const loaded = loadedWith('index.ts');
    const packages = loaded.filter((name) => !files.includes(name));
    expect(packages.toSorted()).toEqual(['graphql', 'graphql-scalars', 'reflect-metadata', 'type-graphql']);
    expect(loaded.filter((name) => name.startsWith('core/'))).toEqual([]);
  });

  test('the library loads no database and no foreign hash before one is used', () => {
    const packages = loadedWith('index.ts', 'graphql/assemble-auth.ts').filter((name) => !files.includes(name));
    expect(packages).toContain('jsonwebtoken');
    expect(packages.filter((name) => ['mongoose', 'libsql', '@node-rs/argon2', 'zod'].includes(name))).toEqual([]);
  });

  test('commands load neither GraphQL nor an HTTP server', () => {
    const ofServer = /^(graphql|server\/http|type-graphql|@apollo|fastify|pino)\b/;
    expect(loadedWith('server/serve.ts').filter((name) => ofServer.test(name))).not.toEqual([]);
    const loaded = loadedWith('main.ts', 'core/token-system.ts', 'cli/django/django.ts');
    expect(loaded).toContain('cli/users.ts');
    expect(loaded.filter((name) => ofServer.test(name))).toEqual([]);
  });

  test('a server loads no room whose setting is off', () => {
    const rooms =
      /^core\/(dpop|factors|roles|step-up|devices|leaving|recovery|mail|notices)\/|^core\/users\/proof|^(bowser|nodemailer)/;
    const resolvers =
      /^graphql\/(second-factor|step-up|roles|device|leaving|email|password-reset|security-event|user-administration)\b/;
    expect(files.filter((file) => rooms.test(file) || resolvers.test(file)).length).toBeGreaterThan(30);
    const loaded = loadedWith(
      'main.ts',
      'index.ts',
      'graphql/assemble-auth.ts',
      'server/server.ts',
      'server/serve.ts',
      'cli/users.ts',
    );
    expect(loaded).toContain('core/rooms.ts');
    expect(loaded.filter((name) => rooms.test(name) || resolvers.test(name))).toEqual([]);
  });

  test('process.env is read in the settings alone', () => {
    expect(files.filter((file) => sourceOf(file).includes('process.env'))).toEqual(['contracts/settings/settings.ts']);
  });

  test('no file is longer than 250 lines', () => {
    expect(files.filter((file) => sourceOf(file).split('\n').length > 251)).toEqual([]);
  });
});
