import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { packRelease } from '../support/package.ts';
import { endProcesses, runCli, startProcess, TEST_ENV } from '../support/process.ts';
import { Project, VERSIONS } from '../support/projects.ts';
import { PASSWORD, startTestServer, TEST_KEY, type TestServer } from '../support/server.ts';

const ROOT = join(import.meta.dirname, '../..');
const LONG = 300_000;
const BODY = `
  const tokens = createTokenStore({ url: process.env.URL_OF_SERVER, storage: memoryStorage() });
  const verifier = createTokenVerifier({ key: process.env.KEY, algorithms: ['HS256'] });
  const edge = createOnEdge({ key: process.env.KEY, algorithms: ['HS256'] });
  const flow = async () => {
    await tokens.signIn('alice', process.env.PASSWORD);
    const first = await tokens.accessToken();
    const second = await tokens.refresh(first);
    const users = [await verifier.verify(first), await edge.verify(second)].map(({ user }) => user.id);
    const refusals = [];
    for (const asked of [verifier, edge]) {
      await asked.verify(first.slice(0, -4) + 'AAAA').catch(({ reason }) => refusals.push(reason));
    }
    await tokens.signOut();
    tokens.close();
    const right = first !== second && users[0] === users[1] && users[0].length > 0;
    return right ? refusals.join(' ') : 'something is wrong';
  };
`;
const REFUSED = 'token_not_valid token_not_valid';
const ESM = `
  import { createTokenStore, memoryStorage } from 'graphql-simplejwt-client';
  import { createTokenVerifier } from 'graphql-simplejwt-verifier';
  import { createTokenVerifier as createOnEdge } from 'graphql-simplejwt-verifier/edge';
${BODY}`;
const CJS = `
  const { createTokenStore, memoryStorage } = require('graphql-simplejwt-client');
  const { createTokenVerifier } = require('graphql-simplejwt-verifier');
  const { createTokenVerifier: createOnEdge } = require('graphql-simplejwt-verifier/edge');
${BODY}`;
const PRINTED = 'flow().then((refusals) => console.log(refusals));';
/** Test runners have `test` and `expect` as globals here. */
const TESTED = `test('the flow', async () => expect(await flow()).toBe('${REFUSED}'));`;

const place = mkdtempSync(join(tmpdir(), 'packages-'));
let server: TestServer;
let env: Record<string, string>;
const tarballs: Record<string, string> = {};

function pack(folder: string): string {
  const name = execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', place], {
    cwd: folder,
    encoding: 'utf8',
  });
  return join(place, name.trim());
}
const tarball = (name: string): string => tarballs[name] ?? '';

beforeAll(async () => {
  execFileSync(process.execPath, ['scripts/write-packages.mjs'], { cwd: ROOT });
  tarballs['client'] = pack(join(ROOT, 'dist/packages/client'));
  tarballs['verifier'] = pack(join(ROOT, 'dist/packages/verifier'));
  tarballs['create'] = pack(join(ROOT, 'packages/create-graphql-simplejwt'));
  tarballs['main'] = await packRelease(place);
  server = await startTestServer('sqlite');
  env = { URL_OF_SERVER: new URL('/graphql', server.url).href, KEY: TEST_KEY, PASSWORD };
}, LONG);
afterAll(async () => {
  await endProcesses();
  await server.remove();
  rmSync(place, { recursive: true, force: true });
});

describe('the packages of clients and verifiers', () => {
  test(
    'are few packages, of less than a megabyte each',
    async () => {
      const client = new Project(join(place, 'client-only'));
      await client.install([tarball('client')]);
      expect(await client.size()).toBeLessThanOrEqual(5);
      const verifier = new Project(join(place, 'verifier-only'));
      await verifier.install([tarball('verifier')]);
      expect(await verifier.size()).toBeLessThanOrEqual(12);
      for (const { folder } of [client, verifier]) {
        const kilobytes = Number(
          execFileSync('du', ['-sk', join(folder, 'node_modules')], { encoding: 'utf8' }).split('\t')[0],
        );
        expect(kilobytes).toBeLessThan(1000);
      }
    },
    LONG,
  );

  test.each(VERSIONS)(
    'install without a warning and work on Node.js %s, as ES modules and as CommonJS',
    async (version) => {
      const project = new Project(join(place, `node-${version}`));
      expect(await project.install([tarball('client'), tarball('verifier')], { version })).toEqual([]);
      project.write('flow.mjs', ESM + PRINTED);
      project.write('flow.cjs', CJS + PRINTED);
      for (const file of ['flow.mjs', 'flow.cjs']) {
        expect((await project.run(`node ${file}`, { version, env })).trim()).toBe(REFUSED);
      }
    },
    LONG,
  );

  test(
    'have types in every setting of modules, without those of browsers or Node.js',
    async () => {
      const project = new Project(join(place, 'types'));
      await project.install([tarball('client'), tarball('verifier')]);
      const code = `
      import { createTokenStore, memoryStorage, type TokenStore } from 'graphql-simplejwt-client';
      import { createTokenVerifier, type VerifiedRequest } from 'graphql-simplejwt-verifier';
      import { createTokenVerifier as createOnEdge, type WebAlgorithm } from 'graphql-simplejwt-verifier/edge';
      export const tokens: TokenStore = createTokenStore({ url: '/graphql', storage: memoryStorage() });
      export const asked: Promise<VerifiedRequest> = createTokenVerifier({ jwksUrl: 'https://a.example' }).verify('x');
      const algorithm: WebAlgorithm = 'EdDSA';
      export const edge = createOnEdge({ jwksUrl: 'https://a.example', algorithms: [algorithm] });
      // @ts-expect-error it is a text
      createOnEdge({ jwksUrl: 1 });
    `;
      for (const file of ['module.mts', 'common.cts']) project.write(file, code);
      const common = '--target es2022 --lib es2022 --types';
      for (const modules of [
        '--module nodenext --moduleResolution nodenext',
        '--module node16 --moduleResolution node16',
        '--module esnext --moduleResolution bundler',
        '--module preserve --moduleResolution bundler',
      ]) {
        await project.compile(`${modules} ${common} ''`, 'module.mts common.cts');
      }
    },
    LONG,
  );

  test(
    'work in Jest, Vitest, Vite, esbuild and webpack',
    async () => {
      const project = new Project(join(place, 'tools'), { type: 'commonjs' });
      await project.install([
        'jest@30',
        'vitest@4',
        'vite@8',
        'esbuild',
        'webpack',
        'webpack-cli',
        tarball('client'),
        tarball('verifier'),
      ]);
      project.write('jest/flow.test.js', CJS + TESTED);
      await project.run('npx --no jest jest', { env });
      project.write('vitest/flow.test.mjs', `import { expect, test } from 'vitest';${ESM}${TESTED}`);
      await project.run('npx --no vitest run --dir vitest', { env });
      project.write('flow.mjs', ESM + PRINTED);
      const bundles = {
        esbuild: 'npx --no esbuild flow.mjs --bundle --platform=node --format=esm --outfile=esbuild.mjs',
        webpack:
          'npx --no webpack build --entry ./flow.mjs --target node --mode production -o webpack --output-filename out.js',
        vite: 'npx --no vite build --ssr flow.mjs --outDir vite',
      };
      for (const command of Object.values(bundles))
        await project.run(command, { env: { ...env, NODE_ENV: 'production' } });
      // A bundle of ES modules cannot have the 'require' of what is CommonJS in it.
      for (const file of ['webpack/out.js', 'vite/flow.mjs']) {
        expect((await project.run(`node ${file}`, { env })).trim()).toBe(REFUSED);
      }
      expect((await project.run('node esbuild.mjs', { env })).trim()).toBe(REFUSED);
    },
    LONG,
  );
});

describe('the library in a project of somebody else', () => {
  test.each(VERSIONS)(
    'installs without a warning and serves on Node.js %s',
    async (version) => {
      const project = new Project(join(place, `library-${version}`));
      expect(await project.install([tarball('main')], { version })).toEqual([]);
      expect(await project.run('npm ls graphql type-graphql @apollo/server')).not.toMatch(/invalid|UNMET/);
      const code = `
      import { createAuth } from 'graphql-simplejwt';
      const auth = await createAuth({ signingKey: process.env.KEY, dataDir: 'data', passwordHashCost: 4 });
      const alice = await auth.users.create({ username: 'alice', password: process.env.PASSWORD });
      const { access } = await auth.tokens.forUser(alice);
      console.log((await auth.tokens.verify(access.token)).type);
      await auth.close();
    `;
      project.write('library.mjs', code);
      expect((await project.run('node library.mjs', { version, env })).trim()).toBe('access');
      const made = await project.run('npx --no graphql-simplejwt users list --json', {
        version,
        env: { ...TEST_ENV, DATA_DIR: 'data' },
      });
      expect(made).toContain('alice');
    },
    LONG,
  );

  test(
    'goes with the oldest peers that it names, of which there is one copy each',
    async () => {
      const project = new Project(join(place, 'oldest'));
      const peers = [
        'graphql@16.12.0',
        '@apollo/server@5.0.0',
        'reflect-metadata@0.2.0',
        'type-graphql@2.0.0-rc.4',
        'graphql-scalars@1.25.0',
      ];
      expect(
        (await project.install([tarball('main'), ...peers])).filter((line) => !line.includes('deprecated')),
      ).toEqual([]);
      const copies = await project.run(
        'find node_modules -path "*/graphql/package.json" -o -path "*/type-graphql/package.json"',
      );
      expect(copies.trim().split('\n')).toHaveLength(2);
      const from = { command: ['npx', '--no', 'graphql-simplejwt'], cwd: project.folder } as const;
      await runCli(['users', 'create', 'alice', '--password-stdin'], { from, env: TEST_ENV, input: PASSWORD });
      const started = await startProcess({ from, env: TEST_ENV });
      const response = await fetch(new URL('/graphql', started.url), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ helo }' }),
      });
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
    },
    LONG,
  );

  test(
    'says what is missing where the optional packages were left out',
    async () => {
      const project = new Project(join(place, 'lean'));
      await project.install([tarball('main')], { flags: '--omit=optional' });
      project.write(
        'lean.mjs',
        `
      import { createAuth } from 'graphql-simplejwt';
      for (const more of [{}, { mongodbUri: 'mongodb://127.0.0.1:1/x' }]) {
        await createAuth({ signingKey: process.env.KEY, ...more }).catch((error) => console.log(error.message));
      }
    `,
      );
      const lines = (await project.run('node lean.mjs', { env })).trim().split('\n');
      expect(lines).toEqual([
        expect.stringMatching(/^dataDir: .* package libsql, .*: npm install libsql$/),
        expect.stringMatching(/^mongodbUri: .* package mongoose, .*: npm install mongoose$/),
      ]);
    },
    LONG,
  );
});

test(
  'npm create goes from an empty folder to a refused and an answered query in two minutes',
  async () => {
    const started = Date.now();
    mkdirSync(join(place, 'created'));
    const maker = new Project(join(place, 'maker'));
    await maker.install([tarball('create')]);
    await maker.run('npx --no create-graphql-simplejwt my-server');
    const again = maker.run('npx --no create-graphql-simplejwt my-server');
    await expect(again).rejects.toThrow(/my-server is not empty; expected a new folder/);
    await expect(maker.run('npx --no create-graphql-simplejwt "My Server"')).rejects.toThrow(
      /expected a name of lower-case/,
    );
    const folder = join(maker.folder, 'my-server');
    const run = (command: string) => maker.run(`cd my-server && ${command}`);
    await run(
      `npm pkg set 'dependencies.graphql-simplejwt=file:${tarball('main')}' && npm install --no-audit --no-fund --prefer-offline`,
    );
    expect(await run('npm test 2>&1')).toMatch(/Tests +1 passed/);
    const own = await startProcess({
      from: { command: [process.execPath, '--env-file=.env', 'dist/main.js'], cwd: folder },
      args: [],
      env: { PORT: '0' },
      listening: /listening (\S+)\n/,
    });
    const ask = async (query: string, headers = {}) => {
      const body = JSON.stringify({ query });
      const response = await fetch(own.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
      });
      return (await response.json()) as { data: { tokenObtainPair: { access: string } } };
    };
    expect(await ask('{ notes }')).toMatchObject({ errors: [{ extensions: { reason: 'not_authenticated' } }] });
    const [, password = ''] = /demo \/ (\S+)/.exec(own.stdout()) ?? [];
    const { data } = await ask(`mutation { tokenObtainPair(username: "demo", password: "${password}") { access } }`);
    const answered = await ask('{ notes }', { authorization: `Bearer ${data.tokenObtainPair.access}` });
    expect(answered).toEqual({ data: { notes: ['a note of demo'] } });
    expect(Date.now() - started).toBeLessThan(120_000);
  },
  LONG,
);
