import type { Client } from '../../contracts/client.ts';
import type { UserRecord } from '../../contracts/store/store.ts';
import type { Throttle } from '../throttle/throttle.ts';
import type { CodeCheck } from '../users/proof.ts';
import type { SecondFactors } from './second-factors.ts';
import { givenCode } from './totp.ts';

/** The budget that an attempt with a code counts against: recovery codes have one of their own. */
export const budgetOf = (code: string) =>
  givenCode(code) === null ? ('recovery_code' as const) : ('second_factor' as const);

/**
 * Checks codes of users who are signed in, and counts them with those of sign-ins: who has the session and the password of a user
 * could otherwise try all codes, and forget the wrong ones by something that asks for the password alone.
 */
export class CountedCodes implements CodeCheck {
  readonly #factors: SecondFactors;
  readonly #throttle: Throttle;

  constructor(factors: SecondFactors, throttle: Throttle) {
    this.#factors = factors;
    this.#throttle = throttle;
  }

  isNeeded(userId: string): Promise<boolean> {
    return this.#factors.isNeeded(userId);
  }

  /** @throws Throttled, and what `SecondFactors` throws */
  accept(user: Pick<UserRecord, 'id' | 'usernameKey'>, code: string, client: Client): Promise<readonly string[]> {
    const attempt = { account: user.usernameKey, userId: user.id, client };
    return this.#throttle.attempt(budgetOf(code), attempt, () => this.#factors.accept(user, code, client));
  }
}
