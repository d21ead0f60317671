import { setImmediate } from 'node:timers'; // the real one, also where tests of an application have replaced the global

/** A queued write and the promise of its caller. */
interface Write {
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
  #waiting: Write[] = [];

  /** @param transaction does work as one transaction, on the disk when it returns; undoes it where it throws */
  constructor(transaction: (work: () => void) => void) {
    this.#transaction = transaction;
  }

  /**
   * Resolves to what the work returns, once it is on the disk. Work is done in its order, and again where other work of the
   * same transaction throws, which rejects for itself alone.
   */
  write<Result>(work: () => Result): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.commit());
      const run = () => {
        const result = work();
        return () => resolve(result);
      };
      this.#waiting.push({ run, fail: reject });
    });
  }

  /** Writes what waits, now. */
  commit(): void {
    let writes = this.#waiting;
    this.#waiting = [];
    while (writes.length > 0) writes = this.#attempt(writes);
  }

  /** Writes all or none; returns those to be tried again without the one that failed. */
  #attempt(writes: readonly Write[]): Write[] {
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
      const failed = culprit === undefined ? writes : [culprit];
      for (const { fail } of failed) fail(error);
      return writes.filter((write) => !failed.includes(write));
    }
    for (const tell of done) tell();
    return [];
  }
}
