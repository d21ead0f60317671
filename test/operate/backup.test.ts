import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import Database from 'libsql';
import { MIGRATIONS } from '../../src/store/sqlite/migrations.ts';
import { TokenBlacklistDocument } from '../generated/operations.ts';
import { Client } from '../support/client.ts';
import { endProcesses, helloWith, refreshWith, runCli, startProcess, TEST_ENV } from '../support/process.ts';
import { PASSWORD } from '../support/server.ts';
import { newPlace, storeKinds, type Place } from '../support/stores.ts';

const VERSION = MIGRATIONS.length;
const ENV = { ...TEST_ENV, JWT_REUSE_GRACE: '0' };

/** One device: its refresh tokens as they were answered, oldest first. */
interface Chain {
  readonly tokens: string[];
  access: string;
}

const fileIn = ({ options }: Place) => join(options.dataDir, 'simplejwt.sqlite');
const lastOf = ({ tokens }: Chain) => tokens.at(-1) ?? '';

/** In a process of its own: the binding would keep the file open in this one. */
async function createAlice({ env }: Place): Promise<void> {
  const args = ['users', 'create', 'alice', '--password-stdin'];
  expect(await runCli(args, { env: { ...ENV, ...env }, input: PASSWORD })).toMatchObject({ code: 0 });
}

async function begin(client: Client): Promise<Chain> {
  const { access, refresh } = await client.signIn('alice', PASSWORD);
  return { tokens: [refresh], access };
}

async function refresh(client: Client, chain: Chain): Promise<void> {
  const answer = await refreshWith(client, lastOf(chain));
  expect(answer.reason).toBeNull();
  chain.tokens.push(answer.refresh ?? '');
  chain.access = answer.access ?? '';
}

describe('a backup under load', () => {
  const [from, to] = [newPlace('sqlite'), newPlace('sqlite')];
  const file = join(from.options.dataDir, 'backup.sqlite');
  let resting: Chain;
  let signedOut: Chain;
  let later: Chain;
  /** What was answered before the backup began, and what until it had ended. */
  let restless: { readonly before: number; readonly after: number; readonly chain: Chain }[];
  let backup: Awaited<ReturnType<typeof runCli>>;
  let restored: Awaited<ReturnType<typeof runCli>>;
  let client: Client;

  beforeAll(async () => {
    await createAlice(from);
    const source = new Client((await startProcess({ env: { ...ENV, ...from.env } })).url);
    [resting, signedOut] = [await begin(source), await begin(source)];
    for (let count = 0; count < 3; count += 1) await refresh(source, resting);
    await source.expect(TokenBlacklistDocument, { refresh: lastOf(signedOut) });

    const chains = await Promise.all(Array.from({ length: 8 }, () => begin(source)));
    let goesOn = true;
    let signIns = 0;
    const load = chains.map(async (chain) => {
      while (goesOn) await refresh(source, chain);
    });
    const arrivals = (async () => {
      while (goesOn) {
        await begin(source);
        signIns += 1;
      }
    })();
    const reached = async (count: number) => {
      while (chains.some(({ tokens }) => tokens.length < count) || signIns < 2) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await reached(4);
    const before = chains.map(({ tokens }) => tokens.length);
    backup = await runCli(['store', 'backup', file], { env: { ...ENV, ...from.env } });
    const after = chains.map(({ tokens }) => tokens.length);
    later = await begin(source);
    await reached(Math.max(...after) + 2);
    goesOn = false;
    await Promise.all([...load, arrivals]);
    restless = chains.map((chain, index) => ({ chain, before: before[index] ?? 0, after: after[index] ?? 0 }));

    restored = await runCli(['store', 'restore', file], { env: { ...ENV, ...to.env } });
    client = new Client((await startProcess({ env: { ...ENV, ...to.env } })).url);
  });
  afterAll(async () => {
    await endProcesses();
    await Promise.all([from.remove(), to.remove()]);
  });

  const countIn = (database: string, sql: string) => {
    const opened = new Database(database);
    const { count } = opened.prepare(sql).get() as { count: number };
    opened.close();
    return count;
  };

  test('says what it wrote, into one file for the owner alone', () => {
    expect(backup).toMatchObject({ code: 0, stderr: '' });
    const sessions = countIn(file, 'SELECT count(*) AS count FROM sessions');
    expect(backup.stdout).toBe(`backup: ${file}\nversion: ${VERSION}\nusers: 1\nsessions: ${sessions}\n`);
    expect(sessions).toBeGreaterThanOrEqual(12);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const names = readdirSync(from.options.dataDir).filter((name) => !name.startsWith('simplejwt.sqlite'));
    expect(names).toEqual(['backup.sqlite']);
  });

  test('lets the server go on meanwhile', () => {
    for (const { before, after, chain } of restless) {
      expect(after).toBeGreaterThan(before);
      expect(chain.tokens.length).toBeGreaterThan(after);
    }
  });

  test('is restored whole', () => {
    expect(restored).toMatchObject({ code: 0, stderr: '' });
    expect(restored.stdout).toMatch(
      /^restored: .*\nstore: .*\nversion: \d+\nusers: 1\nsessions: \d+\nended: 0\nformer: -\n$/,
    );
    const opened = new Database(fileIn(to));
    expect(opened.prepare('PRAGMA integrity_check').all()).toMatchObject([{ integrity_check: 'ok' }]);
    opened.close();
    expect(statSync(fileIn(to)).mode & 0o777).toBe(0o600);
  });

  test('has every session that was answered before it began, and none that began after it', async () => {
    for (const { chain } of restless) expect(await helloWith(client, chain.access)).toBe('Hello, alice!');
    expect(await helloWith(client, resting.access)).toBe('Hello, alice!');
    expect(await helloWith(client, later.access)).toBe('session_revoked');
    expect(await helloWith(client, signedOut.access)).toBe('session_revoked');
  });

  test('goes on with each token that was current, and treats older ones as used', async () => {
    await refresh(client, resting);
    const old = resting.tokens.at(-3) ?? '';
    expect(await refreshWith(client, old)).toMatchObject({ reason: 'token_blacklisted' });
    expect(await refreshWith(client, lastOf(resting))).toMatchObject({ reason: 'token_blacklisted' });

    for (const { chain, before, after } of restless) {
      // Of those answered until the backup had ended, or asked by then, one is current, by the moment it saw.
      const { jti } = new Database(file)
        .prepare('SELECT jti FROM sessions WHERE id = ?')
        .get(claimOf(chain.access, 'sid')) as { jti: string };
      const current = chain.tokens.findIndex((token) => claimOf(token, 'jti') === jti);
      expect(current).toBeGreaterThanOrEqual(before - 1);
      expect(current).toBeLessThanOrEqual(after);
      expect(await refreshWith(client, chain.tokens[current] ?? '')).toMatchObject({ reason: null });
      // One from after the backup is not known, and so a second use: the session ends.
      expect(await refreshWith(client, lastOf(chain))).toMatchObject({ reason: 'token_blacklisted' });
      expect(await helloWith(client, chain.access)).toBe('session_revoked');
    }
  });
});

function claimOf(token: string, name: string): unknown {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
  return (JSON.parse(payload) as Readonly<Record<string, unknown>>)[name];
}

describe('the commands that look after a store', () => {
  let place: Place;
  let file: string;
  let folder: string;
  beforeEach(() => {
    place = newPlace('sqlite');
    folder = mkdtempSync(join(tmpdir(), 'simplejwt-'));
    file = join(folder, 'backup.sqlite');
  });
  afterEach(async () => {
    await endProcesses();
    await place.remove();
    rmSync(folder, { recursive: true });
  });

  const store = (...args: string[]) => runCli(['store', ...args], { env: { ...ENV, ...place.env } });
  const refusal = (pattern: RegExp) => ({ code: 1, stdout: '', stderr: expect.stringMatching(pattern) });
  const change = (database: string, sql: string) => {
    const opened = new Database(database);
    opened.exec(sql);
    opened.close();
  };

  test('say that there is no store', async () => {
    const line = refusal(/^There is no file .*simplejwt\.sqlite\. [^\n]*\n$/);
    expect(await store('backup', file)).toEqual(line);
    expect(await store('version')).toEqual(line);
    expect(readdirSync(folder)).toEqual([]);
    expect(readdirSync(place.options.dataDir)).toEqual([]);
  });

  test('write over nothing, and leave nothing half-written behind', async () => {
    await createAlice(place);
    writeFileSync(file, 'somebody needs this');
    expect(await store('backup', file)).toEqual(refusal(/^There is a file .*backup\.sqlite, [^\n]*\n$/));
    expect(readFileSync(file, 'utf8')).toBe('somebody needs this');
    expect(await store('backup', join(folder, 'none', 'backup'))).toEqual(
      refusal(/^[^\n]* was not written: ENOENT.*\n$/),
    );
    expect(readdirSync(folder)).toEqual(['backup.sqlite']);
  });

  test('back up and restore a store of an older version as it is, which the next start brings up to date', async () => {
    change(fileIn(place), `${MIGRATIONS[0]}; PRAGMA user_version = 1;`);
    expect(await store('version')).toMatchObject({ code: 0, stdout: `version: 1\nknown: ${VERSION}\n` });
    expect(await store('backup', file, '--json')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"version": 1'),
    });
    expect(await store('version')).toMatchObject({ stdout: `version: 1\nknown: ${VERSION}\n` });
    rmSync(fileIn(place));
    expect(await store('restore', file)).toMatchObject({ code: 0, stdout: expect.stringContaining('version: 1\n') });
    await createAlice(place);
    expect(await store('version')).toMatchObject({ stdout: `version: ${VERSION}\nknown: ${VERSION}\n` });
  });

  test('refuse a store, and a backup, of a newer program', async () => {
    await createAlice(place);
    expect(await store('backup', file)).toMatchObject({ code: 0 });
    for (const database of [file, fileIn(place)]) change(database, `PRAGMA user_version = ${VERSION + 1}`);
    const why = `the store has version ${VERSION + 1}, this program knows ${VERSION}: start a newer program`;
    const [again, other] = [await store('backup', join(folder, 'other')), await store('restore', file, '--force')];
    expect(again).toEqual(refusal(new RegExp(`^[^\n]*${why}[^\n]*\n$`)));
    expect(other).toEqual(refusal(new RegExp(`^[^\n]*${why}[^\n]*\n$`)));
    expect(readdirSync(folder)).toEqual(['backup.sqlite']);
    expect(readdirSync(place.options.dataDir)).toEqual(['simplejwt.sqlite']);
  });

  test('restore nothing that is not whole, and leave the store as it was', async () => {
    await createAlice(place);
    expect(await store('backup', file)).toMatchObject({ code: 0 });
    const whole = readFileSync(file);
    const before = readFileSync(fileIn(place));
    const damaged = Buffer.from(whole);
    damaged.fill(0xff, 4096 * 3, 4096 * 8); // pages of tables and indexes
    const foreign = join(folder, 'foreign');
    change(foreign, 'CREATE TABLE t (x)');
    const texts = {
      damaged,
      cut: whole.subarray(0, 5000),
      empty: Buffer.alloc(0),
      text: Buffer.from('x'.repeat(9000)),
    };
    for (const [name, content] of Object.entries(texts)) writeFileSync(join(folder, name), content);
    for (const name of [...Object.keys(texts), 'foreign']) {
      const answer = await store('restore', join(folder, name), '--force');
      expect({ name, ...answer }).toEqual({ name, ...refusal(/^[^\n]* cannot be restored: [^\n]*\n$/) });
    }
    writeFileSync(`${file}-wal`, 'written after it was copied');
    expect(await store('restore', file, '--force')).toEqual(refusal(/while something wrote to it/));
    expect(await store('restore', join(folder, 'none'))).toEqual(refusal(/^There is no file [^\n]*\n$/));
    expect(readFileSync(fileIn(place)).equals(before)).toBe(true);
    expect(readdirSync(place.options.dataDir)).toEqual(['simplejwt.sqlite']);
  });

  test('restore over a store only where told to, keep the former one, and end all sessions where told to', async () => {
    await createAlice(place);
    const server = await startProcess({ env: { ...ENV, ...place.env } });
    const chain = await begin(new Client(server.url));
    expect(await store('backup', file)).toMatchObject({ code: 0 });
    await refresh(new Client(server.url), chain);
    chmodSync(file, 0o644);
    expect(await store('restore', file)).toEqual(refusal(/^There is a store [^\n]*--force[^\n]*\n$/));
    expect(await store('restore', file, '--force')).toEqual(
      refusal(/^Something has the store [^\n]* open\. Stop [^\n]*\n$/),
    );
    await refresh(new Client(server.url), chain);
    expect(await server.kill('SIGTERM')).toMatchObject({ code: 0 });

    const { code, stdout } = await store('restore', file, '--force', '--end-sessions', '--json');
    expect(code).toBe(0);
    const said = JSON.parse(stdout) as { former: string };
    expect(said).toMatchObject({ version: VERSION, users: 1, sessions: 1, ended: 1 });
    expect(statSync(fileIn(place)).mode & 0o777).toBe(0o600);
    const opened = new Database(said.former);
    expect(opened.prepare('SELECT jti FROM sessions').get()).toMatchObject({ jti: claimOf(lastOf(chain), 'jti') });
    opened.close();
    const client = new Client((await startProcess({ env: { ...ENV, ...place.env } })).url);
    expect(await helloWith(client, chain.access)).toBe('session_revoked');
    for (const token of chain.tokens)
      expect(await refreshWith(client, token)).toMatchObject({ reason: 'token_blacklisted' });
    await begin(client);
  });

  test('restore nothing beside the log of a store that is gone, which SQLite would mix into it', async () => {
    await createAlice(place);
    expect(await store('backup', file)).toMatchObject({ code: 0 });
    rmSync(fileIn(place));
    writeFileSync(`${fileIn(place)}-wal`, 'of another file');
    expect(await store('restore', file)).toEqual(refusal(/is not there, but a log of it is/));
    expect(existsSync(fileIn(place))).toBe(false);
  });

  test('a process that had found the former store writes to no file that was put aside', async () => {
    await createAlice(place);
    expect(await store('backup', file)).toMatchObject({ code: 0 });
    const found = new Database(fileIn(place)); // as one that is about to start
    expect(await store('restore', file, '--force')).toMatchObject({ code: 0 });
    expect(() => found.pragma('journal_mode = WAL')).toThrow(/readonly/);
    found.close();
  });
});

const onMongoDb = storeKinds.includes('mongodb') ? test : test.skip;

onMongoDb('on mongodb the commands name its own tools, and the version is told', async () => {
  const place = newPlace('mongodb');
  const env = { ...ENV, ...place.env };
  try {
    for (const [command, tool] of [
      ['backup', 'mongodump'],
      ['restore', 'mongorestore'],
    ] as const) {
      const answer = await runCli(['store', command, join(place.options.dataDir, 'file')], { env });
      expect(answer).toEqual({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(new RegExp(`^[^\n]*${tool}[^\n]*\n$`)),
      });
    }
    expect(await runCli(['store', 'version'], { env })).toEqual({
      code: 0,
      stdout: 'version: 1\nknown: 1\n',
      stderr: '',
    });
  } finally {
    await place.remove();
  }
});
