import type { ThrottledOperation, ThrottleRule } from '../../contracts/hooks.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import { budget, growingWait, type Rule } from './rule.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What is guessed at: codes are counted for the name of an account, and passwords for what was typed, which may mean another. */
export type Secret = 'password' | 'code';

/** One of the counts of an attempt. */
export interface Budget {
  /** What is counted. */
  readonly per: ThrottleRule;
  readonly rule: (settings: Settings) => Rule;
  /** What becomes of the count where the attempt succeeds. Default: it stays. */
  readonly afterSuccess?: 'forget' | 'takeBack';
  /** Networks from which the account signed in before are not counted. */
  readonly sparesKnown?: Secret;
  /** Counted under this name, together with the attempts of other operations. Default: the operation. */
  readonly with?: Secret;
  /** It lasts a minute, and guards no secret. */
  readonly isBrief?: true;
}

const wrongPasswords = ({ throttleSignInFailures: limit, throttleMaxWait: maxWait }: Settings): Rule =>
  growingWait({ limit, maxWait, memory: DAY });

const failuresOfAddress = ({ throttleAddressFailures: limit, throttleMaxWait: maxWait }: Settings): Rule =>
  growingWait({ limit, maxWait, memory: HOUR });

/** An IPv6 site has 65,536 networks, and is let through so many times as often as one of them. */
const SITE = { account: 3, address: 10 } as const;

const wrongPasswordsOfSite = ({ throttleSignInFailures, throttleMaxWait: maxWait }: Settings): Rule =>
  growingWait({ limit: SITE.account * throttleSignInFailures, maxWait, memory: DAY });

const failuresOfSite = ({ throttleAddressFailures, throttleMaxWait: maxWait }: Settings): Rule =>
  growingWait({ limit: SITE.address * throttleAddressFailures, maxWait, memory: HOUR });

/**
 * From wherever the guesses come (NIST SP 800-63B-4 3.2.2: at most 100 in a row). Its waits are longer than the others', as
 * they are for strangers alone.
 */
const guessesFromEverywhere: Budget = {
  per: 'account_everywhere',
  rule: ({ throttleAccountFailures: limit }) => growingWait({ limit, maxWait: HOUR, memory: DAY }),
  afterSuccess: 'takeBack',
  sparesKnown: 'password',
  with: 'password',
};

/** What each operation counts, in this order: first what is counted of the fewest. */
export const BUDGETS: Readonly<Record<ThrottledOperation, readonly Budget[]>> = {
  /** Failures. The account comes first: while it has to wait, its attempts must not close the address to other accounts. */
  sign_in: [
    { per: 'account', rule: wrongPasswords, afterSuccess: 'forget' },
    { per: 'account_site', rule: wrongPasswordsOfSite, afterSuccess: 'takeBack' },
    guessesFromEverywhere,
    { per: 'address', rule: failuresOfAddress, afterSuccess: 'takeBack' },
    { per: 'site', rule: failuresOfSite, afterSuccess: 'takeBack' },
  ],
  /**
   * Wrong current passwords of a user: a thief of an access token must neither guess the password nor keep its owner
   * from changing it.
   */
  password_change: [{ per: 'account', rule: wrongPasswords, afterSuccess: 'forget' }, guessesFromEverywhere],
  /**
   * Wrong codes at sign-in, and in the set-up of an app. Of a million codes three are right, so that guesses are bounded from
   * everywhere; a thief of the password must not lock the owner out where they are known.
   */
  second_factor: [
    { per: 'account', rule: wrongPasswords, afterSuccess: 'forget' },
    { per: 'account_site', rule: wrongPasswordsOfSite, afterSuccess: 'takeBack' },
    { ...guessesFromEverywhere, sparesKnown: 'code', with: 'code' },
    { per: 'address', rule: failuresOfAddress, afterSuccess: 'takeBack' },
    { per: 'site', rule: failuresOfSite, afterSuccess: 'takeBack' },
  ],
  /** Recovery codes are too long to guess: what others try elsewhere never keeps the owner from using one. */
  recovery_code: [
    { per: 'account', rule: wrongPasswords, afterSuccess: 'forget' },
    { per: 'account_site', rule: wrongPasswordsOfSite, afterSuccess: 'takeBack' },
    { per: 'address', rule: failuresOfAddress, afterSuccess: 'takeBack' },
    { per: 'site', rule: failuresOfSite, afterSuccess: 'takeBack' },
  ],
  /** Whatever makes an account, or tells that there is one. */
  registration: [
    { per: 'address', rule: ({ throttleRegistrations: limit }) => budget({ limit, window: HOUR }) },
    { per: 'site', rule: ({ throttleRegistrations: limit }) => budget({ limit: SITE.address * limit, window: HOUR }) },
  ],
  /** Every refresh, for the work it makes: nobody guesses a token. */
  refresh: [
    { per: 'address', rule: ({ throttleRefreshes: limit }) => budget({ limit, window: MINUTE }), isBrief: true },
  ],
  /** Every socket for subscriptions that is opened, as a refresh. */
  subscription: [
    { per: 'address', rule: ({ throttleRefreshes: limit }) => budget({ limit, window: MINUTE }), isBrief: true },
  ],
  /**
   * Requests for a link, no matter who they are about. Of one account only those of one address are counted, so that nobody keeps the
   * owner from asking; a mailbox is spared by the mails themselves.
   */
  password_reset_request: [
    {
      per: 'account',
      rule: ({ throttlePasswordResets: limit }) => budget({ limit: Math.ceil(limit / 4), window: HOUR }),
    },
    { per: 'address', rule: ({ throttlePasswordResets: limit }) => budget({ limit, window: HOUR }) },
    { per: 'site', rule: ({ throttlePasswordResets: limit }) => budget({ limit: SITE.address * limit, window: HOUR }) },
  ],
  /** Uses of links, for the work they make: nobody guesses the token of one. */
  mail_link: [
    { per: 'address', rule: ({ throttleRefreshes: limit }) => budget({ limit, window: MINUTE }), isBrief: true },
  ],
  /** Names and secrets of services that were wrong. Right ones are not counted, so that this keeps no service out. */
  service_credentials: [
    { per: 'address', rule: failuresOfAddress },
    { per: 'site', rule: failuresOfSite },
  ],
};
