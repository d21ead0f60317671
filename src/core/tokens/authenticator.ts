import { SessionRevoked, TokenBlacklisted, type AuthError } from '../../contracts/errors.ts';
import type { Hooks, TokenUser, User } from '../../contracts/hooks.ts';
import { toUser } from '../sessions/account.ts';
import { expectHolder, standingOf, type StandingParts } from '../sessions/standing.ts';
import { tokenUserOf, type AcceptedToken, type TokenAcceptor } from './token-acceptor.ts';

/** Who makes a request, as the token in its header says. */
export interface Authenticated {
  /** In stateless authentication made of claims alone. */
  readonly user: User | TokenUser;
  readonly token: AcceptedToken;
}

/** What authenticating needs. */
export interface AuthenticatorParts extends StandingParts {
  readonly acceptor: TokenAcceptor;
  readonly hooks: Hooks;
}

/** Lets requests in by the token in their header; simplejwt's `JWTAuthentication` and `JWTStatelessUserAuthentication`. */
export class Authenticator {
  readonly #parts: AuthenticatorParts;

  constructor(parts: AuthenticatorParts) {
    this.#parts = parts;
  }

  /**
   * Checks the value of the header in simplejwt's order: header, token, user; the session last.
   *
   * @throws NotAuthenticated, BadAuthorizationHeader, NoAcceptedToken, TokenInvalid, UserNotFound, UserInactive,
   * PasswordChanged, SessionRevoked, StoreUnavailable
   */
  async authenticate(header: string | undefined): Promise<Authenticated> {
    const { acceptor, settings, hooks } = this.#parts;
    const token = await acceptor.accept(header);
    if (settings.authentication === 'stateless') {
      return { user: hooks.tokenUser?.(token.claims) ?? tokenUserOf(token), token };
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
    const standing = await standingOf(token, this.#parts);
    const user = expectHolder(token, standing.user, this.#parts.settings);
    if (standing.state !== 'usable') throw this.#ended(token);
    return toUser(user);
  }

  #ended(token: AcceptedToken): AuthError {
    return token.type === 'sliding' ? this.#parts.acceptor.refusal(new TokenBlacklisted()) : new SessionRevoked();
  }
}
