import { createTokenStore } from './create-token-store.ts';
import { cookieStorage } from './token-storage.ts';
import type { TokenStore } from './token-store.ts';
import type { TokenStoreOptions } from './token-store-options.ts';

export * from './index.ts';

/** Options of `createRequestTokens`. */
export interface RequestTokensOptions extends Omit<TokenStoreOptions, 'storage'> {
  /** Where the GraphQL API is, in full. */
  readonly url: string;
  /**
   * What the server that renders is to the API: its own origin, or one of `CORS_ORIGINS`. Default: the origin of `url`.
   */
  readonly origin?: string;
}

/** The tokens of one request, and what its response has to take along. */
export interface RequestTokens {
  readonly tokens: TokenStore;
  /**
   * The `Set-Cookie` headers that the API has answered so far. Put them into the response: a refresh replaces the cookie,
   * and the browser must have the new one.
   */
  setCookies(this: void): readonly string[];
}

const COOKIE = '__Host-simplejwt-refresh';

/**
 * Makes a token store for one request that a server renders for a browser in cookie mode (`JWT_REFRESH_COOKIE=on`). It is of
 * the user whose cookie came with the request, joins no other store, and is gone with the request. Never keep one store for
 * all: it would render one user's page with another's tokens.
 *
 * @param request its `headers`; only the refresh cookie and the user agent are sent on
 *
 * @example
 * ```ts
 * import { createRequestTokens } from 'graphql-simplejwt/ssr';
 *
 * export async function loader({ request }: { request: Request }) {
 *   const { tokens, setCookies } = createRequestTokens(request, { url: 'https://auth.example.com/graphql' });
 *   const headers = new Headers({ 'content-type': 'text/html' });
 *   const isSignedIn = (await tokens.accessToken()) !== null;
 *   for (const cookie of setCookies()) headers.append('set-cookie', cookie);
 *   return new Response(isSignedIn ? 'Welcome back' : 'Please sign in', { headers });
 * }
 * ```
 */
export function createRequestTokens(
  request: { readonly headers: Pick<Headers, 'get'> },
  options: RequestTokensOptions,
): RequestTokens {
  const received: string[] = [];
  let cookie = (request.headers.get('cookie') ?? '').split('; ').find((pair) => pair.startsWith(`${COOKIE}=`));

  const withCookie: typeof fetch = async (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('origin', options.origin ?? new URL(options.url).origin);
    const agent = request.headers.get('user-agent');
    if (agent !== null) headers.set('user-agent', agent);
    if (cookie !== undefined) headers.set('cookie', cookie);
    const response = await (options.fetch ?? globalThis.fetch)(input, { ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      received.push(line);
      const [pair = ''] = line.split(';');
      if (pair.startsWith(`${COOKIE}=`)) cookie = pair.endsWith('=') ? undefined : pair;
    }
    return response;
  };

  const storage = { ...cookieStorage(), sharedAs: null };
  const tokens = createTokenStore({ ...options, storage, fetch: withCookie });
  return { tokens, setCookies: () => [...received] };
}
