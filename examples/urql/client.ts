// urql on a token store. It follows the rules of the Apollo link.
import { cacheExchange, Client, fetchExchange, makeOperation, type ClientOptions, type Operation } from '@urql/core';
import { authExchange } from '@urql/exchange-auth';
import { Kind } from 'graphql';
import { isOpenOperation, type TokenStore } from 'graphql-simplejwt/client';

type Tokens = Pick<TokenStore, 'accessToken' | 'getState' | 'headers' | 'refresh'>;

/**
 * An urql client that keeps its user signed in. Its cache is of one user: make a new client when another signs in.
 *
 *     const tokens = createTokenStore({ url: '/graphql', storage: browserStorage() });
 *     const client = createUrqlClient(tokens, { url: '/graphql' });
 */
export function createUrqlClient(tokens: Tokens, options: Omit<ClientOptions, 'exchanges'>): Client {
  const auth = authExchange(async (utilities) => {
    let refused: string | undefined;
    return {
      addAuthToOperation(operation) {
        const state = tokens.getState();
        const held = state.status === 'signed-in' && !isOpenOperation(operation.query) ? state.tokens : undefined;
        const { session = held?.chain } = operation.context as { session?: string };
        // Sent again, it is still of the user who began it.
        const access = held?.chain === session ? held?.access : undefined;
        const sent = makeOperation(operation.kind, operation, { ...operation.context, session, access });
        return utilities.appendHeaders(sent, tokens.headers(access ?? null));
      },
      willAuthError(operation) {
        const state = tokens.getState();
        if (isOpenOperation(operation.query) || state.status === 'signed-out') return false;
        return state.status === 'unknown' || Date.now() >= state.tokens.refreshAt;
      },
      didAuthError(error, operation) {
        // A mutation of which anything may have run must not be done again: one field, refused by the guard before it.
        const isBelow = error.graphQLErrors.some(({ path = [] }) => path.length > 1);
        if (operation.kind === 'mutation' && (isBelow || !hasOneField(operation))) return false;
        refused = operation.context['access'] as string | undefined;
        const isRefused = error.graphQLErrors.some(({ extensions }) => extensions['code'] === 'UNAUTHENTICATED');
        return refused !== undefined && (isRefused || (error.response as Response | undefined)?.status === 401);
      },
      async refreshAuth() {
        const spent = refused;
        refused = undefined;
        await (spent === undefined ? tokens.accessToken() : tokens.refresh(spent));
      },
    };
  });
  // Apollo Server refuses plain GETs, which any page can send (CSRF).
  return new Client({ preferGetMethod: false, ...options, exchanges: [cacheExchange, auth, fetchExchange] });
}

/** Whether an operation is one field, and no fragment that may have several. */
function hasOneField({ query }: Operation): boolean {
  const [operation] = query.definitions.flatMap((part) => (part.kind === Kind.OPERATION_DEFINITION ? [part] : []));
  const [first, ...others] = operation?.selectionSet.selections ?? [];
  return first?.kind === Kind.FIELD && others.length === 0;
}
