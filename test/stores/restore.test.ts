import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { StoreRefusal } from '../../src/contracts/store/store-keeper.ts';
import { sqliteKeeper } from '../../src/stores/sqlite/sqlite-keeper.ts';
import { openSqliteStore } from '../../src/stores/sqlite/sqlite-store.ts';
import { newSession, newUser } from './records.ts';

const PLAIN = { force: false, endSessions: false };

let folder: string;
let store: string;
let backup: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'simplejwt-'));
  store = join(folder, 'store.sqlite');
  backup = join(folder, 'backup.sqlite');
  const opened = await openSqliteStore(store);
  await opened.users.insert(newUser());
  await opened.sessions.insert(newSession({ id: 's' }));
  await opened.close();
});
afterEach(() => rmSync(folder, { recursive: true }));
/** What an attempt was refused with; it must be a refusal. */
const refusalOf = async (attempt: Promise<unknown>) => {
  const error: unknown = await attempt.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StoreRefusal);
  return (error as Error).message;
};

test('a backup is a store, for its owner alone, and restoring it brings back what was in it', async () => {
  const keeper = sqliteKeeper(store);
  expect(await keeper.backup(backup)).toMatchObject({ users: 1, sessions: 1 });
  expect(statSync(backup).mode & 0o777).toBe(0o600);
  const next = join(folder, 'new', 'store.sqlite');
  const restored = await sqliteKeeper(next).restore(backup, { force: false, endSessions: true });
  expect(restored).toMatchObject({ store: next, users: 1, sessions: 1, ended: 1, former: null });
  expect(readdirSync(join(folder, 'new'))).toEqual(['store.sqlite']);
  const opened = await openSqliteStore(next);
  expect(await opened.sessions.find('s')).toMatchObject({ revokedReason: 'revoked' });
  await opened.close();
});

test('a backup replaces no file', async () => {
  writeFileSync(backup, 'somebody’s');
  expect(await refusalOf(sqliteKeeper(store).backup(backup))).toBe(
    `${backup} exists already and is not overwritten. Choose another name.`,
  );
  expect(readFileSync(backup, 'utf8')).toBe('somebody’s');
});

test('a backup that cannot be written says why', async () => {
  const nowhere = join(folder, 'nowhere', 'backup.sqlite');
  expect(await refusalOf(sqliteKeeper(store).backup(nowhere))).toMatch(/backup\.sqlite was not written: ENOENT: .*\.$/);
});

test('a file that is no store is refused in words of its own', async () => {
  writeFileSync(backup, 'no store');
  const refusal = await refusalOf(sqliteKeeper(join(folder, 'new.sqlite')).restore(backup, PLAIN));
  expect(refusal).toMatch(/^\S+backup\.sqlite cannot be restored: /);
  expect(existsSync(join(folder, 'new.sqlite'))).toBe(false);
});

test('a restoration that fails on the way says why', async () => {
  await sqliteKeeper(store).backup(backup);
  const nowhere = join(backup, 'store.sqlite'); // in a file, which is no folder
  expect(await refusalOf(sqliteKeeper(nowhere).restore(backup, PLAIN))).toMatch(
    /backup\.sqlite was not restored: EEXIST/,
  );
});

test('what a killed backup or restoration has left is in the way of no later one', async () => {
  const next = join(folder, 'new.sqlite');
  for (const file of [backup, next]) writeFileSync(join(folder, `.${basename(file)}.${process.pid}.partial`), '');
  expect(await sqliteKeeper(store).backup(backup)).toMatchObject({ users: 1 });
  expect(await sqliteKeeper(next).restore(backup, PLAIN)).toMatchObject({ users: 1 });
});

test('a store that is there is left alone', async () => {
  const keeper = sqliteKeeper(store);
  await keeper.backup(backup);
  expect(await refusalOf(keeper.restore(backup, PLAIN))).toMatch(/With --force it is kept under another name\.$/);
});

test('a store that is open is left alone, also where it may be replaced', async () => {
  const keeper = sqliteKeeper(store);
  await keeper.backup(backup);
  const opened = await openSqliteStore(store);
  expect(await refusalOf(keeper.restore(backup, { ...PLAIN, force: true }))).toMatch(/ is in use\. Stop the servers/);
  expect(await opened.sessions.find('s')).not.toBeNull();
  await opened.close();
});
