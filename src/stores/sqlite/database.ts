import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'libsql';
import { StoreUnavailable } from '../../contracts/errors.ts';
import { refuseNewerSchema } from '../../contracts/store/schema-version.ts';
import { GroupCommit } from './group-commit.ts';
import { MIGRATIONS } from './migrations.ts';

const BUSY_TIMEOUT_MS = 5000;
const RETRY_AFTER_MS = 10;

/** A value SQLite stores. Moments are milliseconds since the epoch. */
export type SqlValue = string | number | null;
/** The values of a row, in the order of the columns that were asked for. An object with their names takes twice as long. */
export type SqlRow = readonly SqlValue[];

/** A prepared statement of which the store's methods are made. Each throws `StoreUnavailable`. */
interface Statement {
  /** Runs it; resolves to the number of rows changed. */
  run(...values: SqlValue[]): number;
  get(...values: SqlValue[]): SqlRow | undefined;
  all(...values: SqlValue[]): SqlRow[];
}

/** One SQLite file. The only module that knows the binding. */
export interface SqliteDatabase {
  prepare(sql: string): Statement;
  /** Does work as one transaction, now. */
  transaction(work: () => void): void;
  /**
   * Runs statements as one transaction, perhaps together with others, and resolves once they are on the disk for good. Rejects
   * with `StoreUnavailable`, and nothing of them written.
   */
  readonly write: <Result>(work: () => Result) => Promise<Result>;
  /**
   * The same, without waiting for the disk: the end of the process takes nothing of it, a power loss may take the latest.
   */
  readonly note: <Result>(work: () => Result) => Promise<Result>;
  /** Writes what still waits, and closes the file. */
  close(): void;
}

/**
 * Opens the file, and makes it with its folder and tables if it is not there. One of an older version is brought up to date.
 *
 * @throws StoreUnavailable if it cannot be read or written, is no database, or is of a newer version.
 */
export function openDatabase(file: string, migrations: readonly string[] = MIGRATIONS): SqliteDatabase {
  translated(() => makeFile(file));
  return open(file, (database) => {
    patiently(() => database.pragma('journal_mode = WAL'));
    database.pragma('synchronous = FULL');
    database.pragma('temp_store = MEMORY');
    transaction(database, () => migrate(database, migrations));
  });
}

/**
 * Opens a file that is there, whatever it is: nothing in it is changed by that.
 *
 * @throws StoreUnavailable if it cannot be opened
 */
export function openAsItIs(file: string): SqliteDatabase {
  return open(file, () => {});
}

function makeFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // For the owner alone; SQLite gives its other files the same mode. A file that is there is left alone: closing it would
  // drop the locks that another connection of this process has on it (fcntl(2)).
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
}

function open(file: string, setUp: (database: Database.Database) => void): SqliteDatabase {
  const database = translated(() => {
    const opened = new Database(file);
    try {
      opened.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
      setUp(opened);
      return opened;
    } catch (error) {
      opened.close();
      throw error;
    }
  });
  const atOnce = (work: () => void) => translated(() => transaction(opened(database), work));
  const group = new GroupCommit(atOnce);
  const notes = new GroupCommit((work) => translated(() => unsynced(opened(database), work)));
  return {
    prepare: (sql) => prepared(database, sql),
    transaction: atOnce,
    write: (work) => group.write(work),
    note: (work) => notes.write(work),
    close: () =>
      translated(() => {
        if (!database.open) return;
        group.commit();
        notes.commit();
        // Prepared statements keep the binding from doing this itself: what was written goes into the one file.
        database.pragma('wal_checkpoint(PASSIVE)');
        database.close();
      }),
  };
}

/** Where several processes switch a new file to WAL at once, SQLite refuses all but one, whatever the busy timeout. */
function patiently(work: () => void): void {
  const deadline = performance.now() + BUSY_TIMEOUT_MS;
  for (;;) {
    try {
      return work();
    } catch (error) {
      const isBusy = error instanceof Database.SqliteError && error.code === 'SQLITE_BUSY';
      if (!isBusy || performance.now() > deadline) throw error;
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

/** The binding's own hides the error of a full disk: it rolls back what SQLite has rolled back already. */
function transaction(database: Database.Database, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** A transaction that is not synced: the next one that is syncs it too, as they are in one write-ahead log. */
function unsynced(database: Database.Database, work: () => void): void {
  database.exec('PRAGMA synchronous = NORMAL');
  try {
    transaction(database, work);
  } finally {
    database.exec('PRAGMA synchronous = FULL');
  }
}

function prepared(database: Database.Database, sql: string): Statement {
  const statement = translated(() => asArrays(database.prepare(sql)));
  const ready = () => opened(database) && statement;
  return {
    run: (...values) => translated(() => ready().run(bindable(values)).changes),
    get: (...values) => translated(() => ready().get(bindable(values)) as SqlRow | undefined),
    all: (...values) => translated(() => ready().all(bindable(values)) as SqlRow[]),
  };
}

/** The binding knows arrays only of statements that answer rows. */
function asArrays(statement: Database.Statement): Database.Statement {
  return statement.reader ? statement.raw() : statement;
}

/** The binding would go on working with the statements of a database that was closed. */
function opened(database: Database.Database): Database.Database {
  if (!database.open) throw new Error('the database is closed');
  return database;
}

/** The binding aborts the process where a value is of another kind, and takes a single object for named parameters. */
function bindable(values: readonly SqlValue[]): readonly SqlValue[] {
  const odd = values.find((value) => value !== null && typeof value !== 'string' && typeof value !== 'number');
  if (odd !== undefined) throw new TypeError(`a ${typeof odd} cannot be stored`);
  return values;
}

function translated<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw error instanceof StoreUnavailable ? error : new StoreUnavailable(error);
  }
}
