import { randomInt } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Database from 'libsql';
import { createAuth } from '../../src/graphql/auth.ts';
import { MIGRATIONS } from '../../src/stores/sqlite/migrations.ts';
import { openDatabase } from '../../src/stores/sqlite/open-database.ts';
import { openSqliteStore } from '../../src/stores/sqlite/sqlite-store.ts';
import { sqliteKeeper } from '../../src/stores/sqlite/sqlite-keeper.ts';
import { newSession, newUser } from '../stores/records.ts';
import { Client } from '../support/client.ts';
import { DiskLayer } from '../support/disk-layer.ts';
import { amount } from '../support/effort.ts';
import { Ledger } from '../support/ledger.ts';
import { HABITS, loadUntilGone } from '../support/load.ts';
import { STRICT_ENV as ENV } from '../support/devices.ts';
import { endProcesses, runCli, startProcess, TEST_ENV } from '../support/process.ts';
import { PASSWORD, TEST_KEY } from '../support/server.ts';

const STORE = 'simplejwt.sqlite';
const SESSIONS = 300;
/** How many moments of a command are tried, evenly, where not all are: `EFFORT=full` tries all. */
const MOMENTS = amount(3, Infinity);
const PATIENCE_MS = MOMENTS === Infinity ? 600_000 : 60_000;

let layer: DiskLayer;
let folders: string;
beforeAll(() => {
  layer = new DiskLayer();
  folders = mkdtempSync(join(tmpdir(), 'simplejwt-'));
});
afterAll(async () => {
  await endProcesses();
  rmSync(folders, { recursive: true });
  layer.remove();
});

/** A folder with a store of the latest version, whose one user has this name. */
async function folderOf(username: string): Promise<string> {
  const folder = mkdtempSync(join(folders, 'store-'));
  const store = await openSqliteStore(join(folder, STORE));
  await store.users.insert(newUser({ username }));
  const sessions = Array.from({ length: SESSIONS }, (_, index) => newSession({ id: `${username} ${index}` }));
  await Promise.all(sessions.map((session) => store.sessions.insert(session)));
  await store.close();
  return folder;
}

/** What is in a file: nothing where there is none; throws where it is not whole. */
function contentOf(file: string): string {
  if (!existsSync(file)) return 'no file';
  const database = new Database(file);
  try {
    const value = (sql: string) => String((database.prepare(sql).raw().get() as unknown[])[0]);
    if (value('PRAGMA integrity_check(1)') !== 'ok') throw new Error(`${file} is damaged`);
    const schema = value('SELECT group_concat(sql) FROM (SELECT sql FROM sqlite_schema ORDER BY name)');
    const living = value('SELECT count(*) FROM sessions WHERE revoked_at IS NULL');
    const all = value('SELECT count(*) FROM sessions');
    return `version ${value('PRAGMA user_version')}, ${value('SELECT username FROM users')}, ${living}/${all}: ${schema}`;
  } finally {
    database.close();
  }
}

interface Case {
  /** Makes the folder in which the command is run. */
  readonly prepare: () => Promise<string>;
  readonly args: (folder: string) => readonly string[];
  /** The file that is the former or the new one, and those that do not change. */
  readonly changed: string;
  readonly unchanged: readonly string[];
}

const CASES: Readonly<Record<string, Case>> = {
  'a migration': {
    prepare: async () => {
      const folder = mkdtempSync(join(folders, 'old-'));
      const old = openDatabase(join(folder, STORE), { migrations: MIGRATIONS.slice(0, 1) });
      old.prepare("INSERT INTO users VALUES ('u', 'Alice', 'alice', 'hash', 1, 1, NULL, 2)").run();
      const session = old.prepare(
        `INSERT INTO sessions VALUES (?, 'u', 'j2', 'j1', 1, 2, 3, 4, 5, 'a', NULL, NULL, NULL)`,
      );
      for (let index = 0; index < SESSIONS; index += 1) session.run(`session ${index}`);
      old.close();
      return folder;
    },
    args: () => ['store', 'migrate'],
    changed: STORE,
    unchanged: [],
  },
  'a backup': {
    prepare: () => folderOf('alice'),
    args: (folder) => ['store', 'backup', join(folder, 'backup')],
    changed: 'backup',
    unchanged: [STORE],
  },
  'a restore over a store': {
    prepare: async () => {
      const folder = await folderOf('former');
      await sqliteKeeper(join(await folderOf('restored'), STORE)).backup(join(folder, 'backup'));
      return folder;
    },
    args: (folder) => ['store', 'restore', '--force', '--end-sessions', join(folder, 'backup')],
    changed: STORE,
    unchanged: ['backup'],
  },
  'a restore where there is no store': {
    prepare: async () => {
      const folder = mkdtempSync(join(folders, 'empty-'));
      await sqliteKeeper(join(await folderOf('restored'), STORE)).backup(join(folder, 'backup'));
      return folder;
    },
    args: (folder) => ['store', 'restore', join(folder, 'backup')],
    changed: STORE,
    unchanged: ['backup'],
  },
};

describe.each(Object.entries(CASES))('%s that is cut off', (_name, { prepare, args, changed, unchanged }) => {
  test(
    'S40: leaves what was before or what was to be, whole, by a kill and by a power loss; and the next one succeeds',
    async () => {
      const source = await prepare();
      const run = (folder: { readonly path: string }, env: Readonly<Record<string, string>>) =>
        runCli(args(folder.path), { env: { ...ENV, ...env } });
      const former = contentOf(join(source, changed));
      const others = unchanged.map((name) => contentOf(join(source, name)));
      const whole = layer.watch(source);
      expect(await run(whole, whole.env())).toMatchObject({ code: 0 });
      const next = contentOf(join(whole.path, changed));
      expect(next).not.toBe(former);
      // What was answered is on the disk.
      expect(contentOf(join(whole.afterPowerLoss(), changed))).toBe(next);

      const count = whole.changes();
      const step = Math.max(1, count / MOMENTS);
      const seen = new Set<string>();
      for (let from = 1; from <= count; from += step) {
        const cutAt = step === 1 ? from : Math.floor(from) + randomInt(Math.floor(step));
        const cut = layer.watch(source);
        const { code } = await run(cut, cut.env(cutAt));
        for (const folder of [cut.afterPowerLoss(), cut.afterKill()]) {
          const found = contentOf(join(folder, changed));
          seen.add(found);
          // The number of changes differs by a few: one that came to its end has done all.
          const isDone = found === next || code === 0;
          expect({ cutAt, found }).toEqual({ cutAt, found: isDone ? next : former });
          expect(unchanged.map((name) => contentOf(join(folder, name)))).toEqual(others);
        }
        await run(cut, { DATA_DIR: cut.path });
        expect(contentOf(join(cut.path, changed))).toBe(next);
      }
      expect(seen).toContain(former);
    },
    PATIENCE_MS,
  );
});

describe('a power loss, in which all that was not synced is lost', () => {
  test('is told from a kill by the layer: what SQLite does not sync is lost by the one and not by the other', async () => {
    const lost: unknown[] = [];
    for (const synchronous of ['OFF', 'FULL']) {
      const source = await folderOf('alice');
      const folder = layer.watch(source);
      const program = `
        const database = new (require('libsql'))(process.argv[1]);
        database.exec('PRAGMA synchronous = ${synchronous}');
        database.exec("UPDATE users SET username = 'written'");
        process.kill(process.pid, 'SIGKILL');`;
      const command = [process.execPath, '-e', program] as const;
      await runCli([join(folder.path, STORE)], { env: folder.env(), from: { command, cwd: process.cwd() } });
      const name = (at: string) => /, (\w+),/.exec(contentOf(join(at, STORE)))?.[1];
      lost.push([synchronous, name(folder.afterPowerLoss()), name(folder.afterKill())]);
    }
    expect(lost).toEqual([
      ['OFF', 'alice', 'written'],
      ['FULL', 'written', 'written'],
    ]);
  });

  test('S40: takes nothing from a server under load that was answered', async () => {
    const source = mkdtempSync(join(folders, 'server-'));
    const env = { ...TEST_ENV, THROTTLE: 'off', JWT_MAX_SESSIONS: '10000', JWT_ACCESS_TOKEN_LIFETIME: '1d' };
    const ledger = new Ledger();
    const visitors = Object.entries(HABITS).map(([username, habit]) => ({
      username,
      habit,
      tokens: new Set<string>(),
    }));
    const auth = await createAuth({ dataDir: source, signingKey: TEST_KEY, passwordHashCost: 4 });
    for (const { username } of visitors) {
      await ledger.changing(username, PASSWORD, () => auth.users.create({ username, password: PASSWORD }));
    }
    await auth.close();
    const folder = layer.watch(source);
    const server = await startProcess({ env: { ...env, ...folder.env() } });
    const client = new Client(server.url);
    let remaining = 40;
    let killed: Promise<unknown> | undefined;
    const onAnswer = () => {
      remaining -= 1;
      if (remaining < 0) killed ??= server.kill('SIGKILL');
    };
    await Promise.all(
      visitors.map(({ habit, ...visitor }) => loadUntilGone({ client, ledger, ...visitor }, habit, onAnswer)),
    );
    await killed;
    const after = await startProcess({ env: { ...env, DATA_DIR: folder.afterPowerLoss() } });
    expect(await ledger.audit(new Client(after.url), { all: true })).toEqual([]);
    expect(ledger.count('good')).toBeGreaterThan(20);
    expect(ledger.count('dead')).toBeGreaterThan(20);
  });
});
