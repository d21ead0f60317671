import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Command } from 'commander';
import { createProgram, type ProgramOptions } from '../../src/cli/program.ts';
import { createAuth, type Auth } from '../../src/graphql/auth.ts';
import { BUILD, endProcesses, runCli, TEST_ENV } from '../support/process.ts';
import { keeperOf } from '../support/ring.ts';
import { PASSWORD, TEST_KEY } from '../support/server.ts';
import { newPlace } from '../support/stores.ts';

/** The names of the commands that do something. */
const namesOf = (command: Command, parents: readonly string[] = []): string[] =>
  command.commands.flatMap((child) => {
    const words = [...parents, child.name()];
    return child.commands.length === 0 ? [words.join(' ')] : namesOf(child, words);
  });
const { command: program } = createProgram({ version: '' } as ProgramOptions);

/** What each does by itself is shown in test/cli, in process; here, that the program does it in one of its own. */
describe('the program, as it is built', () => {
  const place = newPlace('sqlite');
  const folder = mkdtempSync(join(tmpdir(), 'simplejwt-'));
  const inFolder = (name: string) => join(folder, name);
  const env = { ...TEST_ENV, ...place.env, JWT_KEYS_DIR: inFolder('keys') };
  let auth: Auth;
  let token: string;

  beforeAll(async () => {
    await keeperOf(env.JWT_KEYS_DIR).generate();
    auth = await createAuth({ ...place.options, keysDir: env.JWT_KEYS_DIR, signingKey: TEST_KEY, passwordHashCost: 4 });
    const user = await auth.users.create({ username: 'alice', password: PASSWORD });
    token = (await auth.tokens.forUser(user)).refresh.token;
    writeFileSync(inFolder('dump'), '[]');
  });
  afterAll(async () => {
    await auth.close();
    await endProcesses();
    await place.remove();
    rmSync(folder, { recursive: true });
  });

  interface Case {
    /** What the command is given behind its name. */
    readonly words?: () => readonly string[];
    readonly input?: string;
    readonly stdout?: RegExp;
    /** What it says where it refuses. */
    readonly stderr?: RegExp;
  }
  const CASES: Readonly<Record<string, Case>> = {
    'settings show': { stdout: /^JWT_SIGNING_KEY +\*+ +environment /m },
    'users create': { words: () => ['bob', '--password-stdin'], input: PASSWORD, stdout: /^username: bob$/m },
    'users list': { stdout: /^\w+ +alice /m },
    'users show': { words: () => ['alice'], stdout: /^username: alice$/m },
    'users disable': { words: () => ['bob'], stdout: /^isActive: false$/m },
    'users enable': { words: () => ['bob'], stdout: /^isActive: true$/m },
    'users grant-admin': { words: () => ['bob'], stdout: /^isAdmin: true$/m },
    'users revoke-admin': { words: () => ['bob'], stdout: /^isAdmin: false$/m },
    'users set-password': {
      words: () => ['bob', '--password-stdin'],
      input: 'short',
      stderr: /^This password is too /,
    },
    'users set-roles': { words: () => ['alice', 'EDITOR'], stderr: /^ROLES: off, expected on\. / },
    'users set-email': { words: () => ['alice', '--none'], stderr: /^EMAIL: off, expected on\. / },
    'users invite': { words: () => ['carol', 'carol@example.com'], stderr: /^EMAIL: off, expected on\. / },
    'users remove-second-factor': { words: () => ['alice'], stderr: /^SECOND_FACTOR: off, expected on\. / },
    'users delete': { words: () => ['bob'], stdout: /^deleted: bob$/m },
    'users import': { words: () => [inFolder('dump')], stdout: /^imported: 0$/m },
    'sessions list': { words: () => ['alice'], stdout: /^id +createdAt .*\n\w{32} /m },
    'tokens inspect': { words: () => ['-'], input: 'abc', stderr: /^This is not a token: / },
    'tokens blacklist': { words: () => [token], stdout: /^jti: \w{32}$/m },
    'tokens flush-expired': { stdout: /^sessions: 0$/m },
    'tokens import': { words: () => ['-'], input: '[]', stdout: /^blacklisted: 0$/m },
    'sessions revoke': { words: () => ['alice', '--all'], stdout: /^ended: 0$/m },
    'keys generate': { stderr: /^There are keys in / },
    'keys list': { stdout: / signing / },
    'keys rotate': { stdout: /^state: published$/m },
    'keys retire': { words: () => ['nothing'], stderr: /^There is no such key\. / },
    'services create': { words: () => ['orders'], stdout: /^secret: [\w-]{43}$/m },
    'services list': { stdout: /^orders +\S+Z +- +introspect,revoke,feed$/m },
    'services delete': { words: () => ['orders'], stdout: /^deleted: orders$/m },
    'throttle forget': { stdout: /^forgotten: \d+$/m },
    'store version': { stdout: /^version: \d+\nknown: \d+$/m },
    'store migrate': { stdout: /^version: \d+$/m },
    'store backup': { words: () => [inFolder('backup')], stdout: /^users: 1$/m },
    'store restore': { words: () => [inFolder('backup')], stderr: /^There is a store / },
  };

  test('is tried with every command but start, which the other suites here try', () => {
    expect(['start', ...Object.keys(CASES)].toSorted()).toEqual(namesOf(program).toSorted());
  });

  test.each(Object.entries(CASES))('runs %s', async (name, { words = () => [], input = '', ...said }) => {
    const { code, stdout, stderr } = await runCli([...name.split(' '), ...words()], { env, input });
    expect(stdout).toMatch(said.stdout ?? /^$/);
    expect(stderr).toMatch(said.stderr ?? /^$/);
    expect(code).toBe(said.stderr === undefined ? 0 : 1);
  });
});

(process.platform === 'linux' ? describe : describe.skip)('a command on a full disk', () => {
  test('says why its output could not be written', () => {
    const full = openSync('/dev/full', 'w');
    const [node, ...words] = BUILD.command;
    const { status, stderr } = spawnSync(node, [...words, '--version'], { stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    expect(status).toBe(1);
    expect(String(stderr)).toMatch(/^The output cannot be written: ENOSPC: .*\.\n$/);
  });
});
