import { createClient, type Client } from 'graphql-ws';
import { socketOptions } from '../src/client/graphql-ws.ts';
import type { TokenStore } from '../src/client/index.ts';

/**
 * The socket to the server of this page, opened for the first subscription. One that cannot be opened is not tried again: the
 * server has `SUBSCRIPTIONS` off, or a proxy knows no WebSockets.
 *
 * @param headers those of a caller who has not signed in on this page
 */
export function createSocket(tokens: TokenStore, headers: () => Record<string, unknown> = () => ({})): Client {
  const { on, shouldRetry, connectionParams, ...options } = socketOptions(tokens);
  let wasOpen = false;
  return createClient({
    url: location.origin.replace(/^http/, 'ws') + '/graphql',
    ...options,
    connectionParams: async () => ({ ...headers(), ...(await connectionParams()) }),
    shouldRetry: () => wasOpen && shouldRetry(),
    on: { ...on, connected: () => (wasOpen = true) },
  });
}
