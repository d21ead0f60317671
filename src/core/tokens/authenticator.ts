import { SessionRevoked, TokenBlacklisted, type AuthError } from '../../contracts/errors.ts';
import type { Hooks, TokenUser, User } from '../../contracts/hooks.ts';
import type { Prove } from '../../contracts/proof.ts';
import type { Authentication, SessionRecord } from '../../contracts/store/store.ts';
import { rolesOf, toUser } from '../sessions/account.ts';
import { expectHolder, standingOf, type StandingParts } from '../sessions/standing.ts';
import { authenticationIn, expectDemands, type Demand } from './demands.ts';
import { tokenUserOf, type AcceptedToken, type TokenAcceptor } from './token-acceptor.ts';

/** Who makes a request, as the token in its header says. */
export interface Authenticated {
  /** In stateless authentication made of claims alone. */
  readonly user: User | TokenUser;
  readonly token: AcceptedToken;
  /** When and how they last proved it: as the session has it, or in stateless authentication the token. Null if not known. */
  readonly authentication: Authentication | null;
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
   * @param prove the key that the request proves to hold, for a token that is bound to one
   * @throws NotAuthenticated, BadAuthorizationHeader, NoAcceptedToken, TokenInvalid, ProofRequired, ProofInvalid, NonceRequired,
   * UserNotFound, UserInactive, PasswordChanged, SessionRevoked, StoreUnavailable
   */
  async authenticate(header: string | undefined, prove?: Prove): Promise<Authenticated> {
    const { acceptor, settings, hooks } = this.#parts;
    const token = await acceptor.accept(header, prove);
    if (settings.authentication === 'stateless') {
      const user = hooks.tokenUser?.(token.claims) ?? tokenUserOf(token);
      return { user, token, authentication: authenticationIn(token) };
    }
    const { user, session } = await this.#standing(token);
    return { user, token, authentication: session?.authentication ?? null };
  }

  /**
   * A caller as they are now: read from the store, unless authentication is stateless.
   *
   * @throws UserNotFound, UserInactive, PasswordChanged, SessionRevoked, StoreUnavailable
   */
  async again(caller: Authenticated): Promise<Authenticated> {
    if (this.#parts.settings.authentication === 'stateless') return caller;
    const { user, session } = await this.#standing(caller.token);
    return { ...caller, user, authentication: session?.authentication ?? null };
  }

  /**
   * Lets a caller pass who has one of the roles that are named, if any is, and who signed in as every other demand says. The
   * account says which roles they are where roles are on and it was read, otherwise the token.
   *
   * @throws PermissionDenied, StepUpRequired
   */
  expectAllowed({ user, token, authentication }: Authenticated, demands: readonly Demand[]): void {
    if (demands.length === 0) return;
    const { settings, clock } = this.#parts;
    const isKnown = settings.roles && settings.authentication === 'session' && 'createdAt' in user;
    expectDemands(demands, isKnown ? rolesOf(user, settings) : token.claims['roles'], authentication, clock());
  }

  /**
   * The account behind an accepted token, if it and its session are as they should be: read from the store, also
   * where authentication is stateless.
   *
   * @throws UserNotFound, UserInactive, PasswordChanged, SessionRevoked, StoreUnavailable
   */
  async lookUp(token: AcceptedToken): Promise<User> {
    return (await this.#standing(token)).user;
  }

  async #standing(token: AcceptedToken): Promise<{ readonly user: User; readonly session: SessionRecord | null }> {
    const standing = await standingOf(token, this.#parts);
    const user = expectHolder(token, standing.user, this.#parts.settings);
    if (standing.state !== 'usable') throw this.#ended(token);
    return { user: toUser(user), session: standing.session };
  }

  #ended(token: AcceptedToken): AuthError {
    return token.type === 'sliding' ? this.#parts.acceptor.refusal(new TokenBlacklisted()) : new SessionRevoked();
  }
}
