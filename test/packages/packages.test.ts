import { mkdtempSync, rmSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { packFolder, Project, VERSIONS } from '../support/projects.ts';
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

const tarball = (name: string): string => tarballs[name] ?? '';

beforeAll(async () => {
  execFileSync(process.execPath, ['scripts/write-packages.mjs'], { cwd: ROOT });
  tarballs['client'] = packFolder('dist/packages/client', place);
  tarballs['verifier'] = packFolder('dist/packages/verifier', place);
  server = await startTestServer('sqlite');
  env = { URL_OF_SERVER: new URL('/graphql', server.url).href, KEY: TEST_KEY, PASSWORD };
}, LONG);
afterAll(async () => {
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
    'install without a warning beside the newest Apollo Client and graphql, and serve its operations',
    async () => {
      const version = '22'; // which graphql 17 wants
      const project = new Project(join(place, 'apollo'));
      expect(await project.install(['@apollo/client', 'graphql@17', 'rxjs', tarball('client')], { version })).toEqual(
        [],
      );
      project.write(
        'apollo.mjs',
        `import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
        import { createAuthLink, createTokenStore } from 'graphql-simplejwt-client/apollo-client';
        const url = process.env.URL_OF_SERVER;
        const tokens = createTokenStore({ url });
        const link = ApolloLink.from([createAuthLink({ tokens }), new HttpLink({ uri: url })]);
        const client = new ApolloClient({ link, cache: new InMemoryCache() });
        await tokens.signIn('alice', process.env.PASSWORD);
        console.log((await client.query({ query: gql\`{ hello }\` })).data.hello);
        tokens.close();`,
      );
      expect(await project.run('node apollo.mjs', { version, env })).toContain('Hello, alice!');
    },
    LONG,
  );

  test(
    'have types in every setting of modules, without those of browsers',
    async () => {
      const project = new Project(join(place, 'types'));
      await project.install(['@types/node@20', tarball('client'), tarball('verifier')]);
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
      const common = '--target es2022 --lib es2022 --types node';
      for (const modules of [
        '--module nodenext --moduleResolution nodenext',
        '--module node16 --moduleResolution node16',
        '--module esnext --moduleResolution bundler',
        '--module preserve --moduleResolution bundler',
      ]) {
        const compiled = project.compile(`${modules} ${common}`, 'module.mts common.cts');
        await expect(compiled).resolves.toBeUndefined();
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
        esbuild: 'npx --no esbuild flow.mjs --bundle --platform=node --format=cjs --outfile=esbuild.cjs',
        webpack:
          'npx --no webpack build --entry ./flow.mjs --target node --mode production -o webpack --output-filename out.js',
        vite: 'npx --no vite build --ssr flow.mjs --outDir vite',
      };
      for (const command of Object.values(bundles))
        await project.run(command, { env: { ...env, NODE_ENV: 'production' } });
      // A bundle of ES modules cannot have the 'require' of what is CommonJS in it.
      for (const file of ['webpack/out.js', 'vite/flow.mjs', 'esbuild.cjs']) {
        expect((await project.run(`node ${file}`, { env })).trim()).toBe(REFUSED);
      }
    },
    LONG,
  );
});
