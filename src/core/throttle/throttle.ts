import { createHmac, type KeyObject } from 'node:crypto';
import { networkOf, siteOf } from '../../contracts/client-address.ts';
import type { Clock } from '../../contracts/clock.ts';
import { authErrorIn, Throttled } from '../../contracts/errors.ts';
import type { Events } from '../../contracts/events.ts';
import type { Client, ThrottledOperation, ThrottleRule } from '../../contracts/hooks.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import { BRIEF } from '../../contracts/store/attempt-names.ts';
import type { AttemptRecord, Store } from '../../contracts/store/store.ts';
import { BUDGETS, type Budget } from './budgets.ts';
import type { Attempt, Count, Counted, Due, Visit } from './attempt.ts';
import { KnownNetworks } from './known-networks.ts';
import { userNamed } from './user-named.ts';
import { Pending } from './pending.ts';
import { forget, takeBack, unlessGone } from './taking-back.ts';
import { verdictOf } from './verdict.ts';

/** What a throttle is made of. */
export interface ThrottleParts {
  readonly store: Store;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly events: Events;
  /** What makes names unreadable. Servers that count together share it; a new one begins all counts anew. */
  readonly secret: () => KeyObject;
}

/** What makes a network known: to have the password and the session alone is not to be its owner, where a code is due too. */
const SIGN_INS: ReadonlySet<ThrottledOperation> = new Set(['sign_in', 'second_factor']);

/** Whose attempts are counted together; null where there is nobody. */
const SUBJECTS: Readonly<Record<ThrottleRule, (address: string | null, account: string) => (string | null)[]>> = {
  account: (address, account) => [networkOf(address), account],
  account_site: (address, account) => [siteOf(address), account],
  account_everywhere: (_address, account) => [account],
  address: (address) => [networkOf(address)],
  site: (address) => [siteOf(address)],
};

/**
 * Makes those who try too often wait. Nobody is kept out by what others do elsewhere: every count is of one address, but for
 * the one that spares the addresses an account is known from. Every attempt is counted before it is made, so that of many at
 * once no more get through than of many in turn.
 */
export class Throttle {
  readonly #parts: ThrottleParts;
  readonly #counts: ReadonlyMap<ThrottledOperation, readonly Count[]>;
  readonly #known: KnownNetworks;
  /** By the client, an object of one request: the names it gave that mean another account first. A batch may have several. */
  readonly #others = new WeakMap<Client, Set<string>>();

  constructor(parts: ThrottleParts) {
    this.#parts = parts;
    this.#known = new KnownNetworks(parts);
    const pending = new Pending(parts.clock);
    const operations = Object.entries(BUDGETS) as [ThrottledOperation, readonly Budget[]][];
    const countOf = (budget: Budget): Count => {
      return { ...budget, rule: budget.rule(parts.settings), pending: budget.afterSuccess ? pending : null };
    };
    this.#counts = new Map(operations.map(([operation, budgets]) => [operation, budgets.map(countOf)]));
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
    const visit = { ...attempt, operation, since: this.#parts.clock() };
    const counted = await this.#enter(visit);
    let result: Result;
    try {
      result = await work();
    } catch (error) {
      const verdict = verdictOf(authErrorIn(error));
      const settled = { right: undefined, nothing: 'takeBack', wrong: 'keep' } as const;
      const isOther = this.#isOther(visit);
      await Promise.all(counted.map((one) => this.#settle(one, settled[verdict] ?? afterSuccess(one, isOther))));
      if (verdict === 'wrong') await this.#tellOfGuessing(counted);
      throw error;
    }
    const isOther = this.#isOther(visit);
    await Promise.all(counted.map((one) => this.#settle(one, afterSuccess(one, isOther))));
    if (!isOther && SIGN_INS.has(operation)) await unlessGone(this.#known.noteSuccess(visit));
    return result;
  }

  /**
   * Notes that the name somebody signs in with is the address of another account: their sign-in does not reset the count of failures at
   * that account, and does not make their network known for it.
   */
  noteOther(client: Client, account: string): void {
    this.#others.set(client, (this.#others.get(client) ?? new Set()).add(account));
  }

  #isOther({ client, account }: Visit): boolean {
    return account !== undefined && this.#others.get(client)?.has(account) === true;
  }

  /**
   * Counts an attempt. One that is refused has only read: a flood of them writes nothing.
   *
   * @throws Throttled, StoreUnavailable
   */
  async #enter(visit: Visit): Promise<readonly Counted[]> {
    const { operation, account = '', client } = visit;
    const due: Due[] = [];
    for (const count of this.#counts.get(operation) ?? []) {
      if (count.sparesKnown && (await this.#known.has(account, client.ipAddress, count.sparesKnown))) continue;
      const name = this.#nameOf(count, visit);
      if (name === null) continue;
      const one = { ...count, visit, name };
      due.push(count.isBrief ? one : { ...one, found: await this.#open(one) });
    }
    const counted: Counted[] = [];
    try {
      for (const one of due) counted.push(await this.#add(one));
      return counted;
    } catch (error) {
      await Promise.all(counted.map((one) => this.#settle(one, 'takeBack')));
      throw error;
    }
  }

  /**
   * The name of a count; null where it counts nobody. Unreadable without the secret: people type passwords where a name is due,
   * and a dump must not give them away.
   */
  #nameOf({ per, with: scope, isBrief }: Count, { operation, account = '', client }: Visit): string | null {
    const about = SUBJECTS[per](client.ipAddress, account);
    if (about.includes(null)) return null;
    const text = JSON.stringify([scope ?? operation, ...about]);
    const name = createHmac('sha256', this.#parts.secret()).update(`attempts ${text}`).digest('base64url');
    return isBrief ? BRIEF + name : name;
  }

  /**
   * The record of a count that lets the next attempt through, as it is in the store: null where there is none. Where all room is
   * taken by attempts that may be right, it waits for them.
   *
   * @throws Throttled, StoreUnavailable
   */
  async #open({ name, rule, per, pending, visit }: Due): Promise<AttemptRecord | null> {
    for (;;) {
      const found = await this.#parts.store.attempts.find(name);
      const now = this.#parts.clock();
      const record = live(found, now);
      const wait = record !== null && record.count >= rule.limit ? record.nextAt.getTime() - now : 0;
      if (wait <= 0) return found;
      if (await pending?.mayMakeRoom(name, visit.since)) continue;
      const { operation, userId = null, client } = visit;
      this.#parts.events.audit('throttled', { operation, userId, client, rule: per });
      throw new Throttled(Math.ceil(wait / 1000));
    }
  }

  /**
   * Lets an attempt through and counts it, by one atomic change in the store. A refused one is not counted: asking again
   * too early makes no wait longer.
   *
   * @throws Throttled, StoreUnavailable
   */
  async #add(due: Due): Promise<Counted> {
    const { name, rule, pending } = due;
    const { attempts } = this.#parts.store;
    pending?.begin(name);
    try {
      for (let found = due.found; ; found = await this.#reopened(due)) {
        const now = this.#parts.clock();
        const before = found == null ? null : live(found, now);
        if (found === undefined || (before !== null && before.count < rule.limit - 1)) {
          if (await attempts.add(name, { limit: rule.limit - 1, at: new Date(now) })) return { ...due, step: null };
          continue;
        }
        const after = rule.next(name, before, now);
        if (await attempts.replace(found, after)) return { ...due, step: { before, after } };
      }
    } catch (error) {
      pending?.end(name, false);
      throw error;
    }
  }

  /** Another was quicker, and has changed what there is to decide. */
  async #reopened(due: Due): Promise<AttemptRecord | null> {
    due.pending?.end(due.name, false);
    try {
      return await this.#open(due);
    } finally {
      due.pending?.begin(due.name);
    }
  }

  /**
   * Makes it as if this attempt, or none of its name, had been; or leaves it as it is. What was done or refused stands, also where
   * the store is gone by now: then the attempt counts.
   */
  async #settle(counted: Counted, what: 'forget' | 'takeBack' | 'keep'): Promise<void> {
    try {
      if (what === 'forget') await unlessGone(forget(counted, this.#parts));
      if (what === 'takeBack') await unlessGone(takeBack(counted, this.#parts));
    } finally {
      counted.pending?.end(counted.name, what !== 'keep');
    }
  }

  /** Once, by the attempt after which the account's waits begin. */
  async #tellOfGuessing(counted: readonly Counted[]): Promise<void> {
    const last = counted.find(({ sparesKnown, step, rule }) => sparesKnown && step?.after.count === rule.limit);
    if (last === undefined) return;
    const { operation, account = '', client, userId } = last.visit;
    const guessed = userId ?? (await userNamed(account, this.#parts.store).catch(() => null));
    this.#parts.events.audit('guessing_suspected', { operation, userId: guessed, client });
  }
}

const afterSuccess = ({ afterSuccess: what }: Count, isOther: boolean) =>
  isOther && what === 'forget' ? 'takeBack' : (what ?? 'keep');

/** A record, unless it is forgotten. */
const live = (record: AttemptRecord | null, now: number): AttemptRecord | null =>
  record !== null && record.expiresAt.getTime() > now ? record : null;
