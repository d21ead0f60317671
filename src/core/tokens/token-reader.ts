import type { Token, TokenType, VerifiedToken } from '../../contracts/claims.ts';
import {
  NoActiveAccount,
  PasswordChanged,
  TokenBlacklisted,
  UserInactive,
  UserNotFound,
} from '../../contracts/errors.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { UserRecord } from '../../contracts/store/store.ts';
import type { Rotation, Standing, StandingWithUser } from '../sessions/rotation.ts';
import { passwordFingerprint, type UserService } from '../users/user-service.ts';
import { expectComplete, expectType, expectUserId } from './expectations.ts';
import type { TokenCodec } from './token-codec.ts';

/** A token that was read, how it stands, and the user it names, if there is one. */
export interface Reading<Type extends string = string> {
  readonly token: Token<Type>;
  /** Never `blacklisted`. */
  readonly standing: Standing;
  readonly user: UserRecord | null;
}

/** Reads tokens in simplejwt's order of checks: signature and times, then blacklist, `exp`, id, and type. */
export class TokenReader {
  readonly #codec: TokenCodec;
  readonly #rotation: Rotation;
  readonly #users: UserService;
  readonly #settings: Settings;

  constructor(codec: TokenCodec, rotation: Rotation, users: UserService, settings: Settings) {
    this.#codec = codec;
    this.#rotation = rotation;
    this.#users = users;
    this.#settings = settings;
  }

  /**
   * Reads a token of any type; simplejwt's `UntypedToken`.
   *
   * @throws TokenExpired, TokenInvalid, TokenBlacklisted, StoreUnavailable
   */
  async read(text: string): Promise<Reading> {
    const verified = await this.#codec.verify(text);
    const { standing, user } = await this.standingWithUser(verified);
    if (standing.state === 'blacklisted' || isSomebodyElses(standing, user)) throw new TokenBlacklisted();
    return { token: expectComplete(verified), standing, user };
  }

  /**
   * Reads a token that must be of one type.
   *
   * @throws TokenExpired, TokenInvalid, TokenBlacklisted, TokenWrongType, StoreUnavailable
   */
  async readTyped<Type extends TokenType>(text: string, type: Type): Promise<Reading<Type>> {
    const reading = await this.read(text);
    return { ...reading, token: expectType(reading.token, [type]) };
  }

  /** What a token says, with nothing checked. Null if it is none. */
  decode(text: string): ReturnType<TokenCodec['decode']> {
    return this.#codec.decode(text);
  }

  /**
   * How a verified token stands, and the user it names.
   *
   * @throws StoreUnavailable
   */
  async standingWithUser(token: VerifiedToken): Promise<StandingWithUser> {
    const { userId } = token;
    if (userId === null) return { standing: await this.#rotation.standing(token), user: null };
    if (this.#settings.userIdField === 'id') return this.#rotation.standingWithUser(token, userId);
    const [standing, user] = await Promise.all([this.#rotation.standing(token), this.#users.findByClaim(userId)]);
    return { standing, user };
  }

  /**
   * The user whose token is being refreshed, read anew.
   *
   * @throws TokenInvalid, NoActiveAccount, PasswordChanged
   */
  async refreshable({ token, user }: Reading): Promise<UserRecord> {
    expectUserId(token);
    if (user === null || !(await this.#users.isAllowed(user))) {
      throw new NoActiveAccount('No active account found for the given token.');
    }
    this.#refuseChangedPassword(token, user);
    return user;
  }

  /**
   * The user who presents a token to be let in.
   *
   * @throws TokenInvalid, UserNotFound, UserInactive, PasswordChanged
   */
  present(token: Token, user: UserRecord | null): UserRecord {
    expectUserId(token);
    if (user === null) throw new UserNotFound();
    if (this.#users.isRefused(user)) throw new UserInactive();
    this.#refuseChangedPassword(token, user);
    return user;
  }

  #refuseChangedPassword(token: Token, user: UserRecord): void {
    const { checkRevokeToken, revokeTokenClaim } = this.#settings;
    if (checkRevokeToken && token.claims[revokeTokenClaim] !== passwordFingerprint(user)) throw new PasswordChanged();
  }
}

/** Whether a session is of another account than the token names: one that had the same name before, for instance. */
export function isSomebodyElses(standing: Standing, user: UserRecord | null): boolean {
  return 'session' in standing && standing.session !== null && user !== null && standing.session.userId !== user.id;
}
