import type { Claims, JsonValue } from './claims.ts';
import type { Client } from './client.ts';
import type { Mail } from './mail.ts';
import type { RevocationReason, UserRecord } from './store/store.ts';

export type { Client } from './client.ts';
export type { Mail } from './mail.ts';

/** A user as the program hands it out: all but the secrets. */
export type User = Omit<
  UserRecord,
  'passwordHash' | 'usernameKey' | 'formerHashClaim' | 'sessionlessAfter' | 'emailKey'
>;

/** The user of stateless authentication, made of claims alone; simplejwt's `TokenUser`. */
export interface TokenUser {
  readonly id: string;
  readonly username: string;
}

/** What a refused sign-in was tried with; simplejwt masks the password likewise. */
export interface FailedCredentials {
  readonly username: string;
  readonly password: '********************';
}

/**
 * A security event. Each is reported once. It never holds a token, a password or the username as typed, since people
 * sometimes type their password into that field.
 */
export interface SecurityEvent {
  readonly event: SecurityEventName;
  /** The account it concerns; null if there is none or it is unknown. */
  readonly userId: string | null;
  /** The session it concerns; null if there is none, or several. */
  readonly sessionId: string | null;
  /** Why sessions ended; null for other events. */
  readonly reason: RevocationReason | null;
  /** How many sessions ended; null for other events. */
  readonly sessions: number | null;
  /** The operation of `throttled` and `guessing_suspected`; null for other events. */
  readonly operation: ThrottledOperation | null;
  /** Whose limit was reached, of `throttled`; null for other events. */
  readonly rule: ThrottleRule | null;
  /** The admin who acted on another user's account; null otherwise. */
  readonly actorId: string | null;
  /** Where the request came from; null if there was no request, or it is unknown. */
  readonly client: Client | null;
  /** For `token_replayed`: the other one, which had exchanged the token that `client` presented; null for other events. */
  readonly otherClient: Client | null;
}

/**
 * - `sign_in`, `sign_in_failed`: a sign-in succeeded, or failed;
 * - `token_reused`: a superseded token was used, so its session was revoked;
 * - `token_replayed`: the predecessor came again at several rotations in a row, as where two clients hold one token; `reason`
 *   is `replayed` if they could be told apart, and so the session was revoked;
 * - `sessions_ended`: signed out, revoked, over the limit, or with the account or the password;
 * - `password_changed`, `user_created`, `user_enabled`, `user_disabled`, `user_deleted`;
 * - `admin_granted`, `admin_revoked`: a user was made an admin, or is none any more;
 * - `roles_changed`: the roles of a user were set;
 * - `second_factor_added`, `second_factor_removed`: a user has an authenticator app now, or none any more;
 * - `second_factor_failed`: a code was wrong, of somebody who had the password right;
 * - `recovery_codes_renewed`, `recovery_code_used`: a user has new recovery codes, or fewer;
 * - `stepped_up`: a user proved again who they are;
 * - `account_exported`: a user took what is stored about them;
 * - `throttled`: an attempt was refused because there were too many;
 * - `guessing_suspected`: wrong passwords for one account came from so many addresses that strangers to it have to wait. Told
 *   once, when that begins;
 * - `email_change_asked`: a link was sent to the address that is to be the account's; `email_verified`: it came back from the
 *   address that the account has; `email_changed`: the account has another address now;
 * - `password_reset_asked`, `password_reset`: a link for a new password was asked for, or used. The sessions end with it;
 * - `key_rotated`: an admin, who is `userId` as well, published a new key of the ring;
 * - `user_invited`: an admin made an account whose user sets the password by a link;
 * - `mail_failed`: a mail was given up.
 */
export const SECURITY_EVENTS = [
  'sign_in',
  'sign_in_failed',
  'token_reused',
  'token_replayed',
  'sessions_ended',
  'password_changed',
  'user_created',
  'user_enabled',
  'user_disabled',
  'user_deleted',
  'admin_granted',
  'admin_revoked',
  'roles_changed',
  'second_factor_added',
  'second_factor_removed',
  'second_factor_failed',
  'recovery_codes_renewed',
  'recovery_code_used',
  'stepped_up',
  'account_exported',
  'throttled',
  'guessing_suspected',
  'email_change_asked',
  'email_verified',
  'email_changed',
  'password_reset_asked',
  'password_reset',
  'key_rotated',
  'user_invited',
  'mail_failed',
] as const;
export type SecurityEventName = (typeof SECURITY_EVENTS)[number];

/** The operations that are throttled. */
export type ThrottledOperation =
  | 'sign_in'
  | 'password_change'
  | 'second_factor'
  | 'recovery_code'
  | 'registration'
  | 'refresh'
  | 'subscription'
  | 'service_credentials'
  | 'password_reset_request'
  | 'mail_link';

/**
 * What a throttle counts attempts of: `account` is one account from one address, `address` one address whatever the account.
 * `account_site` and `site` are the same for an IPv6 site (/48) instead of an address. `account_everywhere` is one account
 * from all addresses but those it signed in from before.
 */
export type ThrottleRule = 'account' | 'account_site' | 'account_everywhere' | 'address' | 'site';

/** Settings of simplejwt that are functions: options of the library. */
export interface Hooks {
  /** May this user sign in and refresh? Default: active, unless `checkUserIsActive` is off. */
  readonly userAuthenticationRule?: (user: User) => boolean | Promise<boolean>;
  /** Called after each successful sign-in, before its tokens are handed out. What it throws refuses the sign-in. */
  readonly onLoginSuccess?: (user: User, client: Client) => void | Promise<void>;
  /** Called once after each refused sign-in. */
  readonly onLoginFailed?: (credentials: FailedCredentials, client: Client) => void | Promise<void>;
  /** Called for each security event. Errors it throws are reported. */
  readonly onSecurityEvent?: (event: SecurityEvent) => void;
  /**
   * Sends a mail in place of `smtpUrl`. What it throws has the mail sent again later, with the same `id`.
   *
   * @example
   * ```ts
   * sendMail: async ({ to, subject, text, html }) => provider.send({ to, subject, text, html });
   * ```
   */
  readonly sendMail?: (mail: Mail) => Promise<void>;
  /** Makes the user of stateless authentication. Default: id and the claim `username`. */
  readonly tokenUser?: (claims: Claims) => TokenUser;
  /** Replacer of `JSON.stringify` for claims that are not JSON by themselves. */
  readonly jsonEncoder?: (this: unknown, key: string, value: unknown) => unknown;
  /**
   * Custom claims of every token made for the user; refreshing carries them along.
   *
   * @example
   * ```ts
   * claims: ({ isAdmin }) => ({ roles: isAdmin ? ['ADMIN'] : [] });
   * ```
   */
  readonly claims?: (user: User) => CustomClaims | Promise<CustomClaims>;
}

/** Claims of your own. Values that are not JSON go through `jsonEncoder`. */
export type CustomClaims = { readonly [claim: string]: JsonValue | Date | object };
