import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import {
  browserStorage,
  clearForEachSession,
  cookieStorage,
  createAuthLink,
  createTokenStore,
} from 'graphql-simplejwt/apollo-client';
import { createDpop } from 'graphql-simplejwt/dpop';
import { socketOptions } from 'graphql-simplejwt/graphql-ws';
import { OperationTypeNode } from 'graphql';
import { createClient } from 'graphql-ws';
import { createRecoveryApi } from 'graphql-simplejwt/recovery';
import { Connection } from './connection.ts';

export const isCookieMode = import.meta.env.VITE_COOKIE === 'on';

/** Proves with each request that this browser has the key of the tokens, where the server has `JWT_DPOP`. */
const dpop = import.meta.env.VITE_DPOP === 'on' ? createDpop() : null;
/** For all that sends; null where the browser's own `fetch` does. */
export const send = dpop && { fetch: dpop.fetch };

export const tokens = createTokenStore({
  url: '/graphql',
  ...send,
  storage: isCookieMode ? cookieStorage() : browserStorage(),
});

/** Registration, forgotten passwords and links in mails, where the server has them: `EMAIL=on PASSWORD_RESET=on REGISTRATION=on`. */
export const hasRecovery = import.meta.env.VITE_RECOVERY === 'on';
export const recovery = createRecoveryApi({ url: '/graphql', tokens, ...send });

export const connection = new Connection();

const socketUrl = `${location.origin.replace(/^http/, 'ws')}/graphql`;
const options = socketOptions(tokens);
export const socket = createClient({
  url: socketUrl,
  ...options,
  ...(dpop && { connectionParams: dpop.connectionParams(socketUrl, options.connectionParams) }),
});

export const client = new ApolloClient({
  link: ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(socket), // which has the token from `socketOptions`
    ApolloLink.from([connection.link, createAuthLink({ tokens }), new HttpLink({ uri: '/graphql', ...send })]),
  ),
  cache: new InMemoryCache(),
});

// Nobody is to see what somebody else saw, whichever tab signed them out.
clearForEachSession(client, tokens);
