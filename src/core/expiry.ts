import type { Clock } from '../contracts/clock.ts';
import type { Settings } from '../contracts/settings/settings-table.ts';
import type { Store } from '../contracts/store/store.ts';

/** How many records were removed. Old attempts and activity are not counted. */
export interface Removed {
  readonly sessions: number;
  readonly blacklist: number;
}

/**
 * Removes every kind of record that has expired; simplejwt's `flushexpiredtokens`.
 *
 * @throws StoreUnavailable
 */
export async function removeExpired(
  store: Store,
  { leeway }: Pick<Settings, 'leeway'>,
  clock: Clock,
): Promise<Removed> {
  const now = new Date(clock());
  // The tokens of a session count until the leeway is over, too. The end of an entry of the blacklist has it in it.
  const sessions = await store.sessions.deleteExpired(new Date(now.getTime() - leeway * 1000));
  await store.attempts.deleteExpired(now);
  await store.activity.deleteExpired(now);
  return { sessions, blacklist: await store.blacklist.deleteExpired(now) };
}
