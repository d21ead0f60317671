import { kept } from '../contracts/client-address.ts';
import { restOfTurn } from '../contracts/clock.ts';
import { areWebHeaders, headerOf, type RequestHeaders } from '../contracts/request-text.ts';
import type { Client } from '../contracts/hooks.ts';
import type { Prove, ProvenKey } from '../contracts/proof.ts';
import type { Settings } from '../contracts/settings/settings-table.ts';
import type { Core } from '../core/token-system.ts';
import type { ProofRequest } from '../core/dpop/dpop.ts';
import type { Watch } from '../core/live/live-sessions.ts';
import type { Authenticated } from '../core/tokens/authenticator.ts';
import { localized } from './languages/localized.ts';
import { cookieSetterOf, refreshCookieOf, type OutgoingResponse, type RefreshCookie } from './refresh-cookie.ts';
import { isGraphQLError, toGraphQLError } from './to-graphql-error.ts';

/**
 * A request, as Express, Fastify, Apollo's standalone server and plain Node.js have it, or a `Request` of the Fetch API. For
 * `graphql-ws`, give the payload of `connection_init` as its headers, whatever is in there.
 */
export interface IncomingRequest {
  readonly headers: RequestHeaders;
  /** Given by Express and Fastify, proxies taken into account. What is no address counts as none. */
  readonly ip?: string | undefined;
  readonly socket?: { readonly remoteAddress?: string | undefined };
  /** The path, or all of the address as a `Request` has it. */
  readonly url?: string | undefined;
  /** The path where Express has mounted a router, which takes a part of it out of `url`. */
  readonly originalUrl?: string | undefined;
  readonly method?: string | undefined;
}

/** What the context function is given. */
export interface ContextInput {
  readonly req: IncomingRequest;
  /**
   * The address of the client, where the request does not have it: a `Request` has none. It goes before that of the request.
   * What is no address counts as none.
   */
  readonly ip?: string | null | undefined;
  /**
   * Where the refresh cookie is set, with `refreshCookie` on. Express and Apollo's standalone server hand it over; of
   * Fastify it is `reply.raw`.
   */
  readonly res?: OutgoingResponse | undefined;
  /** The same object for all requests of one WebSocket, which share the proof that it was opened with. */
  readonly connection?: object | undefined;
  /**
   * In place of `res`: is given the value of a `Set-Cookie` header, before the operation resolves. Append it to the headers of
   * the response. Of several, the last one counts.
   *
   * @example
   * ```ts
   * const cookies: string[] = [];
   * const context = await auth.context({ req: request, setCookie: (cookie) => cookies.push(cookie) });
   * ```
   */
  readonly setCookie?: ((cookie: string) => unknown) | undefined;
}

/** What every resolver finds in its context under `auth`. */
export interface RequestAuth extends Core {
  readonly client: Client;
  /** The language that the client prefers: the first tag of `Accept-Language` (RFC 9110 12.5.4); null where there is none. */
  readonly language: string | null;
  /**
   * Does what this request asks for, and waits for it no longer than its deadline where MongoDB does not answer.
   *
   * @throws StoreUnavailable, and what the work throws
   */
  inTime<Result>(work: () => Promise<Result>): Promise<Result>;
  /**
   * Who makes this request, read once at the first call; what is wrong with the header is thrown then, and not before.
   *
   * @throws GraphQLError whose `cause` is the AuthError
   */
  authenticate(): Promise<Authenticated>;
  /**
   * The key that this request proves to hold, with `JWT_DPOP`; null where it has no proof. The proof is checked once, at the first
   * call.
   *
   * @throws ProofInvalid, NonceRequired, StoreUnavailable
   */
  prove(): Promise<ProvenKey | null>;
  /**
   * Lets the caller in as `authenticate` does, always anew, and calls `ended` once when it no longer would: at the end of the
   * token, its session or account, or when its key is retired. Close what it resolves to when nobody needs to know any more.
   *
   * @throws GraphQLError whose `cause` is the AuthError
   */
  watch(ended: (error: unknown) => void): Promise<Watch>;
  /**
   * The cookie that holds the refresh token of this request; null where the request and its answer hold it themselves.
   * Ask for it before any work: it refuses pages of foreign origins.
   *
   * @throws GraphQLError of OriginNotAllowed
   */
  refreshCookie(): RefreshCookie | null;
  /**
   * Throws an error as GraphQL servers pass it on, its message in the language of `Accept-Language` where it is one of ours.
   *
   * @throws GraphQLError of an AuthError, and whatever else is given
   */
  refuse(error: unknown): Promise<never>;
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
    if (!input.req) throw new TypeError('auth.context: got no req, expected the request: auth.context({ req }).');
    await restOfTurn();
    return { auth: authOf(input) };
  };
}

const clientOf = ({ req: { headers, ip, socket }, ip: given }: ContextInput): Client =>
  kept({
    userAgent: headerOf(headers, 'user-agent') ?? null,
    ipAddress: given ?? ip ?? socket?.remoteAddress ?? null,
  });

/** The host that a request is for. A `Request` that was made by a program has it in its URL alone. */
function hostOf({ headers, url }: IncomingRequest): string | undefined {
  const host = headerOf(headers, 'host');
  if (host !== undefined || url === undefined || !areWebHeaders(headers)) return host;
  return URL.canParse(url) ? new URL(url).host : undefined;
}

/** What a proof must be made for. That of a WebSocket is made for the request that opened it. */
function proofRequestOf({ req }: ContextInput, proof: string): ProofRequest {
  const { method = 'GET', originalUrl, url = '' } = req;
  return { proof, method, path: originalUrl ?? url, host: hostOf(req) };
}

const NOTHING_PROVEN: Promise<null> = Promise.resolve(null);

/** Instances find the core in their prototype: to copy it into each request's object takes twenty times as long. */
function requestAuth(core: Core, settings: Settings): (input: ContextInput) => RequestAuth {
  const headerName = settings.authHeaderName.toLowerCase();
  const { dpop, deadline } = core.rooms;
  const ofConnections = new WeakMap<object, Promise<ProvenKey | null>>();
  const prove = (input: ContextInput): Promise<ProvenKey | null> => {
    const proof = headerOf(input.req.headers, 'dpop');
    if (dpop === undefined || proof === undefined) return NOTHING_PROVEN;
    return dpop.prove(proofRequestOf(input, proof), (nonce) => input.res?.setHeader('dpop-nonce', nonce));
  };

  class OfRequest {
    readonly #input: ContextInput;
    readonly #since = deadline === undefined ? 0 : performance.now();
    #client: Client | undefined;
    #authenticated: Promise<Authenticated> | undefined;
    #proven: Promise<ProvenKey | null> | undefined;
    #cookie: RefreshCookie | null | undefined;

    constructor(input: ContextInput) {
      this.#input = input;
    }

    get client(): Client {
      return (this.#client ??= clientOf(this.#input));
    }

    get language(): string | null {
      const header = headerOf(this.#input.req.headers, 'accept-language') ?? '';
      return /^\s*([a-z]{2,3}(-[a-z\d]{2,8}){0,3})\b/i.exec(header)?.[1] ?? null;
    }

    inTime<Result>(work: () => Promise<Result>): Promise<Result> {
      return deadline === undefined ? work() : deadline.within(this.#since, work);
    }

    authenticate(): Promise<Authenticated> {
      const header = headerOf(this.#input.req.headers, headerName);
      return (this.#authenticated ??= core.authenticator
        .authenticate(header, this.#prover)
        .catch((error: unknown) => this.refuse(error)));
    }

    prove(): Promise<ProvenKey | null> {
      return (this.#proven ??= this.#ofConnection());
    }

    /** Nobody asks for it where tokens are bound to no keys. */
    get #prover(): Prove | undefined {
      return dpop && (() => this.prove());
    }

    #ofConnection(): Promise<ProvenKey | null> {
      const { connection } = this.#input;
      if (connection === undefined) return prove(this.#input);
      const known = ofConnections.get(connection) ?? prove(this.#input);
      ofConnections.set(connection, known);
      return known;
    }

    async watch(ended: (error: unknown) => void): Promise<Watch> {
      const header = headerOf(this.#input.req.headers, headerName);
      const live = await core.live();
      const tell = async (error: unknown): Promise<void> => {
        try {
          await this.refuse(error);
        } catch (refusal) {
          ended(refusal);
        }
      };
      try {
        return await live.watch(header, (error) => void tell(error), this.#prover);
      } catch (error) {
        return this.refuse(error);
      }
    }

    refreshCookie(): RefreshCookie | null {
      if (!settings.refreshCookie) return null;
      const { req, res, setCookie = res && cookieSetterOf(res) } = this.#input;
      const [origin, cookie] = ['origin', 'cookie'].map((name) => headerOf(req.headers, name));
      return (this.#cookie ??= refreshCookieOf({ origin, host: hostOf(req), cookie, setCookie }, settings));
    }

    async refuse(error: unknown): Promise<never> {
      const refusal = toGraphQLError(error);
      if (isGraphQLError(refusal))
        refusal.message = await localized(refusal.message, headerOf(this.#input.req.headers, 'accept-language'));
      throw refusal;
    }
  }

  Object.assign(OfRequest.prototype, core);
  return (input) => new OfRequest(input) as OfRequest & Core;
}
