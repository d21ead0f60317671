import { ApolloLink } from '@apollo/client';
import { OperationTypeNode } from 'graphql';
import { catchError, concatMap, defer, from, of, switchMap, throwError, type Observable } from 'rxjs';
import { isRefusedError, isRefusedResult } from './apollo-operations.ts';
import { isOpenOperation } from './open-operations.ts';
import type { TokenStore } from './token-store.ts';

export * from './index.ts';

/** Options of the link. */
export interface AuthLinkOptions {
  readonly tokens: TokenStore;
  /**
   * Called before a subscription that was refused is sent again. A web socket carries the token of its
   * `connection_init`, so it must be opened anew: `() => wsClient.terminate()`.
   */
  readonly reconnect?: () => void;
}

/**
 * An Apollo Client link that attaches the access token, refreshes it in time, and sends an operation that was refused
 * once more with a fresh one. Token operations need no token and pass as they are. Put it before the link that sends.
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
export function createAuthLink({ tokens, reconnect }: AuthLinkOptions): ApolloLink {
  return new ApolloLink((operation, forward) => {
    if (isOpenOperation(operation.query, operation.operationName)) return forward(operation);

    const send = (access: string | null, isRetry: boolean): Observable<ApolloLink.Result> => {
      operation.setContext(({ headers }) => ({ headers: { ...headers, ...tokens.headers(access) } }));
      if (access === null) return forward(operation);
      let mayRetry = !isRetry;
      const retry = (otherwise: Observable<ApolloLink.Result>) => {
        mayRetry = false;
        return from(tokens.refresh(access)).pipe(switchMap((fresh) => (fresh === null ? otherwise : resend(fresh))));
      };
      return forward(operation).pipe(
        concatMap((result) => {
          if (mayRetry && isRefusedResult(operation, result)) return retry(of(result));
          mayRetry = true; // a subscription that has run may be refused again when its token ends
          return of(result);
        }),
        catchError((error: unknown) => {
          const failure = throwError(() => error);
          return mayRetry && isRefusedError(error) ? retry(failure) : failure;
        }),
      );
    };
    const resend = (fresh: string): Observable<ApolloLink.Result> => {
      if (operation.operationType === OperationTypeNode.SUBSCRIPTION) reconnect?.();
      return send(fresh, true);
    };
    return defer(() => tokens.accessToken()).pipe(switchMap((access) => send(access, false)));
  });
}
