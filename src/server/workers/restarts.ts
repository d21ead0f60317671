/** A worker that ended sooner than this after its start may do so again. */
const STEADY_MS = 10_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
/** So many in a row, and another is not the answer. */
const MOST_IN_A_ROW = 6;

/** When workers that ended are replaced: at once, or later each time if they end soon after their start. */
export class Restarts {
  #inARow = 0;

  /** Counts a worker that ended so many milliseconds after its start; how many to wait before the next. */
  pauseAfter(lifetime: number): number {
    if (lifetime >= STEADY_MS) {
      this.#inARow = 0;
      return 0;
    }
    this.#inARow += 1;
    return Math.min(FIRST_PAUSE_MS * 2 ** (this.#inARow - 1), LONGEST_PAUSE_MS);
  }

  /** Whether too many ended soon after their start, one after the other. */
  get areInVain(): boolean {
    return this.#inARow >= MOST_IN_A_ROW;
  }
}
