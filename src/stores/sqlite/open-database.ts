import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'libsql';
import { StoreUnavailable } from '../../contracts/errors.ts';
import { refuseNewerSchema } from '../../contracts/store/schema-version.ts';
import type { OnStoreFault } from '../../contracts/store/store-fault.ts';
import {
  access,
  BUSY_TIMEOUT_MS,
  isBusy,
  saveLog,
  SERVED_BUSY_TIMEOUT_MS,
  transaction,
  translated,
  type SqliteDatabase,
} from './database.ts';
import { MIGRATIONS } from './migrations.ts';
import { inodeOf, StoreHealth } from './store-health.ts';
import { StoreWatch } from './store-watch.ts';

const RETRY_AFTER_MS = 10;
/** A file that is replaced while it is opened is opened anew. */
const MOST_OPENINGS = 3;

/** One that is served from, and looked after while it is open. */
export interface WatchedDatabase extends SqliteDatabase {
  readonly health: StoreHealth;
  readonly watch: StoreWatch;
}

/** How a file is opened. */
export interface OpeningOptions {
  readonly migrations?: readonly string[];
  /** Is told what is wrong with the file while it is open. */
  readonly onFault?: OnStoreFault | undefined;
}

/**
 * Opens the file, and makes it with its folder and tables if it is not there. One of an older version is brought up to date.
 *
 * @throws StoreUnavailable if it cannot be read or written, is no database, or is of a newer version.
 */
export function openDatabase(file: string, { migrations = MIGRATIONS, onFault }: OpeningOptions = {}): WatchedDatabase {
  translated(() => makeFile(file));
  const database = connectToNamed(file, (connection) => {
    patiently(() => connection.pragma('journal_mode = WAL'));
    connection.pragma('synchronous = FULL');
    connection.pragma('temp_store = MEMORY');
    transaction(connection, () => migrate(connection, migrations));
    connection.pragma(`busy_timeout = ${SERVED_BUSY_TIMEOUT_MS}`);
  });
  const health = new StoreHealth(file, onFault);
  const watch = new StoreWatch(file, health, () => saveLog(database));
  const shared = access(database, health);
  const close = () => {
    void watch.close();
    shared.close();
  };
  return { ...shared, health, watch, close };
}

/**
 * Opens a file that is there, whatever it is: nothing in it is changed by that.
 *
 * @throws StoreUnavailable if it cannot be opened
 */
export function openAsItIs(file: string): SqliteDatabase {
  return access(connect(file, () => {}));
}

function makeFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // For the owner alone; SQLite gives its other files the same mode. A file that is there is left alone: closing it would
  // drop the locks that another connection of this process has on it (fcntl(2)).
  if (existsSync(file)) return;
  // SQLite would delete a log without a database, and with it what was written last. Asked for before the file is asked for
  // once more: another process may have made both meanwhile.
  const hasLog = existsSync(`${file}-wal`) || existsSync(`${file}-shm`);
  if (existsSync(file)) return;
  if (hasLog) {
    throw new Error(`${file} is missing, but its -wal or -shm file exists: restore the file, or move these away`);
  }
  closeSync(openSync(file, 'a', 0o600));
}

/** Connects to the file that the name leads to: while a connection waits for a restore, the name may get another one. */
function connectToNamed(file: string, setUp: (database: Database.Database) => void): Database.Database {
  for (let count = 1; count <= MOST_OPENINGS; count += 1) {
    const before = inodeOf(file);
    const database = connect(file, setUp);
    if (before === inodeOf(file)) return database;
    database.close();
  }
  throw new StoreUnavailable(new Error(`${file} is replaced again and again while it is opened`));
}

function connect(file: string, setUp: (database: Database.Database) => void): Database.Database {
  return translated(() => {
    const database = new Database(file);
    try {
      database.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
      setUp(database);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

/** Where several processes switch a new file to WAL at once, SQLite refuses all but one, whatever the busy timeout. */
function patiently(work: () => void): void {
  const deadline = performance.now() + BUSY_TIMEOUT_MS;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_AFTER_MS);
    }
  }
}

function migrate(database: Database.Database, migrations: readonly string[]): void {
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  const known = migrations.length;
  refuseNewerSchema(version, known);
  for (const migration of migrations.slice(version)) database.exec(migration);
  if (version < known) database.exec(`PRAGMA user_version = ${known}`);
}
