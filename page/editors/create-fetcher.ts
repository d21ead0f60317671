import { createGraphiQLFetcher, type Fetcher } from '@graphiql/toolkit';
import type { TokenStore } from '../../src/client/index.ts';
import { createSocket } from '../sockets.ts';
import { adoptTokens } from './adopt-tokens.ts';
import { operationNameOf } from './operation-name-of.ts';

/** Sends exactly what the editors show. */
export function createFetcher(tokens: TokenStore): Fetcher {
  let headers: Record<string, unknown> = {};
  const wsClient = createSocket(tokens, () => headers);
  const send = createGraphiQLFetcher({ url: '/graphql', enableIncrementalDelivery: false, wsClient });
  return async (params, options) => {
    headers = options?.headers ?? {};
    const answer = await send({ ...params, operationName: operationNameOf(params) }, options);
    await adoptTokens(tokens, answer, params.variables);
    return answer;
  };
}
