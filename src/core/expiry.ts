import type { Clock } from '../contracts/clock.ts';
import type { Settings } from '../contracts/settings/settings-table.ts';
import type { Store } from '../contracts/store/store.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** By the store's clock, what has expired is kept for so long: clocks of servers differ. */
const MARGIN_MS = 10 * MINUTE_MS;
/** By the own clock, it is kept for as long as that may be ahead without being found out. */
const UNSURE_MARGIN_MS = DAY_MS;
/** Further back the store's memory of what has happened is not asked. */
const MEMORY_MS = 30 * DAY_MS;

/** How many records were removed. Old attempts, activity, links, mails, account events and proofs are not counted. */
export interface Removed {
  readonly sessions: number;
  readonly blacklist: number;
  /** What is odd about the clock, and what was done about it; for operators. Left out where nothing is. */
  readonly notice?: string;
}

/** Until when records count as expired, by a clock that can be trusted; null where none can. */
interface Reach {
  readonly until: number | null;
  readonly notice?: string;
}

/**
 * Removes every kind of record that has expired; simplejwt's `flushexpiredtokens`. A wrong clock removes nothing that is
 * alive: the store's own clock decides, and where it has none, what the store has seen lately.
 *
 * @throws StoreUnavailable
 */
export async function removeExpired(
  store: Store,
  { leeway }: Pick<Settings, 'leeway'>,
  clock: Clock,
): Promise<Removed> {
  await removeExpiredProofs(store, clock);
  const { until, ...rest } = await reachOf(store, clock());
  if (until === null) return { sessions: 0, blacklist: 0, ...rest };
  const end = new Date(until);
  // The tokens of a session count until the leeway is over, too. The end of an entry of the blacklist has it in it.
  const sessions = await store.sessions.deleteExpired(new Date(until - leeway * 1000));
  await store.attempts.deleteExpired(end);
  for (const records of [store.activity, store.links, store.outbox, store.accountEvents])
    await records.deleteExpired(end);
  return { sessions, blacklist: await store.blacklist.deleteExpired(end), ...rest };
}

/**
 * Removes proofs that were used and that nobody would accept any more. They count for a minute or a few, so that a clock that was set
 * on keeps none of them from it, and there are as many as requests, so that they are not kept until a clock can be trusted.
 *
 * @throws StoreUnavailable
 */
export async function removeExpiredProofs(store: Store, clock: Clock): Promise<void> {
  const now = (await store.now())?.getTime() ?? clock();
  await store.proofs.deleteExpired(new Date(now - MARGIN_MS));
}

async function reachOf(store: Store, now: number): Promise<Reach> {
  const theirs = (await store.now())?.getTime();
  if (theirs === undefined) return reachBySeen(store, now);
  const until = theirs - MARGIN_MS;
  if (Math.abs(now - theirs) <= MARGIN_MS) return { until };
  return {
    until,
    notice: `Removed by the clock of the store: the clock of this machine says ${shown(now)}, that of the store ${shown(theirs)}.`,
  };
}

/**
 * A clock is believed where the store has seen something within a day of it, and nothing speaks for its having been set on:
 * no silence of more than a day that has ended less than a day ago.
 */
async function reachBySeen(store: Store, now: number): Promise<Reach> {
  const records = await store.activity.list(new Date(0));
  const hours = records.map(({ hour }) => hour.getTime()).filter((hour) => hour > now - MEMORY_MS && hour <= now);
  const last = hours.at(-1);
  if (last === undefined) return records.length === 0 ? { until: null } : refused(now, records.at(-1)?.hour ?? now);
  if (now - last > DAY_MS + HOUR_MS) return refused(now, last);
  const gap = hours.findLastIndex((hour, index) => index > 0 && hour - (hours[index - 1] ?? hour) > DAY_MS + HOUR_MS);
  const resumed = hours[gap];
  if (resumed !== undefined && now - resumed < DAY_MS) return refused(now, hours[gap - 1] ?? resumed);
  return { until: now - UNSURE_MARGIN_MS };
}

function refused(now: number, last: Date | number): Reach {
  const notice =
    `the clock says ${shown(now)}, and the last use of this store before is of ${shown(last)}. If the clock is right, expired ` +
    'records are removed again after a day of use; if not, set it';
  return { until: null, notice: `Nothing was removed: ${notice}.` };
}

const shown = (moment: Date | number): string => new Date(moment).toISOString();
