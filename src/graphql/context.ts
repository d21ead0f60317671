import { addressOf } from '../contracts/client-address.ts';
import { restOfTurn } from '../contracts/clock.ts';
import { headerOf, MAX_USER_AGENT_LENGTH, type RequestHeaders } from '../contracts/header-of.ts';
import type { Client } from '../contracts/hooks.ts';
import type { Settings } from '../contracts/settings/settings-table.ts';
import type { Core } from '../core/token-system.ts';
import type { Authenticated } from '../core/tokens/authenticator.ts';
import { refreshCookieOf, type OutgoingResponse, type RefreshCookie } from './refresh-cookie.ts';
import { throwAsGraphQL } from './to-graphql-error.ts';

/**
 * A request, as Express, Fastify, Apollo's standalone server and plain Node.js have it. For `graphql-ws`, give the payload
 * of `connection_init` as its headers, whatever is in there.
 */
export interface IncomingRequest {
  readonly headers: RequestHeaders;
  /** Given by Express and Fastify, proxies taken into account. What is no address counts as none. */
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
export interface RequestAuth extends Core {
  readonly client: Client;
  /**
   * Who makes this request, read once at the first call; what is wrong with the header is thrown then, and not before.
   *
   * @throws GraphQLError whose `cause` is the AuthError
   */
  authenticate(): Promise<Authenticated>;
  /**
   * The cookie that holds the refresh token of this request; null where the request and its answer hold it themselves.
   * Ask for it before any work: it refuses pages of foreign origins.
   *
   * @throws GraphQLError of OriginNotAllowed
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
export function createContextFunction(core: Core, settings: Settings): (input: ContextInput) => Promise<AuthContext> {
  const authOf = requestAuth(core, settings);
  return async (input) => {
    await restOfTurn();
    return { auth: authOf(input) };
  };
}

function clientOf({ headers, ip, socket }: IncomingRequest): Client {
  const { 'user-agent': userAgent } = headers;
  return {
    userAgent: typeof userAgent === 'string' ? userAgent.slice(0, MAX_USER_AGENT_LENGTH) : null,
    ipAddress: addressOf(ip ?? socket?.remoteAddress),
  };
}

/** Instances find the core in their prototype: to copy it into each request's object takes twenty times as long. */
function requestAuth(core: Core, settings: Settings): (input: ContextInput) => RequestAuth {
  const headerName = settings.authHeaderName.toLowerCase();

  class OfRequest {
    readonly #input: ContextInput;
    #client: Client | undefined;
    #authenticated: Promise<Authenticated> | undefined;
    #cookie: RefreshCookie | null | undefined;

    constructor(input: ContextInput) {
      this.#input = input;
    }

    get client(): Client {
      return (this.#client ??= clientOf(this.#input.req));
    }

    authenticate(): Promise<Authenticated> {
      const header = headerOf(this.#input.req.headers, headerName);
      return (this.#authenticated ??= core.authenticator.authenticate(header).catch(throwAsGraphQL));
    }

    refreshCookie(): RefreshCookie | null {
      if (!settings.refreshCookie) return null;
      const { req, res } = this.#input;
      const header = (name: string) => headerOf(req.headers, name);
      return (this.#cookie ??= refreshCookieOf({ header, response: res }, settings));
    }
  }

  Object.assign(OfRequest.prototype, core);
  return (input) => new OfRequest(input) as OfRequest & Core;
}
