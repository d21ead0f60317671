import { createHash } from 'node:crypto';
import type { Clock } from '../../contracts/clock.ts';
import type { Store } from '../../contracts/store/store.ts';
import { budget, type Rule } from '../throttle/rule.ts';
import { LINK_LIFETIMES } from './links.ts';

/** So many mails of a kind, */
const LIMIT = 5;
/** in as many seconds as the shortest of them works: somebody who asks for all of them takes no link from the owner. */
const RULE = budget({ limit: LIMIT, window: LINK_LIFETIMES.password_reset });

/** Counts mails by the mailbox they go to, and by the account they are about; and events, by a rule of their own. */
export class MailBudget {
  readonly #parts: { readonly store: Store; readonly clock: Clock };
  readonly #rule: Rule;

  constructor(parts: { readonly store: Store; readonly clock: Clock }, rule = RULE) {
    this.#parts = parts;
    this.#rule = rule;
  }

  /** Whether one more may go; counts it. */
  async take(kind: string, whose: string): Promise<boolean> {
    const { attempts } = this.#parts.store;
    const name = createHash('sha256')
      .update(`mail ${JSON.stringify([kind, whose])}`)
      .digest('base64url');
    for (;;) {
      const now = this.#parts.clock();
      const found = await attempts.find(name);
      const live = found !== null && found.expiresAt.getTime() > now ? found : null;
      if (live !== null && live.count >= this.#rule.limit) return false;
      if (await attempts.replace(found, this.#rule.next(name, live, now))) return true;
    }
  }
}
