import { asUser } from '../../src/client/as-user.ts';
import type { TokenStore } from '../../src/client/index.ts';
import { send } from '../../src/client/token-api.ts';
import type { TypedDocumentString } from '../generated/console-operations.ts';

/** Sends an operation with the access token. @throws TokenRequestError; `explainError` has words for it */
export type Api = <Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
) => Promise<Data>;

/** The GraphQL API for the signed-in user. An operation that is refused is sent once more with a fresh token. */
export function createApi(tokens: TokenStore): Api {
  return (document, variables) =>
    asUser(tokens, (access) => send({ ...SERVER, headers: tokens.headers(access) }, document, variables));
}

const SERVER = {
  url: '/graphql',
  credentials: 'same-origin',
  fetch: (...request: Parameters<typeof fetch>) => fetch(...request),
} as const;
