import { join } from 'node:path';
import type { Place, StoreDriver } from '../store-driver.ts';

/** The embedded store: one file in `DATA_DIR`. */
const fileIn = ({ dataDir }: Place): string => join(dataDir, 'simplejwt.sqlite');

export const sqliteDriver: StoreDriver = {
  name: 'sqlite',
  isShared: false,
  isMeantBy: () => true,
  open: async (place, { onFault } = {}) =>
    (await import('./sqlite-store.ts')).openSqliteStore(fileIn(place), { onFault }),
  keeper: async (place) => (await import('./sqlite-keeper.ts')).sqliteKeeper(fileIn(place)),
  explain: ({ message }, place) => `DATA_DIR: the store ${fileIn(place)} cannot be used: ${message}`,
};
