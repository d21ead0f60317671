import { StoreUnavailable } from '../contracts/errors.ts';
import type { Store } from '../contracts/store/store.ts';

/** In milliseconds: for how long a store that does not answer keeps a request waiting in all. */
const DEADLINE_MS = 5000;
/** A store that takes longer for an answer to nothing is to blame for the wait of a request. */
const ANSWER_MS = 500;
const LOOK_MS = 250;

/** Work that somebody waits for. */
interface Waiting {
  /** When its request came, by `performance.now()`. */
  readonly since: number;
  readonly refuse: (error: unknown) => void;
  /** In the list; null when nobody waits any more. */
  place: number | null;
}

/**
 * Answers requests that a slow store keeps waiting: each of its operations has a deadline of its own, and a request makes several, one
 * after the other. To tell each of them how much time is left would cost every promise of the process (docs/mongodb.md). So a request that has
 * waited for nearly the deadline has the store asked whether it answers at all; where it does, the request waits for something else, such as a
 * password's check, and goes on.
 */
export class RequestDeadline {
  readonly #store: Pick<Store, 'ping'>;
  /** Not a `Set`: to find a new object in one costs as much as all the rest. */
  readonly #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(store: Pick<Store, 'ping'>) {
    this.#store = store;
  }

  /**
   * Does work for a request, and waits for it until the deadline of the request. Work that was not waited for goes on: it may still be done.
   *
   * @param since when the request came, by `performance.now()`
   * @throws StoreUnavailable, and what the work throws
   */
  within<Result>(since: number, work: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, refuse) => {
      const begun = work();
      const waiting: Waiting = { since, refuse, place: this.#waiting.length };
      this.#waiting.push(waiting);
      if (this.#timer === null) this.#lookLater();
      begun.then(
        (result) => {
          this.#remove(waiting);
          resolve(result);
        },
        (error: unknown) => {
          this.#remove(waiting);
          refuse(error);
        },
      );
    });
  }

  /** The last one takes its place. */
  #remove(waiting: Waiting): void {
    if (waiting.place === null) return;
    const last = this.#waiting.pop();
    if (last !== undefined && last !== waiting) {
      this.#waiting[waiting.place] = last;
      last.place = waiting.place;
    }
    waiting.place = null;
  }

  #lookLater(): void {
    this.#timer = setTimeout(() => void this.#look(), LOOK_MS).unref();
  }

  async #look(): Promise<void> {
    if (this.#late().length > 0 && !(await this.#storeAnswers())) {
      const refusal = new StoreUnavailable(new Error(`the store has kept a request waiting for ${DEADLINE_MS} ms`));
      for (const waiting of this.#late()) {
        this.#remove(waiting);
        waiting.refuse(refusal);
      }
    }
    if (this.#waiting.length > 0) this.#lookLater();
    else this.#timer = null;
  }

  #late(): readonly Waiting[] {
    const latest = performance.now() - DEADLINE_MS + ANSWER_MS;
    return this.#waiting.filter(({ since }) => since <= latest);
  }

  async #storeAnswers(): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(resolve, ANSWER_MS, false);
    });
    const answered = this.#store.ping().then(
      () => true,
      () => false,
    );
    return Promise.race([answered, late]).finally(() => clearTimeout(timer));
  }
}
