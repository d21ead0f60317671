import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_SLICE = 64;
const LARGEST_SLICE = 4096;
/** A slice that takes longer is followed by a smaller one; one that takes less than half of it, by a larger. */
const LONG_MS = 10;
/** SQLite's busy handler looks for the lock after 1, 3, 8, 18, 33 and 53 ms: a pause shorter than its steps is easily missed. */
const SHORTEST_PAUSE_MS = 20;

/** The clock and the pause between slices. */
export interface SliceTime {
  /** Milliseconds since any fixed moment. */
  readonly now: () => number;
  readonly pause: (milliseconds: number) => Promise<void>;
}

const realTime: SliceTime = { now: () => performance.now(), pause: (milliseconds) => sleep(milliseconds) };

/**
 * Removes records a slice at a time until a slice is not full. Resolves to how many.
 *
 * A slice has the thread and the one write lock of SQLite, or a part of MongoDB's attention, for about ten milliseconds; then
 * they are free for longer, for the requests of this process and of others.
 *
 * @param removeSlice removes at most so many records, as one transaction, and tells how many
 * @throws what `removeSlice` throws; slices before that stay removed
 */
export async function removeInSlices(
  removeSlice: (limit: number) => number | Promise<number>,
  { now, pause }: SliceTime = realTime,
): Promise<number> {
  let limit = FIRST_SLICE;
  let total = 0;
  for (;;) {
    const startedAt = now();
    const removed = await removeSlice(limit);
    total += removed;
    if (removed < limit) return total;
    const took = now() - startedAt;
    await pause(Math.max(took, SHORTEST_PAUSE_MS));
    limit = nextLimit(limit, took);
  }
}

function nextLimit(limit: number, took: number): number {
  if (took > LONG_MS) return Math.max(1, Math.floor(limit / 2));
  return took < LONG_MS / 2 ? Math.min(LARGEST_SLICE, limit * 2) : limit;
}
