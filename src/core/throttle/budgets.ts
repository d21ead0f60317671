import type { ThrottledOperation, ThrottleRule } from '../../contracts/hooks.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import { budget, growingWait, type Rule } from './rule.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** One of the counts of an attempt. */
export interface Budget {
  /** What is counted: the attempts on one account from one address, or all attempts from one address. */
  readonly per: ThrottleRule;
  readonly rule: (settings: Settings) => Rule;
  /** What becomes of the count where the attempt succeeds. Default: it stays. */
  readonly afterSuccess?: 'forget' | 'takeBack';
}

const wrongPasswords = ({ throttleSignInFailures: limit, throttleMaxWait: maxWait }: Settings): Rule =>
  growingWait({ limit, maxWait, memory: DAY });

const failuresOfAddress = ({ throttleAddressFailures: limit, throttleMaxWait: maxWait }: Settings): Rule =>
  growingWait({ limit, maxWait, memory: HOUR });

/** What each operation counts, in this order. */
export const BUDGETS: Readonly<Record<ThrottledOperation, readonly Budget[]>> = {
  /** Failures. The account comes first: while it has to wait, its attempts must not close the address to other accounts. */
  sign_in: [
    { per: 'account', rule: wrongPasswords, afterSuccess: 'forget' },
    { per: 'address', rule: failuresOfAddress, afterSuccess: 'takeBack' },
  ],
  /**
   * Wrong current passwords of a user: a thief of an access token must neither guess the password nor keep its owner
   * from changing it.
   */
  password_change: [{ per: 'account', rule: wrongPasswords, afterSuccess: 'forget' }],
  /** Whatever makes an account, or tells that there is one. */
  registration: [{ per: 'address', rule: ({ throttleRegistrations: limit }) => budget({ limit, window: HOUR }) }],
  /** Every refresh, for the work it makes: nobody guesses a token. */
  refresh: [{ per: 'address', rule: ({ throttleRefreshes: limit }) => budget({ limit, window: MINUTE }) }],
  /** Names and secrets of services that were wrong. Right ones are not counted, so that this keeps no service out. */
  service_credentials: [{ per: 'address', rule: failuresOfAddress }],
};
