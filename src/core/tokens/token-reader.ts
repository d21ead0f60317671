import type { Token, TokenType, VerifiedToken } from '../../contracts/claims.ts';
import { NoActiveAccount, TokenBlacklisted } from '../../contracts/errors.ts';
import type { Hooks } from '../../contracts/hooks.ts';
import type { UserRecord } from '../../contracts/store/store.ts';
import { standingOf, type Standing, type StandingParts } from '../sessions/standing.ts';
import { isAllowed } from '../users/account.ts';
import { expectComplete, expectType, expectUserId } from './expectations.ts';
import { expectPasswordUnchanged } from './holder.ts';
import type { TokenCodec } from './token-codec.ts';

/** A token that was read, and how it stands. */
export interface Reading<Type extends string = string> {
  readonly token: Token<Type>;
  readonly standing: Exclude<Standing, { readonly state: 'blacklisted' }>;
}

/** What reading tokens needs. */
export interface ReaderParts extends StandingParts {
  readonly codec: TokenCodec;
  readonly hooks: Hooks;
}

/** Reads tokens in simplejwt's order of checks: signature and times, then blacklist, `exp`, id, and type. */
export class TokenReader {
  readonly #parts: ReaderParts;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
  }

  /**
   * Reads a token of any type; simplejwt's `UntypedToken`.
   *
   * @throws TokenExpired, TokenInvalid, TokenBlacklisted, StoreUnavailable
   */
  async read(text: string): Promise<Reading> {
    return this.#judge(await this.#parts.codec.verify(text));
  }

  /**
   * Reads a token that must be of one type, to exchange it or to end it.
   *
   * @throws TokenExpired, TokenInvalid, TokenBlacklisted, TokenWrongType, StoreUnavailable
   */
  async readTyped<Type extends TokenType>(text: string, type: Type): Promise<Reading<Type>> {
    const { token, standing } = await this.#judge(await this.#parts.codec.verifyOnce(text));
    return { token: expectType(token, [type], this.#parts.settings), standing };
  }

  async #judge(verified: VerifiedToken): Promise<Reading> {
    const standing = await standingOf(verified, this.#parts);
    if (standing.state === 'blacklisted') throw new TokenBlacklisted();
    return { token: expectComplete(verified), standing };
  }

  /** What a token says, with nothing checked. Null if it is none. */
  decode(text: string): ReturnType<TokenCodec['decode']> {
    return this.#parts.codec.decode(text);
  }

  /**
   * The user whose token is being refreshed.
   *
   * @throws TokenInvalid, NoActiveAccount, PasswordChanged
   */
  async refreshable({ token, standing: { user } }: Reading): Promise<UserRecord> {
    expectUserId(token);
    if (user === null || !(await isAllowed(user, this.#parts))) {
      throw new NoActiveAccount('No active account found for the given token.');
    }
    expectPasswordUnchanged(token, user, this.#parts.settings);
    return user;
  }
}
