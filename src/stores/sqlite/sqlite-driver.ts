import { join } from 'node:path';
import { loadModule } from '../load-module.ts';
import type { Place, StoreDriver } from '../store-driver.ts';

const PACKAGE = { setting: 'DATA_DIR', needs: 'libsql' };

/** @throws SettingsError */
export const loadSqlite = () => loadModule(import('./sqlite-store.ts'), PACKAGE);

/** The embedded store: one file in `DATA_DIR`. */
const fileIn = ({ dataDir }: Place): string => join(dataDir, 'simplejwt.sqlite');

const WRITABLE = 'expected a folder that this user can write, and files as well';
/** What to do about it, by the code of the system or of SQLite. */
const REMEDIES: readonly (readonly [code: RegExp, remedy: string])[] = [
  [/^(ENOSPC|EDQUOT|SQLITE_FULL)/, 'expected room on its disk'],
  [/^SQLITE_(BUSY|LOCKED)/, 'expected no other program that keeps it locked'],
  [/^SQLITE_(CORRUPT|NOTADB)/, 'expected a store of this program. See "A damaged store" in docs/runbook.md'],
  [/^SQLITE_ERROR/, 'expected a store of this program, and not the database of another one'],
  [/^(E[A-Z]+$|SQLITE_(READONLY|IOERR|PERM|AUTH))/, WRITABLE],
];
/** What libsql makes of SQLITE_CANTOPEN. It has no code, and its message is of Rust. */
const NOT_OPENED = /^ConnectionFailed\(.*: 14"\)$/;

function problemOf(cause: Error): string {
  if (NOT_OPENED.test(cause.message)) return `it cannot be opened; ${WRITABLE}.`;
  const code = 'code' in cause ? String(cause.code) : '';
  const [, remedy] = REMEDIES.find(([codes]) => codes.test(code)) ?? [];
  return remedy === undefined ? cause.message : `${cause.message}; ${remedy}.`;
}

export const sqliteDriver: StoreDriver = {
  name: 'sqlite',
  isShared: false,
  isMeantBy: () => true,
  open: async (place, { onFault } = {}) => (await loadSqlite()).openSqliteStore(fileIn(place), { onFault }),
  keeper: async (place) => (await loadModule(import('./sqlite-keeper.ts'), PACKAGE)).sqliteKeeper(fileIn(place)),
  explain: (cause, place) => `DATA_DIR: the store ${fileIn(place)} cannot be used: ${problemOf(cause)}`,
};
