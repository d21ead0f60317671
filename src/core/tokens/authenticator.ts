import { SessionRevoked, TokenBlacklisted, type AuthError } from '../../contracts/errors.ts';
import type { Hooks, TokenUser, User } from '../../contracts/hooks.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { Standing, StandingWithUser } from '../sessions/rotation.ts';
import { toUser, type UserService } from '../users/user-service.ts';
import { tokenUserOf, type AcceptedToken, type TokenAcceptor } from './token-acceptor.ts';
import { isSomebodyElses, type TokenReader } from './token-reader.ts';

/** Who makes a request, as the token in its header says. */
export interface Authenticated {
  /** In stateless authentication made of claims alone. */
  readonly user: User | TokenUser;
  readonly token: AcceptedToken;
}

const NO_SESSION: Standing = { state: 'usable', session: null };

/** Lets requests in by the token in their header; simplejwt's `JWTAuthentication` and `JWTStatelessUserAuthentication`. */
export class Authenticator {
  readonly #acceptor: TokenAcceptor;
  readonly #reader: TokenReader;
  readonly #users: UserService;
  readonly #settings: Settings;
  readonly #tokenUser: Hooks['tokenUser'];

  constructor(parts: {
    readonly acceptor: TokenAcceptor;
    readonly reader: TokenReader;
    readonly users: UserService;
    readonly settings: Settings;
    readonly hooks: Hooks;
  }) {
    this.#acceptor = parts.acceptor;
    this.#reader = parts.reader;
    this.#users = parts.users;
    this.#settings = parts.settings;
    this.#tokenUser = parts.hooks.tokenUser;
  }

  /**
   * Checks the value of the header in simplejwt's order: header, token, user; the session last.
   *
   * @throws NotAuthenticated, BadAuthorizationHeader, NoAcceptedToken, TokenInvalid, UserNotFound, UserInactive,
   * PasswordChanged, SessionRevoked, StoreUnavailable
   */
  async authenticate(header: string | undefined): Promise<Authenticated> {
    const token = await this.#acceptor.accept(header);
    if (this.#settings.authentication === 'stateless') {
      return { user: this.#tokenUser?.(token.claims) ?? tokenUserOf(token), token };
    }
    return { user: await this.lookUp(token), token };
  }

  /**
   * The account behind an accepted token, if it and its session are as they should be: read from the store, also
   * where authentication is stateless.
   *
   * @throws UserNotFound, UserInactive, PasswordChanged, SessionRevoked, StoreUnavailable
   */
  async lookUp(token: AcceptedToken): Promise<User> {
    const { standing, user: record } = await this.#standingWithUser(token);
    const user = this.#reader.present(token, record);
    if (standing.state !== 'usable' || isSomebodyElses(standing, user)) throw this.#ended(token);
    return toUser(user);
  }

  /** Access tokens are in no blacklist: they end with their session. */
  async #standingWithUser(token: AcceptedToken): Promise<StandingWithUser> {
    const isAlone = token.type === 'access' && token.sessionId === null;
    if (!isAlone) return this.#reader.standingWithUser(token);
    return { standing: NO_SESSION, user: await this.#users.findByClaim(token.userId) };
  }

  #ended(token: AcceptedToken): AuthError {
    return token.type === 'sliding' ? this.#acceptor.refusal(new TokenBlacklisted()) : new SessionRevoked();
  }
}
