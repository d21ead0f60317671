import { parseCookie, stringifySetCookie } from 'cookie';
import { NotAuthenticated, OriginNotAllowed } from '../contracts/errors.ts';
import { isSecureOrigin } from '../contracts/settings/secure-origin.ts';
import type { Settings } from '../contracts/settings/settings-table.ts';
import type { MintedToken } from '../core/tokens/token-minter.ts';
import { toGraphQLError } from './to-graphql-error.ts';

/** `__Host-`: set by this host over TLS or not at all, so no neighbour can plant one (RFC 6265bis 4.1.3.2). */
const NAME = '__Host-simplejwt-refresh';

/** Browsers drop a cookie of which name and value are longer, without a word (RFC 6265bis 5.7). */
const MAX_BYTES = 4096;

/** A response, as Express, Apollo's standalone server and plain Node.js have it. */
export interface OutgoingResponse {
  getHeader(name: string): number | string | readonly string[] | undefined;
  setHeader(name: string, value: string | readonly string[]): unknown;
}

/** Cookie mode: the refresh token of one browser, where no script can read it. */
export class RefreshCookie {
  #token: string | undefined;
  readonly #setCookie: (cookie: string) => unknown;

  constructor(header: string | undefined, setCookie: (cookie: string) => unknown) {
    this.#token = parseCookie(header ?? '')[NAME];
    this.#setCookie = setCookie;
  }

  /** The token it holds, if any. */
  get token(): string | undefined {
    return this.#token;
  }

  /**
   * The token it holds.
   *
   * @throws GraphQLError of NotAuthenticated if it holds none
   */
  read(): string {
    if (!this.#token) throw toGraphQLError(new NotAuthenticated());
    return this.#token;
  }

  /** Puts a token into it, until that token's end. Without rotation it is the one already there. */
  hold({ token, expiresAt }: MintedToken): void {
    if (token === this.#token) return;
    const bytes = NAME.length + token.length;
    if (bytes > MAX_BYTES) {
      throw new Error(
        `The refresh cookie would have ${bytes} bytes; browsers accept at most ${MAX_BYTES}. Expected fewer or shorter custom claims.`,
      );
    }
    this.#write(token, expiresAt);
  }

  /**
   * Empties it. For signing out alone: a refresh that is refused may have been under way while its user signed in
   * again, and must not wipe the cookie of that.
   */
  clear(): void {
    this.#write('', new Date(0));
  }

  #write(value: string, expires: Date): void {
    this.#token = value;
    const attributes = { path: '/', expires, httpOnly: true, secure: true, sameSite: 'strict' } as const;
    this.#setCookie(stringifySetCookie({ name: NAME, value, ...attributes }));
  }
}

/** Sets our cookie on a response. */
export function cookieSetterOf(response: OutgoingResponse): (cookie: string) => void {
  return (ours) => {
    const set = [response.getHeader('set-cookie') ?? []].flat().map(String);
    // An operation earlier in the document may have written one; the cookies of others stay.
    const others = set.filter((cookie) => !cookie.startsWith(`${NAME}=`));
    response.setHeader('set-cookie', [...others, ours]);
  };
}

/** What a request says, and where its cookie goes. */
interface Exchange {
  readonly origin: string | undefined;
  readonly host: string | undefined;
  readonly cookie: string | undefined;
  readonly setCookie: ((cookie: string) => unknown) | undefined;
}

/**
 * The cookie of a request in cookie mode; null without, and for what is no browser: browsers send `Origin` with every
 * POST, and no script can keep it back or make it up.
 *
 * @throws GraphQLError of OriginNotAllowed
 */
export function refreshCookieOf(
  { origin, host, cookie, setCookie }: Exchange,
  { refreshCookie, corsOrigins = [] }: Pick<Settings, 'refreshCookie' | 'corsOrigins'>,
): RefreshCookie | null {
  if (!refreshCookie || origin === undefined) return null;
  if (!corsOrigins.includes(origin) && !isOwn(origin, host ?? '')) throw toGraphQLError(new OriginNotAllowed());
  if (setCookie === undefined) {
    throw new Error(
      'refreshCookie is on, and the context function was not given the response. Expected auth.context({ req, res }), or { req, setCookie }.',
    );
  }
  return new RefreshCookie(cookie, setCookie);
}

/** Compared as text: an origin has one spelling, and taking it apart is where look-alikes get in. */
function isOwn(origin: string, host: string): boolean {
  return isSecureOrigin(origin) && [`https://${host}`, `http://${host}`].includes(origin);
}
