import { createHmac, type KeyObject } from 'node:crypto';
import type { Clock } from '../../contracts/clock.ts';
import { InvalidInput, Overloaded, StoreUnavailable, Throttled } from '../../contracts/errors.ts';
import type { Events } from '../../contracts/events.ts';
import type { Client, ThrottledOperation } from '../../contracts/hooks.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { Store } from '../../contracts/store/store.ts';
import { AttemptCounter, type CountedAttempt } from './attempt-counter.ts';
import { networkOf } from './network.ts';
import { budget, growingWait, type Rule } from './rule.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What was refused, to whom. */
export interface ThrottledAttempt {
  readonly operation: ThrottledOperation;
  /** Where somebody who is signed in asks; null otherwise, for then only a name was typed. */
  readonly userId: string | null;
  readonly client: Client;
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

/** One of the counts of an attempt, and what becomes of it where the attempt succeeds. */
interface Count {
  readonly about: readonly string[];
  readonly rule: Rule;
  readonly afterSuccess: 'forget' | 'takeBack' | null;
}

/**
 * Makes whoever tries too often wait. Every count is of one address, so nobody is kept out by what others do elsewhere;
 * and every attempt is counted before it is made, so that no number of them at once gets more.
 */
export class Throttle {
  readonly #counter: AttemptCounter;
  readonly #settings: Settings;
  readonly #events: Events;
  readonly #secret: () => KeyObject;

  constructor({ store, settings, clock, events, secret }: ThrottleParts) {
    this.#counter = new AttemptCounter(store, clock);
    this.#settings = settings;
    this.#events = events;
    this.#secret = secret;
  }

  /**
   * Signs in. What counts is failures: to the account from this address, and from this address to any account. Which
   * accounts there are makes no difference; two spellings of one name must come as one `usernameKey`.
   *
   * @throws Throttled, StoreUnavailable, and what `work` throws
   */
  signIn<Result>(
    { usernameKey, client }: { usernameKey: string; client: Client },
    work: () => Promise<Result>,
  ): Promise<Result> {
    const { throttleAddressFailures: limit, throttleMaxWait: maxWait } = this.#settings;
    const perAddress = growingWait({ limit, maxWait, memory: HOUR });
    return this.#guarded({ operation: 'sign_in', userId: null, client }, work, [
      // The account comes first: while it has to wait, its attempts must not close the address to other accounts.
      { about: [usernameKey], rule: this.#passwordRule(), afterSuccess: 'forget' },
      { about: [], rule: perAddress, afterSuccess: 'takeBack' },
    ]);
  }

  /**
   * Changes a password. What counts is wrong current passwords of this user from this address: a thief of an access
   * token must neither guess the password nor keep its owner from changing it.
   *
   * @throws Throttled, StoreUnavailable, and what `work` throws
   */
  passwordChange<Result>(
    { userId, client }: { userId: string; client: Client },
    work: () => Promise<Result>,
  ): Promise<Result> {
    return this.#guarded({ operation: 'password_change', userId, client }, work, [
      { about: [userId], rule: this.#passwordRule(), afterSuccess: 'forget' },
    ]);
  }

  /**
   * Registers. Whatever makes an account, or tells that there is one, counts.
   *
   * @throws Throttled, StoreUnavailable, and what `work` throws
   */
  registration<Result>(client: Client, work: () => Promise<Result>): Promise<Result> {
    const rule = budget({ limit: this.#settings.throttleRegistrations, window: HOUR });
    return this.#guarded({ operation: 'registration', userId: null, client }, work, [
      { about: [], rule, afterSuccess: null },
    ]);
  }

  /**
   * Refreshes. Every refresh counts, for the work it makes: nobody guesses a token.
   *
   * @throws Throttled, StoreUnavailable, and what `work` throws
   */
  refresh<Result>(client: Client, work: () => Promise<Result>): Promise<Result> {
    const rule = budget({ limit: this.#settings.throttleRefreshes, window: MINUTE });
    return this.#guarded({ operation: 'refresh', userId: null, client }, work, [
      { about: [], rule, afterSuccess: null },
    ]);
  }

  /**
   * Counts a name or secret of a service that was wrong, whichever it was. Right ones are not counted, so that this keeps
   * no service out: it makes whoever knocks without a key stop, and tells of them.
   *
   * @throws Throttled, StoreUnavailable
   */
  serviceRefused(client: Client): Promise<void> {
    const { throttleAddressFailures: limit, throttleMaxWait: maxWait } = this.#settings;
    const rule = growingWait({ limit, maxWait, memory: HOUR });
    return this.#guarded({ operation: 'service_credentials', userId: null, client }, async () => {}, [
      { about: [], rule, afterSuccess: null },
    ]);
  }

  #passwordRule(): Rule {
    const { throttleSignInFailures: limit, throttleMaxWait: maxWait } = this.#settings;
    return growingWait({ limit, maxWait, memory: DAY });
  }

  async #guarded<Result>(
    attempt: ThrottledAttempt,
    work: () => Promise<Result>,
    counts: readonly Count[],
  ): Promise<Result> {
    if (!this.#settings.throttle) return work();
    const counted: (CountedAttempt & Pick<Count, 'afterSuccess'>)[] = [];
    try {
      for (const { about, rule, afterSuccess } of counts) {
        const name = this.#nameOf(attempt, about);
        counted.push({ ...(await this.#counter.count(name, rule)), afterSuccess });
      }
      const result = await work();
      for (const count of counted) if (count.afterSuccess) await this.#counter[count.afterSuccess](count);
      return result;
    } catch (error) {
      if (tellsNothing(error)) for (const count of counted) await this.#counter.takeBack(count);
      // Those before it were let through, so it is the next one that was not.
      const rule = counts[counted.length]?.about.length === 0 ? 'address' : 'account';
      if (error instanceof Throttled) this.#events.audit('throttled', { ...attempt, rule });
      throw error;
    }
  }

  /** Unreadable without the key: people type passwords where a name is due, and a dump must not give them away. */
  #nameOf({ operation, client }: ThrottledAttempt, about: readonly string[]): string {
    const text = JSON.stringify([operation, networkOf(client.ipAddress), ...about]);
    return createHmac('sha256', this.#secret()).update(`attempts ${text}`).digest('base64url');
  }
}

/** Whether whoever gets this has learned nothing of a password or an account, so that it was no attempt. */
function tellsNothing(error: unknown): boolean {
  if (error instanceof InvalidInput) return error.field !== 'currentPassword' && error.reason !== 'username_taken';
  return error instanceof Throttled || error instanceof Overloaded || error instanceof StoreUnavailable;
}
