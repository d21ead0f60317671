/** A worker that ends sooner than this after its start counts as short-lived. */
const STEADY_MS = 10_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
/** After this many short-lived workers in a row, restarting is pointless. */
const MOST_IN_A_ROW = 6;

/** The restart delay of workers: none after a long life, doubling with each short-lived worker in a row. */
export class Restarts {
  #inARow = 0;

  /** Counts a worker that lived `lifetime` milliseconds. Returns the milliseconds to wait before the next start. */
  pauseAfter(lifetime: number): number {
    if (lifetime >= STEADY_MS) {
      this.#inARow = 0;
      return 0;
    }
    this.#inARow += 1;
    return Math.min(FIRST_PAUSE_MS * 2 ** (this.#inARow - 1), LONGEST_PAUSE_MS);
  }

  /** Whether too many short-lived workers have followed one another. */
  get areInVain(): boolean {
    return this.#inARow >= MOST_IN_A_ROW;
  }
}
