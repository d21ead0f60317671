import { join } from 'node:path';
import type { Settings } from './settings/settings-table.ts';
import type { Store } from './store/store.ts';

/** The file of the embedded store in `DATA_DIR`. */
const SQLITE_FILE = 'simplejwt.sqlite';

/**
 * Opens the store that the settings name: MongoDB if there is a URI, otherwise one SQLite file. Only the adapter that
 * is used is loaded.
 *
 * @throws StoreUnavailable
 */
export async function openStore({ mongodbUri, dataDir }: Settings): Promise<Store> {
  if (mongodbUri !== undefined) {
    const { openMongoStore } = await import('./store/mongo/mongo-store.ts');
    return openMongoStore(mongodbUri);
  }
  const { openSqliteStore } = await import('./store/sqlite/sqlite-store.ts');
  return openSqliteStore(join(dataDir, SQLITE_FILE));
}
