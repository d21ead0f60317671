import { performance } from 'node:perf_hooks';
import { setImmediate, setTimeout } from 'node:timers'; // the real ones, also where tests of an application have replaced the globals
import type Database from 'libsql';
import { StoreUnavailable } from '../../contracts/errors.ts';
import type { StoreHealth } from './store-health.ts';

/** How long a write waits for a lock that another process holds, in milliseconds. */
export const BUSY_TIMEOUT_MS = 5000;
/** After this much waiting in the thread, what wants to be written waits beside other requests, and tries again. */
export const SERVED_BUSY_TIMEOUT_MS = 10;
const RETRY_MS = 20;

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

/** One SQLite file. Only this module and the one that opens files know the binding. */
export interface SqliteDatabase {
  prepare(sql: string): Statement;
  /** Does work as one transaction, now. */
  transaction(work: () => void): void;
  /**
   * Runs statements as one transaction, perhaps together with others, and resolves once they are on the disk for good. Rejects
   * with `StoreUnavailable`, and nothing of them written. Where they change one session and nothing else, `sessionId` is its.
   */
  readonly write: <Result>(work: () => Result, sessionId?: string) => Promise<Result>;
  /**
   * The same for statements that change neither a session nor an account, without waiting for the disk: the end of the process
   * takes nothing of it, a power loss may take the latest.
   */
  readonly note: <Result>(work: () => Result) => Promise<Result>;
  /** Another value after each commit of another connection. */
  version(): SqlValue | undefined;
  /** Has a function called before anything but notes is written, with the one session that is changed if that is known. */
  beforeWrites(listener: (sessionId?: string) => void): void;
  /** Writes what still waits, and closes the file. */
  close(): void;
}

/** What the store's methods are made of: the statements and transactions of an open file. */
export function access(database: Database.Database, health?: StoreHealth): SqliteDatabase {
  const version = prepared(database, 'PRAGMA data_version', health);
  let tell: (sessionId?: string) => void = () => {};
  const told =
    <Result>(work: () => Result, sessionId?: string) =>
    (): Result => {
      tell(sessionId);
      return work();
    };
  const atOnce = (work: () => void) => {
    translated(() => transaction(opened(database, health), work), health);
    if (health === undefined) return;
    // Of a name that was lost before this moment nobody is told that it was written.
    health.look();
    health.expectOwnFile();
    health.noteWritten();
  };
  const group = new GroupCommit(atOnce, health);
  const notes = new GroupCommit((work) => translated(() => unsynced(opened(database, health), work), health), health);
  return {
    version: () => version.get()?.[0],
    beforeWrites: (listener) => (tell = listener),
    prepare: (sql) => {
      const statement = prepared(database, sql, health);
      const run: Statement['run'] = (...values) => {
        if (!database.open || !database.inTransaction) tell();
        return statement.run(...values);
      };
      return { ...statement, run };
    },
    transaction: (work) => atOnce(told(work)),
    write: (work, sessionId) => group.write(told(work, sessionId)),
    note: (work) => notes.write(work),
    close: () =>
      translated(() => {
        if (!database.open) return;
        database.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
        group.commit();
        notes.commit();
        saveLog(database);
        database.close();
      }),
  };
}

/** What was written goes into the one file. Prepared statements keep the binding from doing this when it closes. */
export function saveLog(database: Database.Database): void {
  database.pragma('wal_checkpoint(PASSIVE)');
}

/** The binding's own hides the error of a full disk: it rolls back what SQLite has rolled back already. */
export function transaction(database: Database.Database, work: () => void): void {
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

function prepared(database: Database.Database, sql: string, health?: StoreHealth): Statement {
  const statement = translated(() => asArrays(database.prepare(sql)));
  const ready = () => opened(database, health) && statement;
  return {
    run: (...values) => translated(() => ready().run(bindable(values)).changes, health),
    get: (...values) => translated(() => ready().get(bindable(values)) as SqlRow | undefined, health),
    all: (...values) => translated(() => ready().all(bindable(values)) as SqlRow[], health),
  };
}

/** The binding knows arrays only of statements that answer rows. */
function asArrays(statement: Database.Statement): Database.Statement {
  return statement.reader ? statement.raw() : statement;
}

/** The binding would go on working with the statements of a database that was closed. */
function opened(database: Database.Database, health?: StoreHealth): Database.Database {
  if (!database.open) throw new Error('the database is closed');
  if (health?.isOwnFile === false) health.expectOwnFile();
  return database;
}

/** The binding aborts the process where a value is of another kind, and takes a single object for named parameters. */
function bindable(values: readonly SqlValue[]): readonly SqlValue[] {
  const odd = values.find((value) => value !== null && typeof value !== 'string' && typeof value !== 'number');
  if (odd !== undefined) throw new TypeError(`a ${typeof odd} cannot be stored`);
  return values;
}

export function translated<Result>(work: () => Result, health?: StoreHealth): Result {
  try {
    return work();
  } catch (error) {
    // Who waits for a lock says so when there is no more waiting.
    if (!isBusy(error)) health?.noteFailure(error);
    throw error instanceof StoreUnavailable ? error : new StoreUnavailable(error);
  }
}

/** Whether another process holds the lock. */
export const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');

/** A queued write and the promise of its caller. */
interface Write {
  /** When it is refused where another process holds the lock until then, in milliseconds since any moment. */
  readonly deadline: number;
  /** Does it; what is returned tells its result. */
  readonly run: () => () => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Group commit: the writes of one turn of the event loop share a transaction. Syncing a transaction to disk
 * (`synchronous=FULL`) blocks the thread for milliseconds.
 */
export class GroupCommit {
  readonly #transaction: (work: () => void) => void;
  readonly #health: Pick<StoreHealth, 'noteFailure'> | undefined;
  #waiting: Write[] = [];

  /**
   * @param transaction does work as one transaction, on the disk when it returns; undoes it where it throws
   * @param health is told of a lock that another process held until a deadline
   */
  constructor(transaction: (work: () => void) => void, health?: Pick<StoreHealth, 'noteFailure'>) {
    this.#transaction = transaction;
    this.#health = health;
  }

  /**
   * Resolves to what the work returns, once it is on the disk. Work is done in its order, and again where other work of the
   * same transaction throws, which rejects for itself alone.
   */
  write<Result>(work: () => Result): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.commit(true));
      const run = () => {
        const result = work();
        return () => resolve(result);
      };
      this.#waiting.push({ run, fail: reject, deadline: performance.now() + BUSY_TIMEOUT_MS });
    });
  }

  /** Writes what waits, now. Where another process holds the lock, that waits on if it can: SQLite would wait in this thread. */
  commit(canWait = false): void {
    let writes = this.#waiting;
    this.#waiting = [];
    while (writes.length > 0) writes = this.#attempt(writes, canWait);
    if (this.#waiting.length > 0) setTimeout(() => this.commit(true), RETRY_MS);
  }

  /** Writes all or none; returns those to be tried again at once, without the one that failed. */
  #attempt(writes: readonly Write[], canWait: boolean): Write[] {
    const done: (() => void)[] = [];
    let hasBegun = false;
    try {
      this.#transaction(() => {
        hasBegun = true;
        for (const { run } of writes) done.push(run());
      });
    } catch (error) {
      // Where none has, the transaction could not begin or end: no smaller one would.
      const culprit = hasBegun ? writes[done.length] : undefined;
      const isLocked = !hasBegun && error instanceof StoreUnavailable && isBusy(error.cause);
      const now = isLocked && canWait ? performance.now() : Infinity;
      const failed = culprit === undefined ? writes.filter(({ deadline }) => deadline <= now) : [culprit];
      if (isLocked && failed.length > 0) this.#health?.noteFailure(error.cause);
      for (const { fail } of failed) fail(error);
      const rest = writes.filter((write) => !failed.includes(write));
      if (!isLocked) return rest;
      this.#waiting = rest;
      return [];
    }
    for (const tell of done) tell();
    return [];
  }
}
