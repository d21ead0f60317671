import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import {
  browserStorage,
  cookieStorage,
  createAuthLink,
  createTokenStore,
  type TokenState,
} from 'graphql-simplejwt/apollo-client';
import { Connection } from './connection.ts';

export const isCookieMode = import.meta.env.VITE_COOKIE === 'on';

export const tokens = createTokenStore({
  url: '/graphql',
  storage: isCookieMode ? cookieStorage() : browserStorage(),
});

export const connection = new Connection();

export const client = new ApolloClient({
  link: ApolloLink.from([connection.link, createAuthLink({ tokens }), new HttpLink({ uri: '/graphql' })]),
  cache: new InMemoryCache(),
});

/** The session somebody is signed in with; null if nobody is. It stays when tokens are refreshed. */
export function sessionOf(state: TokenState): string | null {
  return state.status === 'signed-in' ? (state.tokens.sessionId ?? '') : null;
}

// Nobody is to see what somebody else saw, whichever tab signed them out.
let session = sessionOf(tokens.getState());
tokens.subscribe(() => {
  const left = session;
  session = sessionOf(tokens.getState());
  if (left !== null && left !== session) void client.clearStore();
});
