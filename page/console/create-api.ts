import { TokenRequestError, type TokenStore } from '../../src/client/index.ts';
import { send } from '../../src/client/token-api.ts';
import type { TypedDocumentString } from '../generated/console-operations.ts';

/** Sends an operation with the access token. @throws TokenRequestError; `explainError` has words for it */
export type Api = <Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
) => Promise<Data>;

/** The GraphQL API for the signed-in user. An operation that is refused is sent once more with a fresh token. */
export function createApi(tokens: TokenStore): Api {
  return async (document, variables) => {
    const sendWith = (access: string | null) =>
      send({ ...SERVER, headers: tokens.headers(access) }, document, variables);
    const access = await tokens.accessToken();
    try {
      return await sendWith(access);
    } catch (error) {
      const fresh = access !== null && isRefusal(error) ? await tokens.refresh(access) : null;
      if (fresh === null) throw error;
      return sendWith(fresh);
    }
  };
}

const SERVER = {
  url: '/graphql',
  credentials: 'same-origin',
  fetch: (...request: Parameters<typeof fetch>) => fetch(...request),
} as const;

const isRefusal = (error: unknown): boolean => error instanceof TokenRequestError && error.outcome === 'refused';
