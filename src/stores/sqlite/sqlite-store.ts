import type { Store } from '../../contracts/store/store.ts';
import { sqliteActivity } from './activity.ts';
import { sqliteAttempts } from './attempts.ts';
import { sqliteBlacklist } from './blacklist.ts';
import { openDatabase } from './database.ts';
import { sqliteServices } from './services.ts';
import { sqliteSessions } from './sessions.ts';
import { sqliteUsers } from './users.ts';

/**
 * Opens the embedded store: one file, durable at every answer (WAL, `synchronous=FULL`), for one server process and the
 * command line beside it.
 *
 * @throws StoreUnavailable
 */
export async function openSqliteStore(file: string, migrations?: readonly string[]): Promise<Store> {
  const database = openDatabase(file, migrations);
  const ping = database.prepare('SELECT count(*) AS tables FROM sqlite_schema');
  return {
    users: sqliteUsers(database),
    sessions: sqliteSessions(database),
    blacklist: sqliteBlacklist(database),
    attempts: sqliteAttempts(database),
    services: sqliteServices(database),
    activity: sqliteActivity(database),
    ping: async () => {
      ping.get();
    },
    close: async () => database.close(),
  };
}
