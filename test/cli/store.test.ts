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
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import Database from 'libsql';
import mongoose from 'mongoose';
import { MIGRATIONS } from '../../src/stores/sqlite/migrations.ts';
import { Client } from '../support/client.ts';
import { runCommand } from '../support/command.ts';
import { begin, claimOf, createAlice, lastOf, refresh, STRICT_ENV as ENV } from '../support/devices.ts';
import { endProcesses, helloWith, refreshWith, runCli, startProcess } from '../support/process.ts';
import { newPlace, storeKinds, type Place } from '../support/stores.ts';

const VERSION = MIGRATIONS.length;
const PAGE = 4096;
const fileIn = ({ options }: Place) => join(options.dataDir, 'simplejwt.sqlite');

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

  const store = (...args: string[]) => runCommand(['store', ...args], { env: { ...ENV, ...place.env } });
  /** In a process of its own: the binding of SQLite would keep the file open in this one. */
  const storeApart = (...args: string[]) => runCli(['store', ...args], { env: { ...ENV, ...place.env } });
  const refusal = (pattern: RegExp) => ({ code: 1, stdout: '', stderr: expect.stringMatching(pattern) });
  /** The page of the backup in which an index begins. */
  const rootOf = (index: string) => {
    const opened = new Database(file);
    const found = opened.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(index);
    opened.close();
    return (found as { rootpage: number }).rootpage;
  };
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
    expect(await store('backup', file)).toEqual(refusal(/backup\.sqlite exists already [^\n]*\n$/));
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

  test('migrate a store of an older version ahead of the next start, and one of this version not at all', async () => {
    change(fileIn(place), `${MIGRATIONS[0]}; PRAGMA user_version = 1;`);
    const upToDate = { code: 0, stdout: `version: ${VERSION}\nknown: ${VERSION}\n`, stderr: '' };
    expect(await store('migrate')).toEqual(upToDate);
    expect(await store('version')).toEqual(upToDate);
    const before = readFileSync(fileIn(place));
    expect(await store('migrate')).toEqual(upToDate);
    expect(readFileSync(fileIn(place)).equals(before)).toBe(true);
    expect(await store('migrate', '--json')).toMatchObject({
      stdout: expect.stringContaining(`"version": ${VERSION}`),
    });
  });

  test('migrate no store of a newer program', async () => {
    await createAlice(place);
    change(fileIn(place), `PRAGMA user_version = ${VERSION + 1}`);
    expect(await store('migrate')).toEqual(refusal(/this program knows \d+: start a newer program/));
  });

  test('refuse a store, and a backup, of a newer program', async () => {
    await createAlice(place);
    expect(await storeApart('backup', file)).toMatchObject({ code: 0 });
    for (const database of [file, fileIn(place)]) change(database, `PRAGMA user_version = ${VERSION + 1}`);
    const why = `the store has version ${VERSION + 1}, this program knows ${VERSION}: start a newer program`;
    const [again, other] = [
      await storeApart('backup', join(folder, 'other')),
      await storeApart('restore', file, '--force'),
    ];
    expect(again).toEqual(refusal(new RegExp(`^[^\n]*${why}[^\n]*\n$`)));
    expect(other).toEqual(refusal(new RegExp(`^[^\n]*${why}[^\n]*\n$`)));
    expect(readdirSync(folder)).toEqual(['backup.sqlite']);
    expect(readdirSync(place.options.dataDir)).toEqual(['simplejwt.sqlite']);
  });

  test('restore nothing that is not whole, and leave the store as it was', async () => {
    await createAlice(place);
    expect(await storeApart('backup', file)).toMatchObject({ code: 0 });
    const whole = readFileSync(file);
    const before = readFileSync(fileIn(place));
    const damaged = Buffer.from(whole);
    damaged.fill(0xff, (rootOf('blacklist_by_expiry') - 1) * PAGE, rootOf('blacklist_by_expiry') * PAGE);
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
    expect(await storeApart('backup', file)).toMatchObject({ code: 0 });
    await refresh(new Client(server.url), chain);
    chmodSync(file, 0o644);
    expect(await storeApart('restore', file)).toEqual(refusal(/^There is a store [^\n]*--force[^\n]*\n$/));
    expect(await storeApart('restore', file, '--force')).toEqual(
      refusal(/^The store [^\n]* is in use\. Stop [^\n]*\n$/),
    );
    await refresh(new Client(server.url), chain);
    expect(await server.kill('SIGTERM')).toMatchObject({ code: 0 });

    const { code, stdout } = await storeApart('restore', file, '--force', '--end-sessions', '--json');
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
    expect(await storeApart('backup', file)).toMatchObject({ code: 0 });
    rmSync(fileIn(place));
    writeFileSync(`${fileIn(place)}-wal`, 'of another file');
    expect(await store('restore', file)).toEqual(refusal(/does not exist, but its log does/));
    expect(existsSync(fileIn(place))).toBe(false);
  });

  test('a process that had found the former store writes to no file that was put aside', async () => {
    await createAlice(place);
    expect(await storeApart('backup', file)).toMatchObject({ code: 0 });
    const found = new Database(fileIn(place)); // as one that is about to start
    expect(await storeApart('restore', file, '--force')).toMatchObject({ code: 0 });
    expect(() => found.pragma('journal_mode = WAL')).toThrow(/readonly/);
    found.close();
  });
});

const onMongoDb = storeKinds.includes('mongodb') ? describe : describe.skip;

onMongoDb('on mongodb', () => {
  test('the commands name its own tools, and the version is told', async () => {
    const place = newPlace('mongodb');
    const env = { ...ENV, ...place.env };
    try {
      for (const [command, tool] of [
        ['backup', 'mongodump'],
        ['restore', 'mongorestore'],
      ] as const) {
        const answer = await runCommand(['store', command, join(place.options.dataDir, 'file')], { env });
        expect(answer).toEqual({
          code: 1,
          stdout: '',
          stderr: expect.stringMatching(new RegExp(`^[^\n]*${tool}[^\n]*\n$`)),
        });
      }
      for (const command of ['version', 'migrate']) {
        expect(await runCommand(['store', command], { env })).toEqual({
          code: 0,
          stdout: 'version: 1\nknown: 1\n',
          stderr: '',
        });
      }
      const connection = await mongoose.createConnection(place.options.mongodbUri ?? '').asPromise();
      const indexes = await connection.collection('sessions').indexes();
      await connection.close();
      expect(indexes.map(({ name }) => name)).toContain('sessions_of_user');
    } finally {
      await place.remove();
    }
  });
});
