import { copyFileSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import Database from 'libsql';
import { settingsFromOptions } from '../../src/contracts/settings/settings.ts';
import { openStore } from '../../src/stores/open-store.ts';
import { openDatabase } from '../../src/stores/sqlite/open-database.ts';
import { checkPages } from '../../src/stores/sqlite/page-check.ts';
import { openSqliteStore } from '../../src/stores/sqlite/sqlite-store.ts';
import { withFile } from '../../src/stores/sqlite/store-file.ts';

describe('an open SQLite file', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'simplejwt-'));
    file = join(folder, 'store.sqlite');
  });
  afterEach(() => {
    jest.restoreAllMocks();
    rmSync(folder, { recursive: true, force: true });
  });

  test('has what was written in it as soon as its log has lost its name, not when it is closed', () => {
    const database = openDatabase(file);
    database.prepare("INSERT INTO blacklist (jti, expires_at, blacklisted_at) VALUES ('j', 1, 1)").run();
    rmSync(`${file}-wal`);
    database.watch.look();
    const copy = join(folder, 'copy.sqlite');
    copyFileSync(file, copy);
    database.close();
    expect(withFile(copy, (saved) => saved.prepare('SELECT jti FROM blacklist').all())).toEqual([['j']]);
  });

  test('tries to write when it is asked how it is, unless it has written lately', async () => {
    const exec = jest.spyOn(Database.prototype, 'exec');
    const store = await openSqliteStore(file);
    const commitsOf = async (work: () => Promise<unknown>) => {
      exec.mockClear();
      await work();
      return exec.mock.calls.filter(([sql]) => sql === 'COMMIT').length;
    };
    try {
      expect([await commitsOf(() => store.ping()), await commitsOf(() => store.ping())]).toEqual([1, 0]);
    } finally {
      exec.mockRestore();
      await store.close();
    }
  });

  test('has its pages checked at once when that is asked for, then after it was written, and each minute', async () => {
    let time = performance.now();
    jest.spyOn(performance, 'now').mockImplementation(() => time);
    const database = openDatabase(file);
    const found = jest.spyOn(database.health, 'noteWhole');
    const checks = async (count: number) => {
      while (found.mock.calls.length < count) await delay(10);
    };
    database.watch.askFor();
    await checks(1);
    time += 2000;
    database.watch.look();
    await checkPages(file).finding; // one that began before it has ended by then
    expect(found).toHaveBeenCalledTimes(1);
    utimesSync(file, 0, 0);
    database.watch.look();
    await checks(2);
    time += 60_000;
    database.watch.look();
    await checks(3);
    database.close();
  });

  test('is not checked on once a check was stopped', async () => {
    openDatabase(file).close();
    const check = checkPages(file);
    await check.stop();
    expect(await check.finding).toBeNull();
  });
});

describe('a SQLite file that cannot be used', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'simplejwt-'));
  const file = join(dataDir, 'simplejwt.sqlite');
  afterEach(() => rmSync(file, { recursive: true, force: true }));
  afterAll(() => rmSync(dataDir, { recursive: true }));

  test.each([
    [
      'a folder',
      () => mkdirSync(file),
      'it cannot be opened; expected a folder that this user can write, and files as well.',
    ],
    [
      'a text',
      () => writeFileSync(file, 'somebody needs this '.repeat(500)),
      'file is not a database; expected a store of this program. See "A damaged store" in docs/runbook.md.',
    ],
    [
      'the database of another program',
      () => {
        const other = new Database(file);
        other.exec('CREATE TABLE users (id INTEGER)');
        other.close();
      },
      'table users already exists; expected a store of this program, and not the database of another one.',
    ],
  ])('stops the start, which says what is expected: %s', async (_what, make, problem) => {
    make();
    await expect(openStore(settingsFromOptions({ dataDir }))).rejects.toThrow(
      `DATA_DIR: the store ${file} cannot be used: ${problem}`,
    );
  });
});
