import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { rounds } from '../support/effort.ts';
import { packRelease } from '../support/package.ts';
import { endProcesses, runCli, startProcess, TEST_ENV, type RunningProcess } from '../support/process.ts';
import { packFolder, Project, VERSIONS, type Version } from '../support/projects.ts';
import { keeperOf } from '../support/ring.ts';
import { PASSWORD, startTestServer, TEST_KEY } from '../support/server.ts';

const ROOT = join(import.meta.dirname, '../..');
const LONG = 600_000;
const place = mkdtempSync(join(tmpdir(), 'recipes-'));

interface Recipe {
  readonly name: string;
  readonly folder: string;
  /** The versions of Node.js that the framework supports. */
  readonly versions: readonly Version[];
  readonly build?: string;
  /** What starts it, in its folder. */
  readonly start: readonly string[];
  readonly path?: string;
  /** Other versions of its packages than its `package.json` names. */
  readonly packages?: readonly string[];
}

/** Each on all its versions of Node.js, or on the first. */
const isFull = rounds(0, 1).length > 0;
const NEW: readonly Version[] = VERSIONS.filter((version) => !version.startsWith('20'));
const RECIPES: readonly Recipe[] = [
  { name: 'Express 5', folder: 'express', versions: VERSIONS, start: ['server.js'] },
  { name: 'Koa 3', folder: 'koa', versions: NEW, start: ['server.js'] },
  { name: 'GraphQL Yoga 5', folder: 'yoga', versions: VERSIONS, start: ['server.js'] },
  { name: 'NestJS 12', folder: 'nestjs', versions: VERSIONS, build: 'npm run build', start: ['dist/main.js'] },
  {
    name: 'NestJS 11',
    folder: 'nestjs',
    versions: VERSIONS,
    build: 'npm run build',
    start: ['dist/main.js'],
    packages: [
      ...['common', 'core', 'platform-express'].map((part) => `@nestjs/${part}@11`),
      ...['graphql', 'apollo'].map((part) => `@nestjs/${part}@13`),
    ],
  },
  {
    name: 'Next.js 16',
    folder: 'next',
    versions: VERSIONS,
    build: 'npm run build',
    start: ['node_modules/next/dist/bin/next', 'start', '--port', '0', '--hostname', '127.0.0.1'],
    path: '/api/graphql',
  },
  { name: 'AWS Lambda', folder: 'aws-lambda', versions: NEW, start: ['local.js'] },
];

/** Calls a handler of Lambda as a function URL does. */
const LAMBDA = `
  import { createServer } from 'node:http';
  import { handler } from './handler.js';
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const http = { method: request.method, path: request.url, sourceIp: '192.0.2.1' };
    const { statusCode, headers, body: answer } = await handler({
      version: '2.0', rawPath: request.url, rawQueryString: '', headers: request.headers, requestContext: { http }, body, isBase64Encoded: false,
    }, {});
    response.writeHead(statusCode, headers).end(answer);
  });
  server.listen(0, '127.0.0.1', () => console.log('listening http://127.0.0.1:' + server.address().port + '/graphql'));
`;

/**
 * Runs a worker in workerd, on the URL that it prints. The bundle is its one module, as `wrangler` has it: the verifier asks for the
 * package `graphql` when it refuses a token, and does without it.
 */
const WORKERD = `
  import { Miniflare } from 'miniflare';
  const modules = [{ type: 'ESModule', path: 'dist/worker.js' }];
  const worker = new Miniflare({ modules, compatibilityDate: '2026-01-01', bindings: { JWKS_URL: process.env.JWKS_URL } });
  console.log('listening ' + await worker.ready);
`;

let main: string;
let verifier: string;
const table: string[] = [];
beforeAll(async () => {
  execFileSync(process.execPath, ['scripts/write-packages.mjs'], { cwd: ROOT });
  verifier = packFolder('dist/packages/verifier', place);
  main = await packRelease(place);
}, LONG);
afterAll(async () => {
  await endProcesses();
  rmSync(place, { recursive: true, force: true });
  process.stdout.write(`${['The recipes, as they were asked:', ...table.toSorted()].join('\n')}\n`);
});

/** A recipe as somebody would have copied it, with the packages of this tree. */
async function copied(
  { folder, packages = [] }: Pick<Recipe, 'folder' | 'packages'>,
  version: Version,
  tarball: string,
) {
  const into = join(place, `${folder}-${version}-${packages.length}`);
  cpSync(join(ROOT, 'examples/recipes', folder), into, { recursive: true });
  const { dependencies, ...manifest } = JSON.parse(readFileSync(join(into, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const others = Object.entries(dependencies).filter(([name]) => !name.startsWith('graphql-simplejwt'));
  const project = new Project(into, { ...manifest, dependencies: Object.fromEntries(others) });
  await project.install([tarball, ...packages], { version });
  return project;
}

const nodeOf = async (project: Project, version: Version): Promise<string> =>
  (await project.run('node -p process.execPath', { version })).trim().split('\n').at(-1) ?? '';

const ask = async (url: string, query: string, token?: string) => {
  const headers = {
    'content-type': 'application/json',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
  return (await response.json()) as { data: { tokenObtainPair: { access: string } }; errors?: unknown };
};

const runs = RECIPES.flatMap((recipe) =>
  (isFull ? recipe.versions : recipe.versions.slice(0, 1)).map((version) => ({ name: recipe.name, recipe, version })),
);

describe('a recipe', () => {
  test.each(runs)(
    'for $name works on Node.js $version, installed from the packed release',
    async ({ version, recipe }) => {
      const project = await copied(recipe, version, main);
      project.write('local.js', LAMBDA);
      if (recipe.build !== undefined) await project.run(recipe.build, { version });
      const node = await nodeOf(project, version);
      const env = { DATA_DIR: join(project.folder, 'data'), JWT_SIGNING_KEY: TEST_KEY };
      const cli = { command: [node, 'node_modules/graphql-simplejwt/dist/main.js'], cwd: project.folder } as const;
      const input = { from: cli, env: { ...TEST_ENV, ...env }, input: PASSWORD };
      await runCli(['users', 'create', 'alice', '--password-stdin'], input);
      const server: RunningProcess = await startProcess({
        from: { command: [node, ...recipe.start], cwd: project.folder },
        args: [],
        env: { ...env, PORT: '0', NODE_ENV: 'production' },
        listening: /(?:listening|Local:) +(http\S+)/,
      });
      const url = new URL(recipe.path ?? '/graphql', server.url).href;
      expect(await ask(url, '{ hello }')).toMatchObject({ errors: [{ extensions: { reason: 'not_authenticated' } }] });
      const signIn = `mutation { tokenObtainPair(username: "alice", password: "${PASSWORD}") { access } }`;
      const { data } = await ask(url, signIn);
      const { access } = data.tokenObtainPair;
      expect(await ask(url, '{ hello }', access)).toEqual({ data: { hello: 'Hello, alice!' } });
      table.push(`${recipe.name} on Node.js ${version}: refused without a token, signed in, answered`);
      await server.kill('SIGTERM');
    },
    LONG,
  );

  test.each(isFull ? NEW : NEW.slice(0, 1))(
    'for a worker verifies tokens in workerd, from Node.js %s',
    async (version) => {
      const keys = join(place, `ring-${version}`);
      await keeperOf(keys, Date.now, { algorithm: 'ES256' }).generate();
      const issuer = await startTestServer('sqlite', {
        env: { JWT_SIGNING_KEY: '', JWT_KEYS_DIR: keys, JWT_ALGORITHM: 'ES256' },
      });
      const project = await copied({ folder: 'worker' }, version, verifier);
      await project.run('npm run build', { version });
      project.write('local.js', WORKERD);
      const worker = await startProcess({
        from: { command: [await nodeOf(project, version), 'local.js'], cwd: project.folder },
        args: [],
        env: { JWKS_URL: new URL('/.well-known/jwks.json', issuer.url).href },
        listening: /listening (http\S+)/,
      });
      const request = async (headers = {}) => {
        const response = await fetch(worker.url, { headers });
        return { status: response.status, ...((await response.json()) as object) };
      };
      const { access } = await issuer.signIn();
      expect(await request()).toMatchObject({ status: 401, reason: 'not_authenticated' });
      expect(await request({ authorization: `Bearer ${access}` })).toEqual({ status: 200, user: issuer.alice.id });
      const forged = `Bearer ${access.slice(0, -4)}AAAA`;
      expect(await request({ authorization: forged })).toMatchObject({ status: 401, reason: 'token_not_valid' });
      table.push(`workerd from Node.js ${version}: refused without a token and with a forged one, answered`);
      await issuer.remove();
    },
    LONG,
  );
});
