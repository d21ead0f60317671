import type { Clock } from '../../contracts/clock.ts';
import type { EventListener, SystemEvent } from '../../contracts/events.ts';
import type { SecurityEventName } from '../../contracts/hooks.ts';
import type { ActivityCounts, Store } from '../../contracts/store/store.ts';

const HOUR_MS = 60 * 60 * 1000;
/** Hours that are kept. */
export const ACTIVITY_HOURS = 30 * 24;
const INTERVAL_MS = 5000;

/** What happened in one hour. */
export interface ActivityHour extends ActivityCounts {
  /** Its first moment. */
  readonly hour: Date;
}

const NOTHING: ActivityCounts = { signIns: 0, refusals: 0, refreshes: 0, reuses: 0 };

const COUNTED: Partial<Record<SecurityEventName, keyof ActivityCounts>> = {
  sign_in: 'signIns',
  sign_in_failed: 'refusals',
  second_factor_failed: 'refusals',
  token_reused: 'reuses',
};

/** What the log is made of. */
export interface ActivityParts {
  readonly store: Store;
  readonly clock: Clock;
  /** Milliseconds between two writes; for tests. */
  readonly interval?: number;
}

/** Counts what happens by the hour: in memory, and every few seconds in the store, so that no request waits for it. */
export class ActivityLog implements EventListener {
  readonly hears = ['security', 'tokens_refreshed'] as const;
  readonly #parts: ActivityParts;
  /** Not written yet, by the hour's first moment. */
  #counted = new Map<number, ActivityCounts>();
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(parts: ActivityParts) {
    this.#parts = parts;
  }

  /** Counts what an event stands for, if anything. */
  tell(event: SystemEvent): void {
    const kind = countOf(event);
    if (kind !== null) this.count(kind);
  }

  /** Counts one; what is counted within the next few seconds is written along with it. */
  count(kind: keyof ActivityCounts): void {
    this.#add(hourOf(this.#parts.clock()), { ...NOTHING, [kind]: 1 });
  }

  /** Writes what was counted, each hour once. Never rejects: what the store refuses is tried again after the interval. */
  write(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  /**
   * Writes what was counted a last time, and sets no timer from then on. What the store refuses now is lost and not
   * reported: these are statistics, and a store that fails is reported by the requests that need it.
   */
  close(): Promise<void> {
    this.#isClosed = true;
    return this.write();
  }

  /**
   * The last hours, the present one at the end, those without activity too. What other processes have counted within
   * the last few seconds may be missing.
   *
   * @throws StoreUnavailable
   */
  async list(hours: number): Promise<ActivityHour[]> {
    await this.write();
    const first = hourOf(this.#parts.clock()) - (hours - 1) * HOUR_MS;
    const records = await this.#parts.store.activity.list(new Date(first));
    const known = new Map(records.map(({ hour, expiresAt: _end, ...counts }) => [hour.getTime(), counts]));
    return Array.from({ length: hours }, (_, index) => {
      const hour = first + index * HOUR_MS;
      return { ...(known.get(hour) ?? NOTHING), hour: new Date(hour) };
    });
  }

  async #write(): Promise<void> {
    const counted = this.#counted;
    this.#counted = new Map();
    for (const [hour, counts] of counted) {
      const expiresAt = new Date(hour + ACTIVITY_HOURS * HOUR_MS);
      // Requests that need the store report that it fails; these counts can wait.
      await this.#parts.store.activity.add({ ...counts, hour: new Date(hour), expiresAt }).catch(() => {
        this.#add(hour, counts);
      });
    }
  }

  #add(hour: number, counts: ActivityCounts): void {
    const { signIns, refusals, refreshes, reuses } = this.#counted.get(hour) ?? NOTHING;
    this.#counted.set(hour, {
      signIns: signIns + counts.signIns,
      refusals: refusals + counts.refusals,
      refreshes: refreshes + counts.refreshes,
      reuses: reuses + counts.reuses,
    });
    if (this.#isClosed) return;
    this.#timer ??= setTimeout(() => void this.write(), this.#parts.interval ?? INTERVAL_MS).unref();
  }
}

function countOf(event: SystemEvent): keyof ActivityCounts | null {
  if (event.kind === 'tokens_refreshed') return 'refreshes';
  if (event.kind !== 'security') return null;
  const { event: name, operation, reason } = event.event;
  if (reason === 'replayed') return 'reuses';
  return name === 'throttled' && operation === 'sign_in' ? 'refusals' : (COUNTED[name] ?? null);
}

const hourOf = (moment: number): number => moment - (moment % HOUR_MS);
