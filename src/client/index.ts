/**
 * graphql-simplejwt for clients: a store that keeps the tokens of a session fresh, for any GraphQL client or none. For
 * Apollo Client there is a link on top of it in `graphql-simplejwt/apollo-client`.
 */
export { isOpenOperation, type OperationDocument } from './open-operations.ts';
export type { HeldTokens } from './held-tokens.ts';
export { TokenRequestError, type AnsweredTokens, type TokenRequestOutcome } from './token-api.ts';
export {
  browserStorage,
  cookieStorage,
  itemStorage,
  memoryStorage,
  type ItemStorage,
  type TokenStorage,
} from './token-storage.ts';
export type { TokenState } from './token-state.ts';
export { createTokenStore } from './create-token-store.ts';
export type { TokenStore } from './token-store.ts';
export type { TokenStoreOptions } from './token-store-options.ts';
