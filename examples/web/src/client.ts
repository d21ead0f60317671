import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import {
  browserStorage,
  clearForEachSession,
  cookieStorage,
  createAuthLink,
  createTokenStore,
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

// Nobody is to see what somebody else saw, whichever tab signed them out.
clearForEachSession(client, tokens);
