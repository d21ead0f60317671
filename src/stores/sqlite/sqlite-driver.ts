import { join } from 'node:path';
import { loadModule } from '../load-module.ts';
import type { Place, StoreDriver } from '../store-driver.ts';

const PACKAGE = { setting: 'DATA_DIR', needs: 'libsql' };

/** @throws SettingsError */
export const loadSqlite = () => loadModule(import('./sqlite-store.ts'), PACKAGE);

/** The embedded store: one file in `DATA_DIR`. */
const fileIn = ({ dataDir }: Place): string => join(dataDir, 'simplejwt.sqlite');

/** What the system refuses is no fault of the file itself. */
const remedyFor = (cause: Error): string => ('syscall' in cause ? '; expected a folder that this user can write.' : '');

export const sqliteDriver: StoreDriver = {
  name: 'sqlite',
  isShared: false,
  isMeantBy: () => true,
  open: async (place, { onFault } = {}) => (await loadSqlite()).openSqliteStore(fileIn(place), { onFault }),
  keeper: async (place) => (await loadModule(import('./sqlite-keeper.ts'), PACKAGE)).sqliteKeeper(fileIn(place)),
  explain: (cause, place) => `DATA_DIR: the store ${fileIn(place)} cannot be used: ${cause.message}${remedyFor(cause)}`,
};
