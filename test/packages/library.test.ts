import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { packRelease } from '../support/package.ts';
import { endProcesses, runCli, startProcess, TEST_ENV } from '../support/process.ts';
import { packFolder, Project, VERSIONS } from '../support/projects.ts';
import { blocksOf, withReplacements } from '../support/runbook.ts';
import { PASSWORD, TEST_KEY } from '../support/server.ts';

const LONG = 300_000;
const place = mkdtempSync(join(tmpdir(), 'library-'));
const env = { KEY: TEST_KEY, PASSWORD };
/**
 * What is no matter of this package: npm asks about the install scripts of bcrypt and of Apollo Server, which nothing needs, and on
 * Node.js 20 Apollo Server by itself brings a package for Node.js 22.
 */
const OF_OTHERS = [
  /^npm warn install-scripts/,
  /^npm warn EBADENGINE ( {2}package: '@whatwg-node\/promise-helpers@|Unsupported engine \{|\}| {2}required: \{ node: '>=22\.15\.0' \}| {2}current:)/,
  /^npm warn deprecated/,
];
const ours = (warnings: readonly string[]) => warnings.filter((line) => !OF_OTHERS.some((known) => known.test(line)));
let main: string;
let create: string;

beforeAll(async () => {
  create = packFolder('packages/create-graphql-simplejwt', place);
  main = await packRelease(place);
}, LONG);
afterAll(async () => {
  await endProcesses();
  rmSync(place, { recursive: true, force: true });
});

describe('the library in a project of somebody else', () => {
  test.each(VERSIONS)(
    'installs without a warning and serves on Node.js %s',
    async (version) => {
      const project = new Project(join(place, `library-${version}`));
      expect(ours(await project.install([main], { version }))).toEqual([]);
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
      const made = await project.run('node node_modules/graphql-simplejwt/dist/main.js users list --json', {
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
      expect(ours(await project.install([main, ...peers]))).toEqual([]);
      const copies = await project.run(
        'find node_modules -path "*/graphql/package.json" -o -path "*/type-graphql/package.json"',
      );
      expect(copies.trim().split('\n')).toHaveLength(2);
      const from = {
        command: [process.execPath, join('node_modules', 'graphql-simplejwt', 'dist', 'main.js')],
        cwd: project.folder,
      } as const;
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
      await project.install([main], { flags: '--omit=optional' });
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
  'the example of a page compiles and is built where it is copied as its README says',
  async () => {
    const [code = ''] = blocksOf('examples/web/README.md', 'In your own project', 'sh');
    const project = new Project(join(place, 'copied'));
    const folder = `'${join(project.folder, 'my-app')}'`;
    const here = withReplacements(code, { '../my-app': folder, 'graphql-simplejwt ': `'${main}' ` });
    await project.run(`cd '${join(import.meta.dirname, '../..')}' && set -e\n${here}`, {
      env: { npm_config_audit: 'false', npm_config_fund: 'false', npm_config_prefer_offline: 'true' },
    });
    expect(await project.run('ls my-app/dist/assets')).toMatch(/\.css\n.*\.js\n/s);
  },
  LONG,
);

test(
  'npm create goes from an empty folder to a refused and an answered query in two minutes',
  async () => {
    const started = Date.now();
    const maker = new Project(join(place, 'maker'));
    await maker.install([create]);
    await maker.run('npx --no create-graphql-simplejwt my-server');
    const again = maker.run('npx --no create-graphql-simplejwt my-server');
    await expect(again).rejects.toThrow(/my-server is not empty; expected a new folder/);
    await expect(maker.run('npx --no create-graphql-simplejwt "My Server"')).rejects.toThrow(
      /expected a name of lower-case/,
    );
    const folder = join(maker.folder, 'my-server');
    const run = (command: string) => maker.run(`cd my-server && ${command}`);
    await run(
      `npm pkg set 'dependencies.graphql-simplejwt=file:${main}' && npm install --no-audit --no-fund --prefer-offline`,
    );
    expect(await run('NO_COLOR=1 FORCE_COLOR= npm test 2>&1')).toMatch(/Tests +1 passed/);
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
