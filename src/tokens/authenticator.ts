import {
  AuthError,
  BadAuthorizationHeader,
  NoAcceptedToken,
  NotAuthenticated,
  SessionRevoked,
  TokenBlacklisted,
} from '../errors.ts';
import type { Hooks, TokenUser, User } from '../hooks.ts';
import type { Rotation, Standing } from '../sessions/rotation.ts';
import type { Settings } from '../settings/settings-table.ts';
import { toUser, type UserService } from '../users/user-service.ts';
import type { Token } from './claims.ts';
import type { TokenCodec } from './token-codec.ts';
import { expectComplete, expectType, expectUserId, isSomebodyElses, type TokenReader } from './token-reader.ts';

/** Who makes a request, as the token in its header says. */
export interface Authenticated {
  /** In stateless authentication made of claims alone. */
  readonly user: User | TokenUser;
  readonly token: Token<'access' | 'sliding'> & { readonly userId: string };
}

const CLASS_NAMES = { access: 'AccessToken', sliding: 'SlidingToken' } as const;
/** RFC 9110 5.6.3, and what Python's `bytes.split` takes for the same. JavaScript's `\s` has more, U+00A0 for one. */
const WHITE_SPACE = /[\t\n\v\f\r ]+/;
const NO_SESSION: Standing = { state: 'usable', session: null };

/** Lets requests in by the token in their header; simplejwt's `JWTAuthentication` and `JWTStatelessUserAuthentication`. */
export class Authenticator {
  readonly #codec: TokenCodec;
  readonly #reader: TokenReader;
  readonly #rotation: Rotation;
  readonly #users: UserService;
  readonly #settings: Settings;
  readonly #tokenUser: Hooks['tokenUser'];
  readonly #schemes: ReadonlySet<string>;

  constructor(parts: {
    readonly codec: TokenCodec;
    readonly reader: TokenReader;
    readonly rotation: Rotation;
    readonly users: UserService;
    readonly settings: Settings;
    readonly hooks: Hooks;
  }) {
    this.#codec = parts.codec;
    this.#reader = parts.reader;
    this.#rotation = parts.rotation;
    this.#users = parts.users;
    this.#settings = parts.settings;
    this.#tokenUser = parts.hooks.tokenUser;
    this.#schemes = new Set(parts.settings.authHeaderTypes.map((scheme) => scheme.toLowerCase()));
  }

  /**
   * Checks the value of the header in simplejwt's order: header, token, user; the session last.
   *
   * @throws NotAuthenticated, BadAuthorizationHeader, NoAcceptedToken, TokenInvalid, UserNotFound, UserInactive,
   * PasswordChanged, SessionRevoked, StoreUnavailable
   */
  async authenticate(header: string | undefined): Promise<Authenticated> {
    const token = await this.#accept(this.#credentials(header));
    expectUserId(token);
    if (this.#settings.authentication === 'stateless') {
      return { user: this.#tokenUser?.(token.claims) ?? defaultTokenUser(token), token };
    }
    return { user: await this.lookUp(token), token };
  }

  /**
   * The account behind an accepted token, if it and its session are as they should be: read from the store, also
   * where authentication is stateless.
   *
   * @throws UserNotFound, UserInactive, PasswordChanged, SessionRevoked, StoreUnavailable
   */
  async lookUp(token: Token<'access' | 'sliding'> & { readonly userId: string }): Promise<User> {
    const [record, standing] = await Promise.all([this.#users.findByClaim(token.userId), this.#standing(token)]);
    const user = this.#reader.present(token, record);
    if (standing.state !== 'usable' || isSomebodyElses(standing, user)) throw this.#ended(token);
    return toUser(user);
  }

  #credentials(header = ''): string {
    const [scheme = '', ...rest] = header.split(WHITE_SPACE, 4).filter((part) => part !== '');
    if (!this.#schemes.has(scheme.toLowerCase())) throw new NotAuthenticated();
    const [text] = rest;
    if (text === undefined || rest.length > 1) throw new BadAuthorizationHeader();
    return text;
  }

  async #accept(text: string): Promise<Token<'access' | 'sliding'>> {
    try {
      return expectType(expectComplete(await this.#codec.verify(text)), this.#settings.authTokenClasses);
    } catch (error) {
      throw error instanceof AuthError ? this.#notAccepted(error) : error;
    }
  }

  /** Access tokens are in no blacklist: they end with their session. */
  #standing(token: Token): Promise<Standing> {
    const isAlone = token.type === 'access' && token.sessionId === null;
    return isAlone ? Promise.resolve(NO_SESSION) : this.#rotation.standing(token);
  }

  #ended(token: Token): AuthError {
    return token.type === 'sliding' ? this.#notAccepted(new TokenBlacklisted()) : new SessionRevoked();
  }

  #notAccepted(cause: AuthError): NoAcceptedToken {
    const messages = this.#settings.authTokenClasses.map((type) => ({
      token_class: CLASS_NAMES[type],
      token_type: type,
      message: cause.message,
    }));
    return new NoAcceptedToken(cause, messages);
  }
}

function defaultTokenUser({ userId, claims: { username } }: Token & { readonly userId: string }): TokenUser {
  return { id: userId, username: typeof username === 'string' ? username : '' };
}
