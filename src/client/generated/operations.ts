/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
export type TokenObtainPairMutationVariables = Exact<{
  username: string;
  password: string;
}>;


export type TokenObtainPairMutation = { tokenObtainPair: { access: string, refresh: string | null } };

export type TokenRefreshMutationVariables = Exact<{
  refresh?: string | null | undefined;
}>;


export type TokenRefreshMutation = { tokenRefresh: { access: string, refresh: string | null } };

export type TokenBlacklistMutationVariables = Exact<{
  refresh?: string | null | undefined;
}>;


export type TokenBlacklistMutation = { tokenBlacklist: { jti: string } };

interface TypedDocumentString<Data, Variables> extends String {
  readonly __apiType?: (variables: Variables) => Data;
}

export const TokenObtainPairDocument = 'mutation TokenObtainPair($username:String!, $password:String!){tokenObtainPair(username:$username, password:$password){access refresh}}' as TypedDocumentString<TokenObtainPairMutation, TokenObtainPairMutationVariables>;
export const TokenRefreshDocument = 'mutation TokenRefresh($refresh:String){tokenRefresh(refresh:$refresh){access refresh}}' as TypedDocumentString<TokenRefreshMutation, TokenRefreshMutationVariables>;
export const TokenBlacklistDocument = 'mutation TokenBlacklist($refresh:String){tokenBlacklist(refresh:$refresh){jti}}' as TypedDocumentString<TokenBlacklistMutation, TokenBlacklistMutationVariables>;