import { isNumericDate, type Token, type TokenType, type VerifiedToken } from '../../contracts/claims.ts';
import type { Clock } from '../../contracts/clock.ts';
import {
  NoActiveAccount,
  PasswordChanged,
  TokenBlacklisted,
  TokenExpired,
  TokenInvalid,
  TokenReused,
  UserInactive,
  UserNotFound,
  type AuthError,
} from '../../contracts/errors.ts';
import type { Hooks } from '../../contracts/hooks.ts';
import type { Prove } from '../../contracts/proof.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { UserRecord } from '../../contracts/store/store.ts';
import {
  expectPasswordUnchanged,
  isAllowed,
  isRefused,
  standingOf,
  type Standing,
  type StandingParts,
} from '../sessions/standing.ts';
import { NO_PROOF, type KeyBinding } from './token-acceptor.ts';
import type { TokenCodec } from './token-codec.ts';
import { expectComplete, expectType } from './token-form.ts';

/** A token that was read, and how it stands. */
export interface Reading<Type extends string = string> {
  readonly token: Token<Type>;
  readonly standing: Exclude<Standing, { readonly state: 'blacklisted' }>;
}

/** What reading tokens needs. */
export interface ReaderParts extends StandingParts {
  readonly codec: TokenCodec;
  readonly hooks: Hooks;
  /** Asks who exchanges a bound token for a proof of its key. Null where tokens are bound to none. */
  readonly binding: KeyBinding | null;
}

type Blacklisted = Extract<Standing, { readonly state: 'blacklisted' }>;
/** How a token that is good for nothing any more is refused. */
type Refusal = (standing: Blacklisted) => AuthError | Promise<AuthError>;

/** Reads tokens in simplejwt's order of checks: signature and times, then blacklist, `exp`, id, and type. */
export class TokenReader {
  readonly #parts: ReaderParts;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
  }

  /**
   * Reads a token of any type; simplejwt's `UntypedToken`.
   *
   * @throws TokenExpired, TokenInvalid, TokenBlacklisted, UserNotFound, UserInactive, PasswordChanged, StoreUnavailable
   */
  async read(text: string): Promise<Reading> {
    return this.#judge(await this.#parts.codec.verify(text), (standing) => this.#asHolder(standing));
  }

  /**
   * Reads a token that must be of one type, to end it.
   *
   * @throws TokenExpired, TokenInvalid, TokenBlacklisted, TokenWrongType, StoreUnavailable
   */
  async readTyped<Type extends TokenType>(text: string, type: Type): Promise<Reading<Type>> {
    return this.#readOnce(await this.#parts.codec.verifyOnce(text), type, blacklisted);
  }

  /**
   * Reads a token that must be of one type, to exchange it. A bound one without a proof of its key is refused before anything is
   * asked about it: who has stolen it neither learns of its session nor ends it.
   *
   * @throws TokenExpired, TokenInvalid, TokenBlacklisted, TokenWrongType, NoActiveAccount, PasswordChanged, ProofRequired,
   * ProofInvalid, NonceRequired, StoreUnavailable
   */
  async readToRefresh<Type extends TokenType>(
    text: string,
    type: Type,
    prove: Prove = NO_PROOF,
  ): Promise<Reading<Type>> {
    const verified = await this.#parts.codec.verifyOnce(text);
    if (this.#parts.binding !== null) await this.#parts.binding.expectKey(verified.claims, prove);
    return this.#readOnce(verified, type, (standing) => this.#asRefreshed(standing));
  }

  async #readOnce<Type extends TokenType>(
    verified: VerifiedToken,
    type: Type,
    refusal: Refusal,
  ): Promise<Reading<Type>> {
    const { token, standing } = await this.#judge(verified, refusal);
    return { token: expectType(token, [type], this.#parts.settings), standing };
  }

  async #judge(verified: VerifiedToken, refusal: Refusal): Promise<Reading> {
    const standing = await standingOf(verified, this.#parts);
    if (standing.state === 'blacklisted') throw await refusal(standing);
    return { token: expectComplete(verified), standing };
  }

  /** Where what a token stands for was ended because of its account, simplejwt would speak of that. */
  #asHolder({ ended, user }: Blacklisted): AuthError {
    if (ended === 'password_changed' && user !== null) return new PasswordChanged();
    if (ended === 'user_deleted' && user === null) return new UserNotFound();
    if (ended === 'user_disabled' && user !== null && isRefused(user, this.#parts.settings)) return new UserInactive();
    return new TokenBlacklisted();
  }

  async #asRefreshed({ ended, user }: Blacklisted): Promise<AuthError> {
    if (ended === 'password_changed' && user !== null) return new PasswordChanged();
    const isOfAccount = ended === 'password_changed' || ended === 'user_deleted' || ended === 'user_disabled';
    if (isOfAccount && (user === null || !(await isAllowed(user, this.#parts)))) return noAccount();
    return ended === 'reused' ? new TokenReused() : new TokenBlacklisted();
  }

  /** What a token says, with nothing checked. Null if it is none. */
  decode(text: string): ReturnType<TokenCodec['decode']> {
    return this.#parts.codec.decode(text);
  }

  /**
   * The user whose token is being refreshed. Null for a token of nobody, which simplejwt refreshes as well.
   *
   * @throws NoActiveAccount, PasswordChanged
   */
  async refreshable({ token, standing: { user } }: Reading): Promise<UserRecord | null> {
    if (token.userId === null) return null;
    if (user === null || !(await isAllowed(user, this.#parts))) throw noAccount();
    expectPasswordUnchanged(token, user, this.#parts.settings);
    return user;
  }
}

const blacklisted: Refusal = () => new TokenBlacklisted();

const noAccount = () => new NoActiveAccount('No active account found for the given token.');

/**
 * When a sliding token can be refreshed no more, in seconds since the epoch.
 *
 * @throws TokenInvalid, TokenExpired
 */
export function expectRefreshable(
  { claims }: VerifiedToken,
  { settings, clock }: { readonly settings: Settings; readonly clock: Clock },
): number {
  const { slidingTokenRefreshExpClaim: claim, leeway } = settings;
  const refreshExpiresAt = claims[claim];
  if (refreshExpiresAt === undefined) throw new TokenInvalid(`Token has no '${claim}' claim`);
  if (!isNumericDate(refreshExpiresAt)) throw new TokenInvalid();
  if (refreshExpiresAt <= clock() / 1000 - leeway) {
    throw new TokenExpired('LOGIN', `Token '${claim}' claim has expired`);
  }
  return refreshExpiresAt;
}
