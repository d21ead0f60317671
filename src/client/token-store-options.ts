import type { TokenStorage } from './token-storage.ts';

/** Options of a token store. */
export interface TokenStoreOptions {
  /** Where the GraphQL API is. Default: `/graphql`. */
  readonly url?: string;
  /** Where tokens are kept. Default: in memory. */
  readonly storage?: TokenStorage;
  /** The server's `JWT_AUTH_HEADER_NAME`. Default: `authorization`. */
  readonly headerName?: string;
  /** The first of the server's `JWT_AUTH_HEADER_TYPES`. Default: `Bearer`. */
  readonly scheme?: string;
  /** Default: the platform's. */
  readonly fetch?: typeof fetch;
  /** Milliseconds since the epoch; for tests. */
  readonly clock?: () => number;
  /** Waits between attempts; for tests. */
  readonly sleep?: (ms: number) => Promise<void>;
}
