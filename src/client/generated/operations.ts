/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
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

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}

export const TokenObtainPairDocument = new TypedDocumentString(`
    mutation TokenObtainPair($username: String!, $password: String!) {
  tokenObtainPair(username: $username, password: $password) {
    access
    refresh
  }
}
    `) as unknown as TypedDocumentString<TokenObtainPairMutation, TokenObtainPairMutationVariables>;
export const TokenRefreshDocument = new TypedDocumentString(`
    mutation TokenRefresh($refresh: String) {
  tokenRefresh(refresh: $refresh) {
    access
    refresh
  }
}
    `) as unknown as TypedDocumentString<TokenRefreshMutation, TokenRefreshMutationVariables>;
export const TokenBlacklistDocument = new TypedDocumentString(`
    mutation TokenBlacklist($refresh: String) {
  tokenBlacklist(refresh: $refresh) {
    jti
  }
}
    `) as unknown as TypedDocumentString<TokenBlacklistMutation, TokenBlacklistMutationVariables>;