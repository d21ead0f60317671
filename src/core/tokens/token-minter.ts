import { newId, toNumericDate, type Claims, type TokenType } from '../../contracts/claims.ts';
import type { Clock } from '../../contracts/clock.ts';
import type { Client, CustomClaims, Hooks, User } from '../../contracts/hooks.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { Authentication, SessionRecord } from '../../contracts/store/store.ts';
import { passwordFingerprint, rolesOf } from '../sessions/account.ts';
import { tellsOfSignIn } from '../sessions/session-service.ts';
import { accountClaims } from './account-claims.ts';
import type { TokenCodec } from './token-codec.ts';
import { ownClaims } from './token-form.ts';

/** Who asks for a token, and what it should say beside the usual. */
export interface MintOptions {
  readonly claims?: CustomClaims;
  readonly client?: Client;
  /** How the user signed in just now, in the words of RFC 8176: `['pwd']`. Default: in a way that is not known. */
  readonly methods?: readonly string[];
  /** When and how the user signed in, if not just now; undefined if that is not known. */
  readonly authentication?: Authentication | undefined;
  /** What the user calls the device. Kept where devices have names. */
  readonly deviceName?: string | null | undefined;
  /**
   * The key of the client that all tokens of the session are bound to, by its thumbprint (RFC 7638): `auth.prove` has it. Asked
   * for where `JWT_DPOP` is on.
   */
  readonly boundTo?: string | undefined;
}

/** A signed token and when it ends. */
export interface MintedToken {
  readonly token: string;
  readonly expiresAt: Date;
}

/** A signed sliding token: it proves its holder until `expiresAt`, and can be refreshed until `refreshExpiresAt`. */
export interface MintedSlidingToken extends MintedToken {
  readonly refreshExpiresAt: Date;
}

/** True in the access and sliding tokens of an admin, and missing in all others. */
const ADMIN_CLAIM = 'is_admin';

/** Of accounts and sessions as they are when a token is made, where settings say so: no token hands them on. */
const ROLES_CLAIM = 'roles';
const SIGN_IN_CLAIMS = ['auth_time', 'amr'] as const;

/** What minting needs. */
export interface MinterParts {
  readonly codec: TokenCodec;
  readonly settings: Settings;
  readonly hooks: Hooks;
  readonly clock: Clock;
}

/** Builds the claims of each kind of token and signs them. It reads and writes no store. */
export class TokenMinter {
  readonly #parts: MinterParts;
  readonly #tellsOfSignIn: boolean;
  /** Claims that each token has anew, and not from the one before. */
  readonly #madeAnew: readonly string[];

  constructor(parts: MinterParts) {
    this.#parts = parts;
    this.#tellsOfSignIn = tellsOfSignIn(parts.settings);
    this.#madeAnew = [...(parts.settings.roles ? [ROLES_CLAIM] : []), ...(this.#tellsOfSignIn ? SIGN_IN_CLAIMS : [])];
  }

  /** The claims that describe a user, custom ones included, for the first refresh token of a session. */
  async describe(
    user: User,
    { claims: custom = {}, boundTo }: Pick<MintOptions, 'claims' | 'boundTo'> = {},
  ): Promise<Readonly<Record<string, unknown>>> {
    const { userIdClaim, userIdField, checkRevokeToken, revokeTokenClaim } = this.#parts.settings;
    return {
      ...(await this.#parts.hooks.claims?.(user)),
      ...custom,
      [userIdClaim]: user[userIdField],
      ...(checkRevokeToken && { [revokeTokenClaim]: passwordFingerprint(user) }),
      ...(boundTo !== undefined && { cnf: { jkt: boundTo } }),
    };
  }

  /** The refresh token that is current in a session: every call for one state of the session makes the same claims. */
  refresh(described: Readonly<Record<string, unknown>>, session: SessionRecord): MintedToken {
    return this.#mint('refresh', described, {
      jti: session.jti,
      issuedAt: toNumericDate(session.rotatedAt),
      expiresAt: toNumericDate(session.expiresAt),
      sessionId: session.id,
      user: null, // what it is now is said by the tokens that let in
      authentication: null,
    });
  }

  /** An access token with all claims of a refresh token but its own; with a session, it ends with it at the latest. */
  access(described: Readonly<Record<string, unknown>>, session: SessionRecord | null, user: User | null): MintedToken {
    const issuedAt = toNumericDate(this.#parts.clock());
    const idleEnd = session === null ? Infinity : toNumericDate(session.expiresAt);
    return this.#mint('access', described, {
      jti: newId(),
      issuedAt,
      expiresAt: Math.min(issuedAt + this.#parts.settings.accessTokenLifetime, idleEnd),
      sessionId: session?.id ?? null,
      user,
      authentication: session?.authentication ?? null,
    });
  }

  /** A sliding token. Refreshing one keeps its jti and moves its `exp`, never past the end of refreshing. */
  sliding(described: Readonly<Record<string, unknown>>, kept: Kept): MintedSlidingToken {
    const issuedAt = toNumericDate(this.#parts.clock());
    const expiresAt = Math.min(issuedAt + this.#parts.settings.slidingTokenLifetime, kept.refreshExpiresAt);
    const claims = { ...described, [this.#parts.settings.slidingTokenRefreshExpClaim]: kept.refreshExpiresAt };
    const minted = this.#mint('sliding', claims, { ...kept, issuedAt, expiresAt });
    return { ...minted, refreshExpiresAt: toDate(kept.refreshExpiresAt) };
  }

  #mint(type: TokenType, described: Readonly<Record<string, unknown>>, own: OwnClaims): MintedToken {
    const { settings } = this.#parts;
    const { userIdClaim, accessClaims } = settings;
    const { tokenTypeClaim, jtiClaim } = ownClaims(this.#parts.settings);
    // simplejwt's order of claims, so that our tokens read like its own. Custom claims cannot replace these.
    const { sid: _former, [ADMIN_CLAIM]: _claimed, ...rest } = omit(described, this.#madeAnew);
    const registered = {
      [tokenTypeClaim]: type,
      exp: own.expiresAt,
      iat: own.issuedAt,
      [jtiClaim]: own.jti,
      [userIdClaim]: described[userIdClaim],
    };
    const claims = {
      ...registered,
      ...rest,
      ...(accessClaims && own.user && accountClaims(accessClaims, own.user, settings)),
      ...(settings.roles && own.user && { [ROLES_CLAIM]: rolesOf(own.user, settings) }),
      ...(own.authentication && this.#tellsOfSignIn && signInClaims(own.authentication)),
      ...registered,
      ...(own.sessionId !== null && { sid: own.sessionId }),
      ...(own.user?.isAdmin && { [ADMIN_CLAIM]: true }),
    };
    return { token: this.#parts.codec.sign(claims), expiresAt: toDate(own.expiresAt) };
  }
}

interface OwnClaims {
  readonly jti: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly sessionId: string | null;
  /** Whose account it tells of; null for a token that tells of none. */
  readonly user: User | null;
  /** The last proof of who its user is, as the session has it. */
  readonly authentication: Authentication | null;
}

/** What a refreshed sliding token has in common with the one before, and its user as they are now. */
interface Kept {
  readonly jti: string;
  readonly refreshExpiresAt: number;
  readonly sessionId: string | null;
  readonly user: User | null;
  readonly authentication: Authentication | null;
}

const toDate = (numericDate: number): Date => new Date(numericDate * 1000);

/** OpenID Connect Core 2. */
const signInClaims = ({ at, methods }: Authentication) => ({
  auth_time: toNumericDate(at),
  ...(methods.length > 0 && { amr: methods }),
});

const omit = (claims: Readonly<Record<string, unknown>>, names: readonly string[]) =>
  names.length === 0 ? claims : Object.fromEntries(Object.entries(claims).filter(([name]) => !names.includes(name)));

/** The claims a token hands on to the next: all of them; those of its own are replaced when minting. */
export const handedOn = (
  claims: Claims,
  userIdClaim: string,
  userId: string | null,
): Readonly<Record<string, unknown>> => ({
  ...claims,
  ...(userId !== null && { [userIdClaim]: userId }), // always a string, also where an older simplejwt wrote a number
});
