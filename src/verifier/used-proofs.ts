import type { Clock } from '../contracts/clock.ts';

/** Some 15 MB. */
const MOST = 100_000;

/**
 * Remembers proofs in this process. Where there are too many, the oldest are forgotten first: a flood of proofs is not to stop the
 * service, and takes keys and tokens that are good.
 */
export function rememberHere(clock: Clock, most = MOST): (id: string, seconds: number) => boolean {
  const ends = new Map<string, number>();
  return (id, seconds) => {
    const now = clock();
    if ((ends.get(id) ?? now) > now) return false;
    // All are remembered for as long, so that the first is the first to end.
    for (const [known, end] of ends) {
      if (end > now && ends.size < most) break;
      ends.delete(known);
    }
    ends.set(id, now + seconds * 1000);
    return true;
  };
}
