import type { Clock } from '../../contracts/clock.ts';
import { StoreUnavailable } from '../../contracts/errors.ts';
import type { AttemptRecord, Store } from '../../contracts/store/store.ts';
import type { Pending } from './pending.ts';

/** An attempt that was added to a count. */
export interface CountedAttempt {
  readonly name: string;
  /** Its attempts, where those that were right make room. */
  readonly pending: Pending | null;
  /** The record before and after it, where it may have closed the door behind it; null where it was only added up. */
  readonly step: { readonly before: AttemptRecord | null; readonly after: AttemptRecord } | null;
}

interface TakingBackParts {
  readonly store: Store;
  readonly clock: Clock;
}

/** Makes it as if this attempt had not been: the wait included. */
export async function takeBack(
  { name, step }: CountedAttempt,
  { store: { attempts } }: TakingBackParts,
): Promise<void> {
  if (step === null || step.before === null) return void (await attempts.takeBack(name));
  const { before, after } = step;
  for (let found: AttemptRecord | null = after; found !== null; found = await attempts.find(name)) {
    const count = found.count - 1;
    if (count < 1) return void (await attempts.takeBack(name));
    // Of a later attempt, the wait stays: that one takes it back by itself.
    const { nextAt, expiresAt } = found.nextAt.getTime() === after.nextAt.getTime() ? before : found;
    if (await attempts.replace(found, { name, count, nextAt, expiresAt })) return;
  }
}

/** Forgets all attempts of its name, but those of this process of which it is not known yet whether they are right. */
export async function forget(
  { name, pending }: CountedAttempt,
  { store: { attempts }, clock }: TakingBackParts,
): Promise<void> {
  for (;;) {
    const others = (pending?.count(name) ?? 0) - 1;
    const found = others > 0 ? await attempts.find(name) : null;
    const count = Math.min(others, (found?.count ?? 0) - 1);
    if (found === null || count < 1) return void (await attempts.delete(name));
    if (await attempts.replace(found, { ...found, count, nextAt: new Date(clock()) })) return;
  }
}

/** Waits for what follows a thing that is done. If the store is gone by now, the thing stands, and this is left undone. */
export async function unlessGone(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
  }
}
