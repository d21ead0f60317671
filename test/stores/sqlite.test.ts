import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import Database from 'libsql';
import { BRIEF } from '../../src/contracts/store/attempt-names.ts';
import { openDatabase } from '../../src/stores/sqlite/open-database.ts';
import { MIGRATIONS } from '../../src/stores/sqlite/migrations.ts';
import { openSqliteStore } from '../../src/stores/sqlite/sqlite-store.ts';
import { failureOf, newAttempts, newEntry, newSession, newUser, NOW } from './records.ts';

const SQLITE_HEADER = 'SQLite format 3\0';
const NOBODY = 65_534;

/** Runs as a user whom file modes bind, which they do not bind root. Opening a store touches its files at once. */
function asNobody<Result>(work: () => Result): Result {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(NOBODY);
  try {
    return work();
  } finally {
    process.seteuid?.(0);
  }
}

describe('the SQLite store', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'simplejwt-'));
    file = join(folder, 'store.sqlite');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const messageOf = async (opening: ReturnType<typeof openSqliteStore>) => {
    const { message, cause } = await failureOf(opening);
    expect(message).toBe('The service is temporarily unavailable. Try again in a moment.');
    expect(cause).toHaveProperty('message', expect.any(String));
    return (cause as Error).message;
  };

  test('makes its file and the folders on the way, for its owner alone', async () => {
    const deep = join(folder, 'a', 'b', 'store.sqlite');
    const store = await openSqliteStore(deep);
    await store.users.insert(newUser());
    await store.close();
    expect(readFileSync(deep, 'latin1').slice(0, 16)).toBe(SQLITE_HEADER);
    const modes = [join(folder, 'a'), join(folder, 'a', 'b'), deep].map((path) => statSync(path).mode & 0o777);
    expect(modes).toEqual([0o700, 0o700, 0o600]);
  });

  test('takes an empty file for a new one', async () => {
    writeFileSync(file, '');
    const store = await openSqliteStore(file);
    expect(await store.users.insert(newUser())).toBe('inserted');
    await store.close();
  });

  test('refuses a folder in place of the file', async () => {
    mkdirSync(file);
    expect(await messageOf(openSqliteStore(file))).toMatch(/EISDIR|directory|unable to open/i);
  });

  test('refuses a file in place of the folder', async () => {
    writeFileSync(file, 'a letter');
    expect(await messageOf(openSqliteStore(join(file, 'store.sqlite')))).toMatch(/EEXIST|ENOTDIR/);
    expect(readFileSync(file, 'utf8')).toBe('a letter');
  });

  test.each(['a letter', 'a letter '.repeat(1000), `${SQLITE_HEADER}a letter `.repeat(1000)])(
    'S39: refuses a file that is no database and leaves it as it is: %#',
    async (content) => {
      writeFileSync(file, content);
      expect(await messageOf(openSqliteStore(file))).toMatch(/not a database|malformed/);
      expect(readFileSync(file, 'utf8')).toBe(content);
    },
  );

  test('refuses the file of a newer program and leaves it as it is', async () => {
    const database = new Database(file);
    database.exec('CREATE TABLE of_the_future (id TEXT)');
    database.pragma(`user_version = ${MIGRATIONS.length + 1}`);
    database.close();
    const known = MIGRATIONS.length;
    const message = `the store has version ${known + 1}, this program knows ${known}: start a newer program`;
    expect(await messageOf(openSqliteStore(file))).toBe(message);
    const after = new Database(file);
    expect(after.prepare('SELECT name FROM sqlite_schema').all()).toEqual([
      expect.objectContaining({ name: 'of_the_future' }),
    ]);
    expect(after.prepare('PRAGMA user_version').get()).toMatchObject({ user_version: MIGRATIONS.length + 1 });
    after.close();
  });

  test('S39: refuses a file it may read but not write', async () => {
    const store = await openSqliteStore(file);
    await store.close();
    chmodSync(folder, 0o777);
    chmodSync(file, 0o444);
    expect(await messageOf(asNobody(() => openSqliteStore(file)))).toMatch(/EACCES|readonly|unable to open/);
  });

  test.each([
    ['write', 0o555],
    ['enter', 0o000],
  ])('refuses a folder it may not %s', async (_verb, mode) => {
    chmodSync(folder, mode);
    expect(await messageOf(asNobody(() => openSqliteStore(file)))).toMatch(/EACCES|unable to open/);
    const inFolder = join(folder, 'sub', 'store.sqlite');
    expect(await messageOf(asNobody(() => openSqliteStore(inFolder)))).toMatch(/EACCES/);
    chmodSync(folder, 0o700);
  });

  test('can be opened once what was in the way is gone', async () => {
    mkdirSync(file);
    await failureOf(openSqliteStore(file));
    rmSync(file, { recursive: true });
    const store = await openSqliteStore(file);
    expect(await store.users.insert(newUser())).toBe('inserted');
    await store.close();
  });

  test('writes ahead, syncs at every commit and waits for others', () => {
    const database = openDatabase(file);
    const pragma = (name: string) => database.prepare(`PRAGMA ${name}`).get();
    expect(pragma('journal_mode')).toEqual(['wal']);
    expect(pragma('synchronous')).toEqual([2]); // FULL
    expect(pragma('busy_timeout')).toEqual([10]); // the rest of the wait is beside other requests
    expect(pragma('user_version')).toEqual([MIGRATIONS.length]);
    database.close();
  });

  test('finds what it searches by an index', () => {
    const database = openDatabase(file);
    const plan = (sql: string) =>
      database
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .map(([, , , detail]) => String(detail));
    for (const sql of [
      "SELECT * FROM users WHERE username_key > 'a' ORDER BY username_key LIMIT 10",
      "SELECT * FROM sessions WHERE user_id = 'a' AND revoked_at IS NULL ORDER BY created_at DESC",
      'DELETE FROM sessions WHERE expires_at <= 1',
      'DELETE FROM blacklist WHERE expires_at <= 1',
    ]) {
      expect(plan(sql)).toEqual([expect.stringMatching(/^SEARCH .* USING .*INDEX/)]);
    }
    database.close();
  });

  test('keeps all it has in its one file once it is closed', async () => {
    const [user, session, entry] = [newUser(), newSession(), newEntry()];
    const store = await openSqliteStore(file);
    await store.users.insert(user);
    await store.sessions.insert(session);
    await store.blacklist.add(entry);
    await store.close();

    const moved = join(folder, 'moved.sqlite');
    copyFileSync(file, moved);
    const copy = await openSqliteStore(moved);
    try {
      expect(await copy.users.findById(user.id)).toEqual(user);
      expect(await copy.sessions.find(session.id)).toEqual(session);
      expect(await copy.blacklist.find(entry.jti)).toEqual(entry);
    } finally {
      await copy.close();
    }
  });

  test('keeps attempts in its file, and in memory those that last a minute', async () => {
    const [kept, brief] = [newAttempts(), newAttempts({ name: `${BRIEF}name` })];
    const [store, other] = [await openSqliteStore(file), await openSqliteStore(file)];
    for (const record of [kept, brief]) await store.attempts.replace(null, record);
    expect(await other.attempts.find(kept.name)).toEqual(kept);
    expect(await other.attempts.find(brief.name)).toBeNull();
    await Promise.all([store.close(), other.close()]);
    for (const name of readdirSync(folder)) {
      expect(readFileSync(join(folder, name), 'latin1')).not.toContain(brief.name);
    }
  });

  test('waits for the disk with what is promised, and not with attempts', async () => {
    const exec = jest.spyOn(Database.prototype, 'exec');
    const store = await openSqliteStore(file);
    const levelAtCommit = async (work: () => Promise<unknown>) => {
      exec.mockClear();
      await work();
      const said = exec.mock.calls.map(([sql]) => sql);
      const level = said.slice(0, said.indexOf('COMMIT')).findLast((sql) => sql.startsWith('PRAGMA synchronous'));
      return level ?? 'PRAGMA synchronous = FULL';
    };
    try {
      expect(await levelAtCommit(() => store.attempts.replace(null, newAttempts()))).toBe(
        'PRAGMA synchronous = NORMAL',
      );
      expect(await levelAtCommit(() => store.sessions.insert(newSession()))).toBe('PRAGMA synchronous = FULL');
      const [database] = exec.mock.instances;
      exec.mockClear();
      expect(await store.outbox.take(NOW, NOW)).toBeNull();
      expect(exec).not.toHaveBeenCalled(); // nothing is due, and nothing written
      expect((database as unknown as Database.Database).pragma('synchronous')).toMatchObject([{ synchronous: 2 }]);
    } finally {
      exec.mockRestore();
      await store.close();
    }
  });

  // In a process of its own: what it is about would end this one.
  test.each(['{}', '{ $ne: null }', '[]', "['s']", 'true', 'null', 'undefined'])(
    'finds nothing for %s in place of an id, and lives on',
    async (odd) => {
      const session = newSession({ id: 's' });
      const store = await openSqliteStore(file);
      await store.sessions.insert(session);
      const script = `
        import { openSqliteStore } from './dist/stores/sqlite/sqlite-store.js';
        const store = await openSqliteStore(process.argv[1]);
        const answer = (call) => call.catch(({ name }) => name);
        console.log(JSON.stringify([
          await answer(store.sessions.find(${odd})),
          await answer(store.users.findByUsernameKey(${odd})),
          await answer(store.users.delete(${odd})),
          (await store.sessions.find('s')).id,
        ]));`;
      const child = spawnSync(process.execPath, ['--input-type=module', '-e', script, file], {
        cwd: join(import.meta.dirname, '..', '..'),
        encoding: 'utf8',
      });
      expect(child.signal).toBeNull();
      const [found, named, deleted, id] = JSON.parse(child.stdout || '[]') as unknown[];
      for (const answer of [found, named]) expect([null, 'StoreUnavailable']).toContain(answer);
      expect([false, 'StoreUnavailable']).toContain(deleted);
      expect(id).toBe('s');
      expect(await store.sessions.find('s')).toEqual(session);
      await store.close();
    },
  );
});
