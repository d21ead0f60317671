import { copyFileSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { openDatabase } from '../../src/stores/sqlite/open-database.ts';
import { checkPages } from '../../src/stores/sqlite/page-check.ts';
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
});
