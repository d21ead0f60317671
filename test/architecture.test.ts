import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from '@jest/globals';

/** Which rooms an import may lead to. A room is a folder of `src` or a file in it; the first that matches counts. */
const LAYERS: readonly { readonly rooms: readonly string[]; readonly mayImport: readonly string[] }[] = [
  { rooms: ['errors.ts', 'errors/', 'clock.ts', 'turn.ts', 'operation.ts'], mayImport: ['errors/'] },
  { rooms: ['settings/'], mayImport: ['settings/'] },
  {
    rooms: [
      'store/records.ts',
      'store/store.ts',
      'store/schema-version.ts',
      'store/store-keeper.ts',
      'tokens/claims.ts',
    ],
    mayImport: ['store/records.ts', 'store/schema-version.ts'],
  },
  { rooms: ['hooks.ts'], mayImport: ['store/store.ts', 'tokens/claims.ts'] },
  { rooms: ['audit.ts'], mayImport: ['hooks.ts'] },
  { rooms: ['monitor.ts'], mayImport: ['errors.ts', 'hooks.ts'] },
  { rooms: ['store/watched-store.ts'], mayImport: ['monitor.ts', 'store/store.ts'] },
  { rooms: ['users/'], mayImport: ['base', 'users/'] },
  { rooms: ['sessions/'], mayImport: ['base', 'sessions/'] },
  { rooms: ['throttle/'], mayImport: ['base', 'throttle/'] },
  { rooms: ['keys/'], mayImport: ['base', 'keys/'] },
  { rooms: ['activity/'], mayImport: ['base', 'activity/'] },
  { rooms: ['tokens/'], mayImport: ['base', 'users/', 'sessions/', 'keys/', 'tokens/'] },
  { rooms: ['django/'], mayImport: ['base', 'users/', 'django/'] },
  {
    rooms: ['trust/'],
    mayImport: ['base', 'users/', 'sessions/', 'throttle/', 'tokens/', 'trust/'],
  },
  {
    rooms: ['admin/'],
    mayImport: ['base', 'users/', 'sessions/', 'tokens/', 'activity/', 'admin/'],
  },
  { rooms: ['store/sqlite/'], mayImport: ['base', 'store/sqlite/'] },
  { rooms: ['store/mongo/'], mayImport: ['base', 'store/mongo/'] },
  { rooms: ['graphql/'], mayImport: ['base', 'rules', 'graphql/'] },
  { rooms: ['http/'], mayImport: ['base', 'rules', 'http/'] },
  { rooms: ['metrics/'], mayImport: ['base', 'metrics/'] },
  { rooms: ['traces/'], mayImport: ['base', 'traces/'] },
  { rooms: ['cli/'], mayImport: ['base', 'rules', 'cli/'] },
  { rooms: ['workers/'], mayImport: ['base', 'workers/'] },
  { rooms: ['verifier/'], mayImport: ['base', 'keys/', 'tokens/', 'verifier/'] },
  // It runs where there is no server: of ours it knows the names of errors, and nothing at run time.
  { rooms: ['client/'], mayImport: ['errors.ts', 'client/'] },
  {
    rooms: [
      'token-system.ts',
      'auth.ts',
      'open-store.ts',
      'development.ts',
      'explain.ts',
      'monitoring.ts',
      'server.ts',
      'serve.ts',
      'main.ts',
      'index.ts',
    ],
    mayImport: [''],
  },
];
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  base: [
    'errors.ts',
    'clock.ts',
    'turn.ts',
    'settings/',
    'store/store.ts',
    'store/schema-version.ts',
    'store/store-keeper.ts',
    'tokens/claims.ts',
    'hooks.ts',
    'audit.ts',
    'monitor.ts',
    'operation.ts',
  ],
  rules: ['users/', 'sessions/', 'throttle/', 'keys/', 'tokens/', 'django/', 'trust/', 'activity/', 'admin/'],
};

/** Who alone may know a package, or `process.env`. */
const OWNERS: Readonly<Record<string, string | readonly string[]>> = {
  jsonwebtoken: 'tokens/token-codec.ts',
  jose: 'keys/public-jwk.ts',
  bcrypt: 'users/bcrypt-threads.ts',
  'p-limit': 'users/password-hasher.ts',
  '@zxcvbn-ts/language-common': 'users/common-passwords.ts',
  mongoose: 'store/mongo/',
  libsql: 'store/sqlite/database.ts',
  zod: ['settings/', 'django/rows.ts'],
  '@streamparser/json': 'django/dump.ts',
  '@node-rs/argon2': 'users/foreign-hashes.ts',
  'type-graphql': 'graphql/',
  'graphql-scalars': 'graphql/',
  'reflect-metadata': 'graphql/',
  cookie: 'graphql/refresh-cookie.ts',
  fastify: 'http/',
  '@as-integrations/fastify': 'http/',
  '@fastify/cors': 'http/',
  '@fastify/static': 'http/',
  '@apollo/client': 'client/apollo-',
  rxjs: 'client/apollo-client.ts',
  'jwt-decode': 'client/held-tokens.ts',
  commander: 'cli/',
  'prom-client': 'metrics/',
  '@opentelemetry/api': 'traces/',
  read: 'cli/terminal.ts',
};

const root = join(import.meta.dirname, '..', 'src');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const sourceOf = (file: string) => readFileSync(join(root, file), 'utf8');
const importsOf = (file: string) =>
  Array.from(sourceOf(file).matchAll(/(?:from |import\(|^import )'([^']+)'/gm), ([, specifier = '']) => specifier);
const localImportsOf = (file: string) =>
  importsOf(file).flatMap((specifier) =>
    specifier.startsWith('.') ? [normalize(join(dirname(file), specifier))] : [],
  );
const layerOf = (file: string) => LAYERS.find(({ rooms }) => rooms.some((room) => file.startsWith(room)));

describe('the architecture', () => {
  test.each(files)('%s belongs to a layer and imports only from where it may', (file) => {
    const layer = layerOf(file);
    expect(layer).toBeDefined();
    const allowed = layer?.mayImport.flatMap((name) => GROUPS[name] ?? [name]) ?? [];
    expect(localImportsOf(file).filter((target) => !allowed.some((room) => target.startsWith(room)))).toEqual([]);
  });

  test.each(Object.entries(OWNERS))('%s is known to its owner alone', (name, owner) => {
    const users = files.filter((file) => importsOf(file).includes(name));
    expect(users.filter((file) => ![owner].flat().some((room) => file.startsWith(room)))).toEqual([]);
    expect(users).not.toEqual([]);
  });

  test('the client imports nothing of the server but types', () => {
    const ours = files.filter((file) => file.startsWith('client/'));
    const statements = ours.flatMap((file) => sourceOf(file).match(/^(import|export)\b[^;]*'\.\.\/[^']+'/gm) ?? []);
    expect(statements).not.toEqual([]);
    expect(statements.filter((statement) => !/^(import|export) type /.test(statement))).toEqual([]);
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
    expect(packages.toSorted()).toEqual(['jsonwebtoken', 'lru-cache', 'zod']);
  });

  test('commands load neither GraphQL nor an HTTP server', () => {
    const ofServer = /^(graphql|http|type-graphql|@apollo|fastify|pino)\b/;
    expect(loadedWith('serve.ts').filter((name) => ofServer.test(name))).not.toEqual([]);
    const loaded = loadedWith('main.ts', 'token-system.ts', 'django/django.ts');
    expect(loaded).toContain('cli/users.ts');
    expect(loaded.filter((name) => ofServer.test(name))).toEqual([]);
  });

  test('process.env is read in the settings alone', () => {
    expect(files.filter((file) => sourceOf(file).includes('process.env'))).toEqual(['settings/settings.ts']);
  });

  test('no file is longer than 250 lines', () => {
    expect(files.filter((file) => sourceOf(file).split('\n').length > 251)).toEqual([]);
  });
});
