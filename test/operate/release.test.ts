import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from '@jest/globals';
import { Client } from '../support/client.ts';
import { packRelease } from '../support/package.ts';
import { endProcesses, helloWith, logRecords, runCli, startProcess, TEST_ENV } from '../support/process.ts';
import { withReplacements } from '../support/runbook.ts';
import { PASSWORD } from '../support/server.ts';
import { snippetsOf } from '../support/snippets.ts';

const QUICK = { npm_config_audit: 'false', npm_config_fund: 'false', npm_config_prefer_offline: 'true' };
const run = promisify(execFile);

const place = mkdtempSync(join(tmpdir(), 'release-'));
afterAll(async () => {
  await endProcesses();
  rmSync(place, { recursive: true, force: true });
});

const snippet = (language: string, has: string): string => {
  const found = snippetsOf('README.md', language).find((code) => code.includes(has));
  if (found === undefined) throw new Error(`README.md has no ${language} with ${has}`);
  return found;
};

test('a release, installed in an empty project, starts by its name and is the library that README shows', async () => {
  const tarball = await packRelease(place);
  const project = join(place, 'project');
  mkdirSync(project);
  const install = snippet('sh', 'npm install').replace(' graphql-simplejwt ', ` '${tarball}' `);
  await run('sh', ['-euc', install], { cwd: project, env: { ...process.env, ...QUICK } });

  const from = { command: ['npx', '--no', 'graphql-simplejwt'], cwd: project } as const;
  const made = await runCli(['users', 'create', 'alice', '--password-stdin'], { from, env: TEST_ENV, input: PASSWORD });
  expect(made).toMatchObject({ code: 0, stderr: '' });
  const server = await startProcess({ from, env: TEST_ENV });
  const client = new Client(server.url);
  const { access } = await client.signIn('alice', PASSWORD);
  expect(await helloWith(client, access)).toBe('Hello, alice!');
  // npx passes no signal on, so it is the server itself that is told to stop.
  process.kill(Number(logRecords(server.stdout())[0]?.['pid']), 'SIGTERM');
  expect(await server.exited).toEqual({ code: 0, signal: null });

  writeFileSync(join(project, 'tsconfig.json'), snippet('json', 'compilerOptions'));
  writeFileSync(join(project, 'server.ts'), snippet('ts', 'startStandaloneServer').replace('port: 4001', 'port: 0'));
  const start = withReplacements(snippet('sh', 'npx tsc'), {
    'create alice': 'create bob --password-stdin',
    '&& node': '&& exec node',
  });
  writeFileSync(join(project, 'password'), PASSWORD);
  const own = await startProcess({
    from: {
      command: ['sh', '-euc', withReplacements(start, { '--password-stdin': '--password-stdin < password' })],
      cwd: project,
    },
    args: [],
    env: TEST_ENV,
    listening: /listening (\S+)\n/,
  });
  const guarded = new Client(own.url);
  const tokens = await guarded.signIn('bob', PASSWORD);
  const answer = await guarded.sendRaw({ query: '{ notes }' }, { token: tokens.access });
  expect(answer.data).toEqual({ notes: ['a note of bob'] });
}, 240_000);
