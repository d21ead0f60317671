import type { Client, ThrottledOperation } from '../../contracts/hooks.ts';
import type { AttemptRecord } from '../../contracts/store/store.ts';
import type { Budget } from './budgets.ts';
import type { Pending } from './pending.ts';
import type { Rule } from './rule.ts';
import type { CountedAttempt } from './taking-back.ts';

/** Who attempts it, and on which account. */
export interface Attempt {
  readonly client: Client;
  /**
   * What identifies the account where attempts are counted for each: its `usernameKey`, whichever way its name was typed.
   * Which accounts there are makes no difference.
   */
  readonly account?: string | undefined;
  /** The user, where the caller is signed in; null otherwise, when only a name was typed. */
  readonly userId?: string | null | undefined;
  /** Of a sign-in by a code: what its password was counted for; null where others mean another account by it. */
  readonly knownAs?: string | null | undefined;
}

/** One of the counts of an operation, by the settings of this server. */
export interface Count extends Omit<Budget, 'rule'> {
  readonly rule: Rule;
  /** Its attempts, where those that were right make room. */
  readonly pending: Pending | null;
}

/** An attempt at an operation. */
export interface Visit extends Attempt {
  readonly operation: ThrottledOperation;
  /** When it began. */
  readonly since: number;
}

/** A count that a visit belongs to. */
export interface Due extends Count {
  readonly visit: Visit;
  readonly name: string;
  /** What there was of it a moment ago; undefined where it was not asked for. */
  readonly found?: AttemptRecord | null;
}

/** A count that a visit was added to. */
export type Counted = Due & CountedAttempt;
