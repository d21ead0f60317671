import type { AnsweredTokens } from './token-api.ts';
import type { TokenState } from './token-state.ts';

/**
 * Keeps the tokens of one session fresh. It refreshes once, however many operations and tabs wait, and forgets the
 * tokens only when the server refuses them or the user signs out: no network error ever signs anybody out.
 */
export interface TokenStore {
  /** The current state. The same object until it changes, as React's `useSyncExternalStore` requires. */
  getState(this: void): TokenState;

  /** Calls `listener` after each change, in other tabs too. Returns the function that unsubscribes. */
  subscribe(this: void, listener: () => void): () => void;

  /**
   * A valid access token, refreshed first if it is about to expire; null if nobody is signed in. It is of the session
   * that there was when this was called.
   *
   * @throws TokenRequestError if it has expired and the server does not answer, which signs nobody out; with the outcome
   *   `refused` if somebody else has signed in meanwhile
   */
  accessToken(this: void): Promise<string | null>;

  /**
   * Refreshes the tokens. Resolves to the new access token, or null if nobody is signed in any more.
   *
   * Give the access token that a server refused, to send an operation again: then there is a refresh only if there is no
   * newer token yet, and null also if its session is over, no matter who is signed in now, or if the server refuses one fresh
   * token after the other. Between those this waits, longer each time.
   *
   * @throws TokenRequestError if the server does not answer
   */
  refresh(this: void, refused?: string): Promise<string | null>;

  /** The headers that carry an access token; none for null. */
  headers(this: void, access: string | null): Record<string, string>;

  /** For `graphql-ws`: the payload of `connection_init`, made anew for every connection. It never rejects. */
  connectionParams(this: void): Promise<Record<string, string>>;

  /**
   * Signs in with a password.
   *
   * @throws TokenRequestError whose message can be shown; its outcome is `refused` where the credentials are wrong
   */
  signIn(this: void, username: string, password: string): Promise<void>;

  /**
   * Saves the tokens that an operation of your own returned, such as `passwordChange`.
   *
   * @throws TokenRequestError if they are none: what was saved before stays
   */
  save(this: void, answered: AnsweredTokens): Promise<void>;

  /**
   * Signs out, at once in this tab. If the server does not answer, this resolves to false: the session then expires on the
   * server. In cookie mode only the server can remove the cookie, so there this comes after its answer, or rejects.
   *
   * @throws TokenRequestError if the refresh token is in a cookie and the server does not answer
   */
  signOut(this: void): Promise<boolean>;

  /**
   * Stops listening to other tabs and to the network, after what is under way has been saved. The tokens stay where they
   * are kept, and a store that is used again listens again.
   */
  close(this: void): void;
}
