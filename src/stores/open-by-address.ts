import type { Store } from '../contracts/store/store.ts';
import type { OnStoreFault } from '../contracts/store/store-fault.ts';
import { loadMongo } from './mongo/mongo-driver.ts';
import { loadSqlite } from './sqlite/sqlite-driver.ts';
import type { OnProgress } from './store-driver.ts';

/**
 * Connects to MongoDB, brings it up to date and makes its indexes, TTL ones included. Every step the product takes changes one
 * document, so a standalone server, a replica set and a sharded cluster do alike. Without a database in the URI it uses
 * `simplejwt`. `onProgress` is told every ten seconds that the database is still being prepared.
 *
 * @throws StoreUnavailable; SettingsError where the package `mongoose` is not installed
 */
export async function openMongoStore(uri: string, options: { readonly onProgress?: OnProgress } = {}): Promise<Store> {
  return (await loadMongo()).openMongoStore(uri, options);
}

/**
 * Opens the embedded store: one file, durable at every answer (WAL, `synchronous=FULL`), for one server process and the
 * command line beside it. `onFault` is told what is wrong with the store while it is open.
 *
 * @throws StoreUnavailable; SettingsError where the package `libsql` is not installed
 */
export async function openSqliteStore(file: string, options: { readonly onFault?: OnStoreFault } = {}): Promise<Store> {
  return (await loadSqlite()).openSqliteStore(file, options);
}
