import type { UserRecord } from './store/store.ts';
import type { Claims, JsonValue } from './tokens/claims.ts';

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

/** Settings of simplejwt that are functions: options of the library. */
export interface Hooks {
  /** May this user sign in and refresh? Default: active, unless `checkUserIsActive` is off. */
  readonly userAuthenticationRule?: (user: User) => boolean | Promise<boolean>;
  /** Called after each successful sign-in, before its tokens are handed out. What it throws refuses the sign-in. */
  readonly onLoginSuccess?: (user: User, client: Client) => void | Promise<void>;
  /** Called once after each refused sign-in. */
  readonly onLoginFailed?: (credentials: FailedCredentials, client: Client) => void | Promise<void>;
  /** Makes the user of stateless authentication. Default: id and the claim `username`. */
  readonly tokenUser?: (claims: Claims) => TokenUser;
  /** Replacer of `JSON.stringify` for claims that are not JSON by themselves. */
  readonly jsonEncoder?: (this: unknown, key: string, value: unknown) => unknown;
  /** Custom claims of every token made for the user; refreshing carries them along. */
  readonly claims?: (user: User) => CustomClaims | Promise<CustomClaims>;
}

/** Claims of your own. Values that are not JSON go through `jsonEncoder`. */
export type CustomClaims = { readonly [claim: string]: JsonValue | Date | object };
