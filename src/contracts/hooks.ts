import type { Claims, JsonValue } from './claims.ts';
import type { RevocationReason, UserRecord } from './store/store.ts';

/** A user as the program hands it out: all but the secrets. */
export type User = Omit<UserRecord, 'passwordHash' | 'usernameKey'>;

/** Where a request comes from, as far as it says. */
export interface Client {
  readonly userAgent: string | null;
  readonly ipAddress: string | null;
}

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
 * What happened, for whoever watches over the accounts: each event is reported once, where it is decided. None holds a
 * token, a password, or a name as it was typed, for people type passwords where a name is due.
 */
export interface SecurityEvent {
  readonly event: SecurityEventName;
  /** Whose account; null where there is none, or none is known. */
  readonly userId: string | null;
  /** Which session; null where it is none, or several. */
  readonly sessionId: string | null;
  /** Why sessions ended; null for other events. */
  readonly reason: RevocationReason | null;
  /** How many sessions ended; null for other events. */
  readonly sessions: number | null;
  /** What was throttled; null for other events. */
  readonly operation: ThrottledOperation | null;
  /** Which count was too high, that of the account or that of the address alone; null for other events. */
  readonly rule: ThrottleRule | null;
  /** The admin who did it to somebody else's account; null for everything else. */
  readonly actorId: string | null;
  /** Where the request came from; null where nobody asked, or it is not known there. */
  readonly client: Client | null;
}

/**
 * - `sign_in`, `sign_in_failed`: a password was right, or was not;
 * - `token_reused`: a superseded token was used, and its session ended for it;
 * - `sessions_ended`: signed out, revoked, over the limit, or with the account or the password;
 * - `password_changed`, `user_created`, `user_enabled`, `user_disabled`, `user_deleted`;
 * - `admin_granted`, `admin_revoked`: a user was made an admin, or is none any more;
 * - `throttled`: somebody tried too often and has to wait.
 */
export const SECURITY_EVENTS = [
  'sign_in',
  'sign_in_failed',
  'token_reused',
  'sessions_ended',
  'password_changed',
  'user_created',
  'user_enabled',
  'user_disabled',
  'user_deleted',
  'admin_granted',
  'admin_revoked',
  'throttled',
] as const;
export type SecurityEventName = (typeof SECURITY_EVENTS)[number];

/** What somebody may try too often. */
export type ThrottledOperation = 'sign_in' | 'password_change' | 'registration' | 'refresh' | 'service_credentials';

/** What a throttle counts attempts of: one account from one address, or one address whatever the account. */
export type ThrottleRule = 'account' | 'address';

/** Settings of simplejwt that are functions: options of the library. */
export interface Hooks {
  /** May this user sign in and refresh? Default: active, unless `checkUserIsActive` is off. */
  readonly userAuthenticationRule?: (user: User) => boolean | Promise<boolean>;
  /** Called after each successful sign-in, before its tokens are handed out. What it throws refuses the sign-in. */
  readonly onLoginSuccess?: (user: User, client: Client) => void | Promise<void>;
  /** Called once after each refused sign-in. */
  readonly onLoginFailed?: (credentials: FailedCredentials, client: Client) => void | Promise<void>;
  /** Called for each event that whoever watches over the accounts wants to know. What it throws is reported. */
  readonly onSecurityEvent?: (event: SecurityEvent) => void;
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
