import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

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
}, 30_000);
