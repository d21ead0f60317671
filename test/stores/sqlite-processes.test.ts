import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openSqliteStore } from '../../src/stores/sqlite/sqlite-store.ts';
import { newUser } from './records.ts';

const OPENER = join(import.meta.dirname, '../support/store-opener.mjs');
const PROCESSES = 4;
const ROUNDS = 50;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simplejwt-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('any number of processes may open a new SQLite store at once', async () => {
  const openers = Array.from({ length: PROCESSES }, () => fork(OPENER, { execArgv: [] }));
  await Promise.all(openers.map((opener) => once(opener, 'message')));
  const refused: unknown[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const answers = openers.map(async (opener) => {
      const answer = once(opener, 'message') as Promise<[string | null]>;
      opener.send(join(folder, `${round}.sqlite`));
      return (await answer)[0];
    });
    refused.push(...(await Promise.all(answers)).filter((answer) => answer !== null));
  }
  const ended = openers.map((opener) => once(opener, 'exit'));
  for (const opener of openers) opener.disconnect();
  await Promise.all(ended);
  expect(refused).toEqual([]);
});

test('a process that has a store open twice and closes one keeps the locks of the other', async () => {
  const file = join(folder, 'store.sqlite');
  const one = await openSqliteStore(file);
  const [first, second] = [newUser(), newUser()];
  await one.users.insert(first);
  const twin = await openSqliteStore(file);
  await twin.close();
  // The last to leave a database takes its log along, and is the last if nobody holds a lock.
  const opener = fork(OPENER, { execArgv: [] });
  await once(opener, 'message');
  opener.send(file);
  expect(await once(opener, 'message')).toEqual([null, undefined]);
  opener.disconnect();
  await once(opener, 'exit');
  expect(existsSync(`${file}-wal`)).toBe(true);
  await one.users.insert(second);
  await one.close();

  const again = await openSqliteStore(file);
  expect(await again.users.findById(first.id)).toEqual(first);
  expect(await again.users.findById(second.id)).toEqual(second);
  await again.close();
});
