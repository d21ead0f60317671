import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Database from 'libsql';
import { MIGRATIONS } from '../../src/stores/sqlite/migrations.ts';
import { TokenBlacklistDocument } from '../generated/operations.ts';
import { Client } from '../support/client.ts';
import { begin, claimOf, createAlice, lastOf, refresh, STRICT_ENV as ENV, type Chain } from '../support/devices.ts';
import { endProcesses, helloWith, refreshWith, startProcess, type CliResult } from '../support/process.ts';
import { blocksOf, OperatorShell, withReplacements } from '../support/runbook.ts';
import { newPlace, type Place } from '../support/stores.ts';

const VERSION = MIGRATIONS.length;
const EXAMPLE = { folder: '/var/lib/simplejwt', file: '/backups/simplejwt-2026-11-26' };
const [backUp = ''] = blocksOf('docs/runbook.md', 'Back up', 'sh');
const [backUpAlike = '', restore = ''] = blocksOf('docs/operating.md', 'The embedded store (SQLite)', 'sh');
const [restoreAtNight = ''] = blocksOf('docs/runbook.md', 'Restore', 'sh');
const fileIn = ({ options }: Place) => join(options.dataDir, 'simplejwt.sqlite');

describe('a backup under load', () => {
  const [from, to] = [newPlace('sqlite'), newPlace('sqlite')];
  const shell = new OperatorShell(ENV);
  const file = join(from.options.dataDir, 'backup.sqlite');
  let resting: Chain;
  let signedOut: Chain;
  let later: Chain;
  /** What was answered before the backup began, and what until it had ended. */
  let restless: { readonly before: number; readonly after: number; readonly chain: Chain }[];
  let backup: CliResult;
  let restored: CliResult;
  let client: Client;

  const at = (code: string, { options }: Place) =>
    shell.run(withReplacements(code, { [EXAMPLE.folder]: options.dataDir, [EXAMPLE.file]: file }));

  beforeAll(async () => {
    await createAlice(from);
    // One address asks as fast as it is answered.
    const { url } = await startProcess({ env: { ...ENV, ...from.env, THROTTLE: 'off' } });
    const source = new Client(url);
    [resting, signedOut] = [await begin(source), await begin(source)];
    for (let count = 0; count < 3; count += 1) await refresh(source, resting);
    await source.expect(TokenBlacklistDocument, { refresh: lastOf(signedOut) });

    const chains = await Promise.all(Array.from({ length: 8 }, () => begin(source)));
    const state = { goesOn: true, signIns: 0 };
    const load = chains.map(async (chain) => {
      while (state.goesOn) await refresh(source, chain);
    });
    const arrivals = (async () => {
      while (state.goesOn) {
        await begin(source);
        state.signIns += 1;
      }
    })();
    const reached = async (count: number) => {
      while (chains.some(({ tokens }) => tokens.length < count) || state.signIns < 2) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await reached(4);
    const before = chains.map(({ tokens }) => tokens.length);
    backup = await at(backUp, from);
    const after = chains.map(({ tokens }) => tokens.length);
    later = await begin(source);
    await reached(Math.max(...after) + 2);
    state.goesOn = false;
    await Promise.all([...load, arrivals]);
    restless = chains.map((chain, index) => ({ chain, before: before[index] ?? 0, after: after[index] ?? 0 }));

    restored = await at(restore, to);
    client = new Client((await startProcess({ env: { ...ENV, ...to.env } })).url);
  });
  afterAll(async () => {
    await endProcesses();
    shell.remove();
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

  test('is restored at night over a store there is: that one is kept, nobody is signed in, everybody can sign in', async () => {
    expect(backUpAlike).toBe(backUp);
    const place = newPlace('sqlite');
    await createAlice(place);
    const { code, stdout } = await at(restoreAtNight, place);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\nended: [1-9]\d*\nformer: .*\/simplejwt\.sqlite\.\S+\nversion: (\d+)\nknown: \1\n$/);
    const night = new Client((await startProcess({ env: { ...ENV, ...place.env } })).url);
    for (const { chain } of restless) expect(await helloWith(night, chain.access)).toBe('session_revoked');
    await begin(night);
    await endProcesses();
    await place.remove();
  });
});
