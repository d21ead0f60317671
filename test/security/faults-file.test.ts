import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import Database from 'libsql';
import { createAuth } from '../../src/graphql/auth.ts';
import { TokenBlacklistDocument } from '../generated/operations.ts';
import { Client } from '../support/client.ts';
import { runCommand } from '../support/command.ts';
import { endProcesses, helloWith, refreshWith, startProcess, TEST_ENV } from '../support/process.ts';
import { PASSWORD, TEST_KEY } from '../support/server.ts';
import { newPlace, type Place } from '../support/stores.ts';

const PAGE = 4096;

/** Writes noise over the first page of every table and index, and leaves what lists them. */
function damage(file: string): void {
  const store = new Database(file);
  const roots = store.prepare('SELECT rootpage FROM sqlite_schema WHERE rootpage > 0').pluck().all() as number[];
  store.close();
  const content = readFileSync(file);
  for (const root of roots) randomBytes(PAGE).copy(content, (root - 1) * PAGE);
  writeFileSync(file, content);
}

describe('a SQLite file that is damaged', () => {
  let place: Place;
  let file: string;
  let env: Readonly<Record<string, string>>;
  beforeEach(async () => {
    place = newPlace('sqlite');
    file = join(place.options.dataDir, 'simplejwt.sqlite');
    env = { ...TEST_ENV, ...place.env };
    const auth = await createAuth({ ...place.options, signingKey: TEST_KEY, passwordHashCost: 4 });
    await auth.users.create({ username: 'alice', password: PASSWORD });
    await auth.close();
  });
  afterEach(async () => {
    await endProcesses();
    await place.remove();
  });

  const expectOneLine = async () => {
    const { code, stdout, stderr } = await runCommand(['start'], { env: { ...env, PORT: '0' } });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^DATA_DIR: the store .*simplejwt\.sqlite cannot be used: .*\n$/);
  };

  test.each([
    ['noise', () => randomBytes(4 * PAGE)],
    ['a text', () => Buffer.from('somebody needs this '.repeat(500))],
  ])('S39: as a whole, by %s: the start says so in one line, and leaves it as it is', async (_what, content) => {
    const noise = content();
    writeFileSync(file, noise);
    await expectOneLine();
    expect(readFileSync(file).equals(noise)).toBe(true);
  });

  test('S39: in its records, with its beginning intact: nobody is let in, and no token that was ended lives again', async () => {
    const before = await startProcess({ env });
    const client = new Client(before.url);
    const [kept, ended] = [await client.signIn('alice', PASSWORD), await client.signIn('alice', PASSWORD)];
    await client.expect(TokenBlacklistDocument, { refresh: ended.refresh });
    await before.kill('SIGTERM');
    const sound = readFileSync(file);
    damage(file);

    const { url } = await startProcess({ env });
    for (const { access, refresh } of [kept, ended]) {
      expect(await helloWith(new Client(url), access)).toBe('store_unavailable');
      expect(await refreshWith(new Client(url), refresh)).toEqual({
        access: null,
        refresh: null,
        reason: 'store_unavailable',
      });
    }
    await endProcesses();

    writeFileSync(file, sound);
    const restored = new Client((await startProcess({ env })).url);
    expect(await helloWith(restored, kept.access)).toBe('Hello, alice!');
    expect(await helloWith(restored, ended.access)).toBe('session_revoked');
  });
});
