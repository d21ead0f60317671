import type { TokenStore } from './token-store.ts';

/** Options of `createClient` of graphql-ws. */
export interface SocketOptions {
  readonly connectionParams: () => Promise<Record<string, string>>;
  readonly on: { readonly closed: (event: unknown) => void };
  readonly retryAttempts: number;
  readonly shouldRetry: () => boolean;
  readonly retryWait: (retries: number) => Promise<void>;
}

/** What a server closes a socket with whose token is not, or no longer, good. */
const FORBIDDEN = 4403;
const LONGEST_WAIT_MS = 30_000;

/**
 * Keeps a socket of graphql-ws open for as long as somebody is signed in: it sends the access token, and when the server closes
 * the socket for it, connects again with a fresh one. Where the server refuses to refresh, `tokens` tells that nobody is
 * signed in, and subscriptions end with an error.
 *
 * @example
 * ```ts
 * import { createClient } from 'graphql-ws';
 * import { socketOptions } from 'graphql-simplejwt/graphql-ws';
 *
 * const socket = createClient({ url: 'wss://api.example.com/graphql', ...socketOptions(tokens) });
 * ```
 */
export function socketOptions(tokens: TokenStore): SocketOptions {
  let sent: string | null = null;
  let refused: string | null = null;
  let closedBy: unknown;

  async function accessToken(): Promise<string | null> {
    try {
      if (refused !== null) await tokens.refresh(refused);
      refused = null;
      return await tokens.accessToken();
    } catch {
      return sent; // the server does not answer: the socket fails, too, and tries again later
    }
  }

  return {
    connectionParams: async () => tokens.headers((sent = await accessToken())),
    on: {
      closed: (event) => {
        closedBy = (Object(event) as { readonly code?: unknown }).code;
        if (closedBy === FORBIDDEN) refused = sent;
      },
    },
    retryAttempts: Infinity,
    shouldRetry: () => tokens.getState().status !== 'signed-out',
    // After a restart of the server all its clients come at once.
    retryWait: (retries) => {
      if (retries === 0 && closedBy === FORBIDDEN) return Promise.resolve();
      const longest = Math.min(1000 * 2 ** retries, LONGEST_WAIT_MS);
      return new Promise((resolve) => setTimeout(resolve, longest * (0.5 + Math.random() / 2)));
    },
  };
}
