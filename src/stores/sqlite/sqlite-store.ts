import { StoreUnavailable } from '../../contracts/errors.ts';
import type { Store } from '../../contracts/store/store.ts';
import { sqliteAccountEvents } from './account-events.ts';
import { sqliteActivity } from './activity.ts';
import { sqliteAttempts } from './attempts.ts';
import { sqliteBlacklist } from './blacklist.ts';
import { sqliteLinks } from './links.ts';
import { sqliteOutbox } from './outbox.ts';
import { openDatabase, type OpeningOptions } from './open-database.ts';
import { sqliteProofs } from './proofs.ts';
import { sqliteSecondFactors } from './second-factors.ts';
import { sqliteServices } from './services.ts';
import { sqliteSessions } from './sessions.ts';
import { sqliteTrial } from './trial.ts';
import { sqliteUsers } from './users.ts';

/** A server that has written within so many milliseconds can write. */
const LATELY_MS = 5000;

/**
 * Opens the embedded store: one file, durable at every answer (WAL, `synchronous=FULL`), for one server process and the
 * command line beside it.
 *
 * @throws StoreUnavailable
 */
export async function openSqliteStore(file: string, options: OpeningOptions = {}): Promise<Store> {
  const database = openDatabase(file, options);
  const ask = database.prepare('SELECT count(*) AS tables FROM sqlite_schema');
  const tryToWrite = sqliteTrial(database);
  return {
    users: sqliteUsers(database),
    sessions: sqliteSessions(database),
    blacklist: sqliteBlacklist(database),
    attempts: sqliteAttempts(database),
    services: sqliteServices(database),
    activity: sqliteActivity(database),
    secondFactors: sqliteSecondFactors(database),
    links: sqliteLinks(database),
    outbox: sqliteOutbox(database),
    accountEvents: sqliteAccountEvents(database),
    proofs: sqliteProofs(database),
    ping: async () => {
      const { health, watch } = database;
      watch.askFor();
      watch.look();
      ask.get();
      const canWrite = health.hasWrittenWithin(LATELY_MS);
      if (!canWrite) await tryToWrite().catch((error: unknown) => health.fault ?? Promise.reject(error));
      if (health.fault !== null) throw new StoreUnavailable(health.fault);
    },
    now: async () => {
      ask.get();
      return null; // its time is that of this machine
    },
    close: async () => {
      await database.watch.close();
      database.close();
    },
  };
}
