import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createLog } from '../../src/server/log.ts';
import { TokenObtainPairDocument } from '../generated/operations.ts';
import { Client } from '../support/client.ts';
import { runCommand } from '../support/command.ts';
import { BUILD, endProcesses, logRecords, startProcess, TEST_ENV } from '../support/process.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { newPlace, type Place } from '../support/stores.ts';
import { ALL_BUT_INTERVALS } from '../support/timers.ts';

const PAGE = 4096;
const SQLITE_FILE = 'simplejwt.sqlite';
const CREDENTIALS = { username: 'alice', password: PASSWORD };

async function readinessAt(url: string) {
  const answer = await fetch(new URL('/readyz', url));
  return [answer.status, await answer.json()] as const;
}

/** Moves the time on by a minute again and again. */
async function minutesUntilReadinessIs(url: string, status: number) {
  for (;;) {
    jest.advanceTimersByTime(60_000);
    const found = await readinessAt(url);
    if (found[0] === status) return found;
  }
}

const signInFails = async (client: Client) =>
  (await client.send(TokenObtainPairDocument, CREDENTIALS)).errors[0]?.extensions['reason'] ?? null;

describe('readiness on SQLite where pages are damaged', () => {
  let server: TestServer;
  let file: string;
  let logged: string;
  beforeEach(async () => {
    jest.useFakeTimers({ doNotFake: ALL_BUT_INTERVALS.filter((name) => name !== 'performance') });
    logged = '';
    const log = createLog('info', { write: (line) => void (logged += line) });
    server = await startTestServer('sqlite', { log, hasOwnStore: true });
    file = join(server.place.options.dataDir, SQLITE_FILE);
  });
  afterEach(async () => {
    jest.useRealTimers();
    await server.remove();
  });

  /** By another program: what this one does with the file would end the locks of its own server. */
  const overwrite = (from: string, page: number, count: number) =>
    execFileSync('dd', [`if=${from}`, `of=${file}`, `bs=${PAGE}`, `seek=${page}`, `count=${count}`, 'conv=notrunc'], {
      stdio: 'ignore',
    });
  const faults = () =>
    logRecords(logged)
      .map(({ msg }) => String(msg))
      .filter((msg) => msg.startsWith('the store '));

  test('S39: of a table that nobody asks for: it is not ready, says so once, and is ready when it is mended', async () => {
    await server.signIn();
    expect(await readinessAt(server.url)).toEqual([200, { status: 'ok' }]);
    const sound = `${file}.sound`;
    // What is in the log goes into the file, so that the damage is not behind it.
    execFileSync(process.execPath, ['-e', CHECKPOINT, file], { cwd: join(import.meta.dirname, '../..') });
    execFileSync('cp', [file, sound]);
    const pages = statSync(file).size / PAGE;
    overwrite('/dev/urandom', pages - 4, 4);
    expect(await minutesUntilReadinessIs(server.url, 503)).toEqual([
      503,
      { status: 'unavailable', store: 'is damaged' },
    ]);
    expect(faults()).toEqual(['the store is damaged']);
    overwrite(sound, 0, pages);
    await minutesUntilReadinessIs(server.url, 200);
    expect(faults()).toEqual(['the store is damaged', 'the store works again']);
  });
});

/** Moves what is in the log into the file. */
const CHECKPOINT = `const D = require('libsql'); const d = new D(process.argv[1]); d.pragma('wal_checkpoint(FULL)'); d.close()`;

(process.platform === 'linux' ? describe : describe.skip)('readiness on SQLite where the disk is full', () => {
  let place: Place;
  let env: Readonly<Record<string, string>>;
  beforeEach(async () => {
    place = newPlace('sqlite');
    env = { ...TEST_ENV, ...place.env };
    await runCommand(['users', 'create', 'alice', '--password-stdin'], { env, input: PASSWORD });
  });
  afterEach(async () => {
    await endProcesses();
    await place.remove();
  });

  const limitTo = (pid: number, bytes: number | 'unlimited') =>
    execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`]);

  test('S39: it is not ready once a sign-in could not be stored, and ready when there is room', async () => {
    const { url, pid, stdout } = await startProcess({ env });
    const client = new Client(url);
    expect(await readinessAt(url)).toEqual([200, { status: 'ok' }]);
    limitTo(pid, 100_000);
    for (let reason = null; reason === null;) reason = await signInFails(client);
    for (let count = 0; count < 3; count += 1) {
      expect(await readinessAt(url)).toEqual([503, { status: 'unavailable', store: 'cannot be written' }]);
    }
    limitTo(pid, 'unlimited');
    expect(await readinessAt(url)).toEqual([200, { status: 'ok' }]);
    expect(await signInFails(client)).toBeNull();
    const told = logRecords(stdout()).filter(({ msg }) => /^the store (cannot|works)/.test(String(msg)));
    expect(told.map(({ level }) => level)).toEqual([50, 30]);
  });

  test('S39: a server that starts on it is not ready, before anybody has signed in', async () => {
    const first = await startProcess({ env });
    await readinessAt(first.url);
    for (let count = 0; count < 10; count += 1) await signInFails(new Client(first.url));
    await first.kill('SIGKILL'); // which leaves the log and its index
    const size = statSync(join(place.options.dataDir, `${SQLITE_FILE}-wal`)).size;
    const command = ['prlimit', `--fsize=${size}:unlimited`, ...BUILD.command] as const;
    const { url } = await startProcess({ env, from: { command: [...command] } });
    expect(await readinessAt(url)).toEqual([503, { status: 'unavailable', store: 'cannot be written' }]);
    expect(await signInFails(new Client(url))).toBe('store_unavailable');
  });
});
