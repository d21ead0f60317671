import type { AttemptRecord } from '../../contracts/store/store.ts';

/** How many attempts are let through, and what comes after them. */
export interface Rule {
  /** Below it, attempts are only added up. */
  readonly limit: number;
  /** The record with one attempt more, for a name that is not remembered (null), or is at its limit or next to it. */
  next(name: string, record: AttemptRecord | null, now: number): AttemptRecord;
}

/** Durations are in seconds. */
export interface GrowingWait {
  readonly limit: number;
  readonly maxWait: number;
  /** How long attempts are remembered: from the first, and once there were too many, from the latest. */
  readonly memory: number;
}

/** After so many attempts a wait of a second, and after each further one twice as long. */
export const growingWait = ({ limit, maxWait, memory }: GrowingWait): Rule => ({
  limit,
  next: (name, record, now) => {
    const count = (record?.count ?? 0) + 1;
    const wait = count < limit ? 0 : Math.min(2 ** (count - limit), maxWait);
    return { name, count, nextAt: new Date(now + wait * 1000), expiresAt: new Date(now + memory * 1000) };
  },
});

/** So many attempts in each window of this many seconds, the first of which opens it. */
export const budget = ({ limit, window }: { readonly limit: number; readonly window: number }): Rule => ({
  limit,
  next: (name, record, now) => {
    const count = (record?.count ?? 0) + 1;
    const expiresAt = record?.expiresAt ?? new Date(now + window * 1000);
    return { name, count, nextAt: count < limit ? new Date(now) : expiresAt, expiresAt };
  },
});
