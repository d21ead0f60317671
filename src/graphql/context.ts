import type { Client } from '../contracts/hooks.ts';
import type { Settings } from '../contracts/settings/settings-table.ts';
import { restOfTurn } from '../contracts/turn.ts';
import type { Administration } from '../core/admin/administration.ts';
import type { SessionService } from '../core/sessions/session-service.ts';
import type { Throttle } from '../core/throttle/throttle.ts';
import type { Authenticated, Authenticator } from '../core/tokens/authenticator.ts';
import type { TokenService } from '../core/tokens/token-service.ts';
import type { UserService } from '../core/users/user-service.ts';
import { refreshCookieOf, type OutgoingResponse, type RefreshCookie } from './refresh-cookie.ts';

/** What the resolvers work with. */
export interface AuthServices {
  readonly tokens: TokenService;
  readonly users: UserService;
  readonly sessions: SessionService;
  readonly authenticator: Authenticator;
  readonly throttle: Throttle;
  readonly administration: Administration;
}

/**
 * A request, as Express, Fastify, Apollo's standalone server and plain Node.js have it. For `graphql-ws`, give the payload
 * of `connection_init` as its headers, whatever is in there.
 */
export interface IncomingRequest {
  readonly headers: Readonly<Record<string, unknown>>;
  /** Given by Express and Fastify, proxies taken into account. */
  readonly ip?: string | undefined;
  readonly socket?: { readonly remoteAddress?: string | undefined };
}

/** What the context function is given. */
export interface ContextInput {
  readonly req: IncomingRequest;
  /**
   * Where the refresh cookie is set, with `refreshCookie` on. Express and Apollo's standalone server hand it over; of
   * Fastify it is `reply.raw`.
   */
  readonly res?: OutgoingResponse | undefined;
}

/** What every resolver finds in its context under `auth`. */
export interface RequestAuth extends AuthServices {
  readonly client: Client;
  /**
   * Who makes this request, read once at the first call; what is wrong with the header is thrown then, and not before.
   *
   * @throws AuthError
   */
  authenticate(): Promise<Authenticated>;
  /**
   * The cookie that holds the refresh token of this request; null where the request and its answer hold it themselves.
   * Ask for it before any work: it refuses pages of foreign origins.
   *
   * @throws OriginNotAllowed
   */
  refreshCookie(): RefreshCookie | null;
}

/** The context of our resolvers. Spread it into your own. */
export interface AuthContext {
  readonly auth: RequestAuth;
}

/**
 * Makes the context function of an Apollo Server. It reads nothing and verifies nothing before it is asked, so that a stale
 * token never breaks a sign-in or a refresh.
 */
export function createContextFunction(
  services: AuthServices,
  settings: Settings,
): (input: ContextInput) => Promise<AuthContext> {
  const setup = { services, settings, headerName: settings.authHeaderName.toLowerCase() };
  return async (input) => {
    await restOfTurn();
    return { auth: new AuthOfRequest(setup, input) };
  };
}

interface Setup {
  readonly services: AuthServices;
  readonly settings: Settings;
  readonly headerName: string;
}

/** A class, since one is made for each request: an object of closures and spread services takes twenty times as long. */
class AuthOfRequest implements RequestAuth {
  readonly tokens: TokenService;
  readonly users: UserService;
  readonly sessions: SessionService;
  readonly authenticator: Authenticator;
  readonly throttle: Throttle;
  readonly administration: Administration;
  readonly #setup: Setup;
  readonly #input: ContextInput;
  #authenticated: Promise<Authenticated> | undefined;
  #cookie: RefreshCookie | null | undefined;

  constructor(setup: Setup, input: ContextInput) {
    const { tokens, users, sessions, authenticator, throttle, administration } = setup.services;
    this.tokens = tokens;
    this.users = users;
    this.sessions = sessions;
    this.authenticator = authenticator;
    this.throttle = throttle;
    this.administration = administration;
    this.#setup = setup;
    this.#input = input;
  }

  get client(): Client {
    const { req } = this.#input;
    return {
      userAgent: headerOf(req, 'user-agent') ?? null,
      ipAddress: req.ip ?? req.socket?.remoteAddress ?? null,
    };
  }

  authenticate(): Promise<Authenticated> {
    return (this.#authenticated ??= this.authenticator.authenticate(headerOf(this.#input.req, this.#setup.headerName)));
  }

  refreshCookie(): RefreshCookie | null {
    const { req, res } = this.#input;
    const header = (name: string) => headerOf(req, name);
    return (this.#cookie ??= refreshCookieOf({ header, response: res }, this.#setup.settings));
  }
}

function headerOf({ headers }: IncomingRequest, name: string): string | undefined {
  const value = headers[name];
  if (typeof value === 'string') return value;
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.every((part) => typeof part === 'string') ? values.join(' ') : undefined;
}
