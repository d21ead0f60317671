import type { StoreKeeper } from '../../contracts/store/store-keeper.ts';
import { backUp } from './backup.ts';
import { MIGRATIONS } from './migrations.ts';
import { restore } from './restore.ts';
import { expectFile, versionOf, withFile } from './store-file.ts';

/** Looks after the embedded store in a file. */
export function sqliteKeeper(store: string): StoreKeeper {
  return {
    version: async () => {
      expectFile(store, 'The first start of a server creates it.');
      return { version: withFile(store, versionOf), known: MIGRATIONS.length };
    },
    backup: async (file) => backUp(store, file),
    restore: async (file, options) => restore(store, file, options),
  };
}
