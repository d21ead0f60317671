import type { Clock } from '../../contracts/clock.ts';
import { Throttled } from '../../contracts/errors.ts';
import type { AttemptRecord, Store } from '../../contracts/store/store.ts';
import type { Rule } from './rule.ts';

/** An attempt that was let through. */
export interface CountedAttempt {
  readonly name: string;
  /** The record before and after it, where it may have closed the door behind it; null where it was only added up. */
  readonly step: { readonly before: AttemptRecord; readonly after: AttemptRecord } | null;
}

/** Counts attempts before they are made, so that of many at once no more get through than of many in turn. */
export class AttemptCounter {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /**
   * Lets an attempt through and counts it, by one atomic change in the store. A refused one is not counted: asking again
   * too early makes no wait longer.
   *
   * @throws Throttled, StoreUnavailable
   */
  async count(name: string, rule: Rule): Promise<CountedAttempt> {
    const now = this.#clock();
    for (;;) {
      if (await this.#store.attempts.add(name, { limit: rule.limit - 1, at: new Date(now) }))
        return { name, step: null };
      const found = await this.#store.attempts.find(name);
      const before = found !== null && found.expiresAt.getTime() > now ? found : null;
      const wait = before !== null && before.count >= rule.limit ? before.nextAt.getTime() - now : 0;
      if (wait > 0) throw new Throttled(Math.ceil(wait / 1000));
      const after = rule.next(name, before, now);
      if (await this.#store.attempts.replace(found, after)) return { name, step: before && { before, after } };
      // Another was quicker, and has changed what there is to decide.
    }
  }

  /** Makes it as if the attempt had not been, its wait included. */
  async takeBack({ name, step }: CountedAttempt): Promise<void> {
    if (step !== null && (await this.#store.attempts.replace(step.after, step.before))) return;
    await this.#store.attempts.takeBack(name);
  }

  /** Makes it as if none of these attempts had been. */
  async forget({ name }: CountedAttempt): Promise<void> {
    await this.#store.attempts.delete(name);
  }
}
