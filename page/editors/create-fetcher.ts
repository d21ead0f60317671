import { createGraphiQLFetcher, type Fetcher } from '@graphiql/toolkit';
import type { TokenStore } from '../../src/client/index.ts';
import { adoptTokens } from './adopt-tokens.ts';
import { operationNameOf } from './operation-name-of.ts';

/** Sends exactly what the editors show. */
export function createFetcher(tokens: TokenStore): Fetcher {
  const send = createGraphiQLFetcher({ url: '/graphql', enableIncrementalDelivery: false });
  return async (params, options) => {
    const answer = await send({ ...params, operationName: operationNameOf(params) }, options);
    await adoptTokens(tokens, answer);
    return answer;
  };
}
