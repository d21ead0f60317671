import { ApolloLink } from '@apollo/client';
import { OperationTypeNode } from 'graphql';
import { catchError, concatMap, defer, from, Observable, of, switchMap, throwError } from 'rxjs';
import { isRefusedError, isRefusedResult } from './apollo-operations.ts';
import { TokenRequestError } from './index.ts';
import { isOpenOperation } from './open-operations.ts';
import type { TokenStore } from './token-store.ts';

export * from './index.ts';

/** Options of the link. */
export interface AuthLinkOptions {
  readonly tokens: TokenStore;
  /**
   * Called before a subscription that was refused is sent again, once for each fresh token, and before the first operation
   * of another session. A web socket carries the token of its `connection_init`, so it must be opened anew:
   * `() => wsClient.terminate()`.
   */
  readonly reconnect?: () => void;
  /**
   * Says of further operations that they need no token, such as a login of your own. Without it, and beside it, those are
   * open whose fields are in this package's schema and look at no header.
   *
   * @example `({ query, operationName }) => isOpenOperation(query, operationName, ['loginWithCode'])`
   */
  readonly isOpen?: (operation: ApolloLink.Operation) => boolean;
}

/** What the link looks at in an operation's `context`. */
interface AuthContext {
  /** Sends the operation as it is, without a token, and does not repeat it. */
  readonly skipAuth?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

const ENDED = 'The session of this subscription has ended.';
const REPLACED = 'Somebody else has signed in.';

/** What an operation was sent with. */
interface Sending {
  readonly headers: Readonly<Record<string, string>>;
  /** The session that it was begun in; null if nobody was signed in. */
  readonly session: string | null;
}

/**
 * An Apollo Client link that attaches the access token, refreshes it in time, and sends an operation that was refused
 * once more with a fresh one, if it is of the same session. Token operations need no token and pass as they are, as does
 * what has `context: { skipAuth: true }`. Put it before the link that sends.
 *
 * Where the server refuses to refresh, the operation goes on without a token or ends with the server's answer, and
 * `tokens` tells its subscribers that nobody is signed in. Where it does not answer, the operation fails with a
 * `TokenRequestError` and nobody is signed out.
 *
 * @example
 * ```ts
 * import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
 * import { browserStorage, createAuthLink, createTokenStore } from 'graphql-simplejwt/apollo-client';
 *
 * const tokens = createTokenStore({ url: '/graphql', storage: browserStorage() });
 * const client = new ApolloClient({
 *   link: ApolloLink.from([createAuthLink({ tokens }), new HttpLink({ uri: '/graphql' })]),
 *   cache: new InMemoryCache(),
 * });
 * ```
 */
export function createAuthLink({ tokens, reconnect, isOpen }: AuthLinkOptions): ApolloLink {
  /** The session that the socket was opened for, if there is one, and the token it was last opened anew for. */
  let socketSession: string | null | undefined;
  let socketToken: string | undefined;
  /** A link before this one may send an operation again, as Apollo's RetryLink does: not as somebody else. */
  const sendings = new WeakMap<ApolloLink.Operation, Sending>();

  return new ApolloLink((operation, forward) => {
    const { skipAuth } = operation.getContext() as AuthContext;
    if (skipAuth === true || isOpenOperation(operation.query, operation.operationName) || isOpen?.(operation) === true)
      return forward(operation);
    const isSubscription = operation.operationType === OperationTypeNode.SUBSCRIPTION;
    // A socket may have been opened with a newer token than the one that we know of.
    const most = isSubscription ? 2 : 1;

    const send = (access: string | null, retries: number): Observable<ApolloLink.Result> => {
      const session = sessionOf(tokens);
      const last = sendings.get(operation);
      const begun = last?.session ?? session;
      if (session !== null && session !== begun) return throwError(() => new TokenRequestError(REPLACED, 'refused'));
      const added = tokens.headers(access);
      sendings.set(operation, { headers: added, session: begun });
      operation.setContext(({ headers }: AuthContext) => ({
        headers: { ...without(last?.headers, headers), ...added },
      }));
      if (socketSession !== undefined && socketSession !== session) {
        socketToken = undefined;
        reconnect?.();
      }
      socketSession = session;
      if (access === null) return forward(operation);
      let left = retries;
      const retry = (otherwise: Observable<ApolloLink.Result>) => {
        const refused = (isSubscription ? socketToken : undefined) ?? access;
        const rest = left - 1;
        left = 0; // what comes of it passes here once more
        return from(tokens.refresh(refused)).pipe(
          switchMap((fresh) => (fresh === null ? otherwise : resend(fresh, rest))),
        );
      };
      return forward(operation).pipe(
        concatMap((result) => {
          if (left > 0 && isRefusedResult(operation, result)) return retry(of(result));
          left = most; // a subscription that has run may be refused again when its token ends
          return of(result);
        }),
        catchError((error: unknown) => {
          const failure = throwError(() => error);
          return left > 0 && isRefusedError(operation, error) ? retry(failure) : failure;
        }),
      );
    };
    const resend = (fresh: string, retries: number): Observable<ApolloLink.Result> => {
      if (isSubscription && fresh !== socketToken) {
        socketToken = fresh;
        reconnect?.();
      }
      return send(fresh, retries);
    };
    const sent = defer(() => tokens.accessToken()).pipe(switchMap((access) => send(access, most)));
    return isSubscription ? untilAnotherSession(tokens, sent) : sent;
  });
}

/** The headers that an operation brings itself. */
function without(added: Sending['headers'] = {}, headers: Sending['headers'] = {}): Sending['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name, value]) => added[name] !== value));
}

/** Ends a subscription with an error when its user signs out, or another signs in: it would go on over their socket. */
function untilAnotherSession(tokens: TokenStore, source: Observable<ApolloLink.Result>): Observable<ApolloLink.Result> {
  return new Observable((subscriber) => {
    let session = sessionOf(tokens);
    const check = () => {
      const state = tokens.getState();
      const now = sessionOf(tokens);
      session ??= now;
      const isOver = now === null ? state.status === 'signed-out' && state.reason === 'signed_out' : now !== session;
      if (isOver && session !== null) subscriber.error(new TokenRequestError(ENDED, 'refused'));
    };
    subscriber.add(tokens.subscribe(check));
    subscriber.add(source.subscribe(subscriber));
  });
}

/** The session that is held now; null if nobody is signed in, or nobody knows yet. */
function sessionOf(tokens: TokenStore): string | null {
  const state = tokens.getState();
  return state.status === 'signed-in' ? state.tokens.chain : null;
}

/** What `clearForEachSession` needs of an Apollo Client. */
interface Clearable {
  clearStore(): Promise<unknown>;
  resetStore(): Promise<unknown>;
}

/**
 * Empties the cache of an Apollo Client whenever a session ends, in every tab: the next user must not see what this one
 * saw. Where another session is there already, active queries are sent again as its user. Returns the function that stops
 * this.
 *
 * @example
 * ```ts
 * import { clearForEachSession } from 'graphql-simplejwt/apollo-client';
 *
 * clearForEachSession(client, tokens);
 * ```
 */
export function clearForEachSession(client: Clearable, tokens: TokenStore): () => void {
  let session = sessionOf(tokens);
  return tokens.subscribe(() => {
    const left = session;
    session = sessionOf(tokens);
    if (left === null || left === session) return;
    // Queries that are cut off, and those that fail, tell those who asked.
    void (session === null ? client.clearStore() : client.resetStore()).catch(() => {});
  });
}
