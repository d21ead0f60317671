import type { Claims, JsonValue } from './claims.ts';
import type { RevocationReason, UserRecord } from './store/store.ts';

/** A user as the program hands it out: all but the secrets. */
export type User = Omit<UserRecord, 'passwordHash' | 'usernameKey' | 'formerHashClaim' | 'sessionlessAfter'>;

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
  /** The throttled operation; null for other events. */
  readonly operation: ThrottledOperation | null;
  /** The limit that was reached, of the account or of the address alone; null for other events. */
  readonly rule: ThrottleRule | null;
  /** The admin who acted on another user's account; null otherwise. */
  readonly actorId: string | null;
  /** Where the request came from; null if there was no request, or it is unknown. */
  readonly client: Client | null;
}

/**
 * - `sign_in`, `sign_in_failed`: a sign-in succeeded, or failed;
 * - `token_reused`: a superseded token was used, so its session was revoked;
 * - `sessions_ended`: signed out, revoked, over the limit, or with the account or the password;
 * - `password_changed`, `user_created`, `user_enabled`, `user_disabled`, `user_deleted`;
 * - `admin_granted`, `admin_revoked`: a user was made an admin, or is none any more;
 * - `throttled`: an attempt was refused because there were too many.
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

/** The operations that are throttled. */
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
  /** Called for each security event. Errors it throws are reported. */
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
