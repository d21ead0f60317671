import { nextTick } from 'node:process'; // the real one, also where tests of an application have replaced the global
import { LRUCache } from 'lru-cache';
import type { SqlRow, SqlValue } from './database.ts';

/** Some 2 MB. */
const MAX_ROWS = 2000;

interface Known {
  readonly userId: string;
  readonly row: SqlRow;
}

/**
 * The sessions that were read last, each with the account it was asked for together with. They are good for as long as nobody
 * writes to the file. What this process writes is forgotten as it is written; that others have written, SQLite tells
 * (`PRAGMA data_version`), and it is asked anew after every wait for events, so that a question sees all that was written before it came.
 */
export class KnownRows {
  readonly #rows = new LRUCache<string, Known>({ max: MAX_ROWS });
  readonly #version: () => SqlValue | undefined;
  #last: SqlValue | undefined;
  #isCurrent = false;

  /** @param version another value after each commit of another connection */
  constructor(version: () => SqlValue | undefined) {
    this.#version = version;
  }

  /** The row of a session and an account: as it is known, or as it is read now. */
  find(sessionId: string, userId: string, read: () => SqlRow | undefined): SqlRow {
    this.#forgetIfOthersWrote();
    const known = this.#rows.get(sessionId);
    if (known?.userId === userId) return known.row;
    const row = read() ?? [];
    this.#rows.set(sessionId, { userId, row });
    return row;
  }

  forget(sessionId: string): void {
    this.#rows.delete(sessionId);
  }

  forgetAll(): void {
    this.#rows.clear();
  }

  /** Once until the promises that are settled by now are dealt with: no further request is received before. */
  #forgetIfOthersWrote(): void {
    if (this.#isCurrent) return;
    const version = this.#version();
    if (version !== this.#last) this.#rows.clear();
    this.#last = version;
    this.#isCurrent = true;
    nextTick(() => (this.#isCurrent = false));
  }
}
