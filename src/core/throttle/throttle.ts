import { createHmac, type KeyObject } from 'node:crypto';
import type { Clock } from '../../contracts/clock.ts';
import { AuthError, InvalidInput, Throttled } from '../../contracts/errors.ts';
import type { Events } from '../../contracts/events.ts';
import type { Client, ThrottledOperation, ThrottleRule } from '../../contracts/hooks.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { AttemptRecord, Store } from '../../contracts/store/store.ts';
import { BUDGETS, type Budget } from './budgets.ts';
import { networkOf } from './network.ts';
import type { Rule } from './rule.ts';

/** Who attempts it, and on which account. */
export interface Attempt {
  readonly client: Client;
  /**
   * What identifies the account where attempts are counted for each. Two spellings of one name must come as one
   * `usernameKey`; which accounts there are makes no difference.
   */
  readonly account?: string | undefined;
  /** The user, where the caller is signed in; null otherwise, when only a name was typed. */
  readonly userId?: string | null | undefined;
}

/** What a throttle is made of. */
export interface ThrottleParts {
  readonly store: Store;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly events: Events;
  /** What makes names unreadable. Servers that count together share it; a new one begins all counts anew. */
  readonly secret: () => KeyObject;
}

/** An attempt that was let through. */
interface Counted {
  readonly name: string;
  readonly afterSuccess: Budget['afterSuccess'];
  /** The record before and after it, where it may have closed the door behind it; null where it was only added up. */
  readonly step: { readonly before: AttemptRecord; readonly after: AttemptRecord } | null;
}

/** A budget with its rule. */
interface Count {
  readonly per: ThrottleRule;
  readonly rule: Rule;
  readonly afterSuccess: Budget['afterSuccess'];
}

/**
 * Makes those who try too often wait. Every count is of one address, so nobody is kept out by what others do elsewhere;
 * and every attempt is counted before it is made, so that of many at once no more get through than of many in turn.
 */
export class Throttle {
  readonly #parts: ThrottleParts;
  readonly #counts: ReadonlyMap<ThrottledOperation, readonly Count[]>;

  constructor(parts: ThrottleParts) {
    this.#parts = parts;
    const operations = Object.entries(BUDGETS) as [ThrottledOperation, readonly Budget[]][];
    this.#counts = new Map(
      operations.map(([operation, budgets]) => [
        operation,
        budgets.map(({ per, rule, afterSuccess }) => ({ per, rule: rule(parts.settings), afterSuccess })),
      ]),
    );
  }

  /**
   * Lets work through and counts it as one attempt.
   *
   * @throws Throttled, StoreUnavailable, and what `work` throws
   */
  async attempt<Result>(
    operation: ThrottledOperation,
    attempt: Attempt,
    work: () => Result | Promise<Result>,
  ): Promise<Result> {
    if (!this.#parts.settings.throttle) return work();
    const counts = this.#counts.get(operation) ?? [];
    const counted: Counted[] = [];
    try {
      for (const { per, rule, afterSuccess } of counts) {
        const name = this.#nameOf(operation, per, attempt);
        counted.push({ name, afterSuccess, step: await this.#count(name, rule) });
      }
      const result = await work();
      for (const count of counted) if (count.afterSuccess) await this.#after(count.afterSuccess, count);
      return result;
    } catch (error) {
      if (tellsNothing(error)) for (const count of counted) await this.#after('takeBack', count);
      if (error instanceof Throttled) this.#tell(operation, counts[counted.length]?.per ?? 'account', attempt);
      throw error;
    }
  }

  #tell(operation: ThrottledOperation, rule: ThrottleRule, { client, userId = null }: Attempt): void {
    this.#parts.events.audit('throttled', { operation, userId, client, rule });
  }

  /** Unreadable without the key: people type passwords where a name is due, and a dump must not give them away. */
  #nameOf(operation: ThrottledOperation, per: ThrottleRule, { client, account = '' }: Attempt): string {
    const about = per === 'account' ? [account] : [];
    const text = JSON.stringify([operation, networkOf(client.ipAddress), ...about]);
    return createHmac('sha256', this.#parts.secret()).update(`attempts ${text}`).digest('base64url');
  }

  /**
   * Lets an attempt through and counts it, by one atomic change in the store. A refused one is not counted: asking again
   * too early makes no wait longer.
   *
   * @throws Throttled, StoreUnavailable
   */
  async #count(name: string, rule: Rule): Promise<Counted['step']> {
    const { attempts } = this.#parts.store;
    const now = this.#parts.clock();
    for (;;) {
      if (await attempts.add(name, { limit: rule.limit - 1, at: new Date(now) })) return null;
      const found = await attempts.find(name);
      const before = found !== null && found.expiresAt.getTime() > now ? found : null;
      const wait = before !== null && before.count >= rule.limit ? before.nextAt.getTime() - now : 0;
      if (wait > 0) throw new Throttled(Math.ceil(wait / 1000));
      const after = rule.next(name, before, now);
      if (await attempts.replace(found, after)) return before && { before, after };
      // Another was quicker, and has changed what there is to decide.
    }
  }

  /** Makes it as if this attempt, or none of its name, had been: the wait included. */
  async #after(what: 'forget' | 'takeBack', { name, step }: Counted): Promise<void> {
    const { attempts } = this.#parts.store;
    if (what === 'forget') {
      await attempts.delete(name);
    } else if (step === null || !(await attempts.replace(step.after, step.before))) {
      await attempts.takeBack(name);
    }
  }
}

/** Whether an error tells nothing about a password or an account, so that it was no attempt. */
function tellsNothing(error: unknown): boolean {
  if (error instanceof InvalidInput) return error.field !== 'currentPassword' && error.reason !== 'username_taken';
  return error instanceof AuthError && (error.code !== 'UNAUTHENTICATED' || error.reason === 'not_authenticated');
}
