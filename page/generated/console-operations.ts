/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** The state of a key. */
export type KeyState =
  /** Published, but does not sign yet. */
  | 'PUBLISHED'
  /** Its tokens are refused. */
  | 'RETIRED'
  /** Signs, and verifies. */
  | 'SIGNING'
  /** Verifies what it has signed before. */
  | 'VERIFYING';

export type MeQueryVariables = Exact<{ [key: string]: never; }>;


export type MeQuery = { me: { id: string, username: string, isAdmin: boolean } };

export type SessionRowFragment = { id: string, current: boolean, createdAt: string, lastUsedAt: string, userAgent: string | null, ipAddress: string | null, replays: { rotations: number, refreshedBy: { userAgent: string | null, ipAddress: string | null }, replayedBy: { userAgent: string | null, ipAddress: string | null } } | null };

export type SessionsQueryVariables = Exact<{ [key: string]: never; }>;


export type SessionsQuery = { sessions: Array<{ id: string, current: boolean, createdAt: string, lastUsedAt: string, userAgent: string | null, ipAddress: string | null, replays: { rotations: number, refreshedBy: { userAgent: string | null, ipAddress: string | null }, replayedBy: { userAgent: string | null, ipAddress: string | null } } | null }> };

export type SessionEventsSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type SessionEventsSubscription = { sessionEvents: { id: string } };

export type SessionRevokeMutationVariables = Exact<{
  id: string | number;
}>;


export type SessionRevokeMutation = { sessionRevoke: { id: string } };

export type SessionRevokeOthersMutationVariables = Exact<{ [key: string]: never; }>;


export type SessionRevokeOthersMutation = { sessionRevokeOthers: number };

export type PasswordChangeMutationVariables = Exact<{
  currentPassword: string;
  newPassword: string;
}>;


export type PasswordChangeMutation = { passwordChange: { access: string, refresh: string | null } };

export type UserRowFragment = { id: string, username: string, isActive: boolean, isAdmin: boolean, createdAt: string, lastLogin: string | null };

export type UsersQueryVariables = Exact<{
  search?: string | null | undefined;
  after?: string | null | undefined;
}>;


export type UsersQuery = { users: { nodes: Array<{ id: string, username: string, isActive: boolean, isAdmin: boolean, createdAt: string, lastLogin: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type UserUpdateMutationVariables = Exact<{
  id: string | number;
  isActive?: boolean | null | undefined;
  isAdmin?: boolean | null | undefined;
}>;


export type UserUpdateMutation = { userUpdate: { id: string, username: string, isActive: boolean, isAdmin: boolean, createdAt: string, lastLogin: string | null } | null };

export type UserSessionsQueryVariables = Exact<{
  userId: string | number;
}>;


export type UserSessionsQuery = { userSessions: Array<{ id: string, current: boolean, createdAt: string, lastUsedAt: string, userAgent: string | null, ipAddress: string | null, replays: { rotations: number, refreshedBy: { userAgent: string | null, ipAddress: string | null }, replayedBy: { userAgent: string | null, ipAddress: string | null } } | null }> };

export type UserSessionRevokeMutationVariables = Exact<{
  userId: string | number;
  id: string | number;
}>;


export type UserSessionRevokeMutation = { userSessionRevoke: { id: string } };

export type UserRevokeSessionsMutationVariables = Exact<{
  userId: string | number;
}>;


export type UserRevokeSessionsMutation = { userRevokeSessions: number };

export type KeysQueryVariables = Exact<{ [key: string]: never; }>;


export type KeysQuery = { keys: Array<{ kid: string | null, algorithm: string, state: KeyState, createdAt: string | null, signsFrom: string | null, retiresAt: string | null }> };

export type ActivityQueryVariables = Exact<{ [key: string]: never; }>;


export type ActivityQuery = { activity: Array<{ hour: string, signIns: number, refusals: number, refreshes: number, reuses: number }> };

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
export const SessionRowFragmentDoc = new TypedDocumentString(`
    fragment SessionRow on Session {
  id
  current
  createdAt
  lastUsedAt
  userAgent
  ipAddress
  replays {
    rotations
    refreshedBy {
      userAgent
      ipAddress
    }
    replayedBy {
      userAgent
      ipAddress
    }
  }
}
    `, {"fragmentName":"SessionRow"}) as unknown as TypedDocumentString<SessionRowFragment, unknown>;
export const UserRowFragmentDoc = new TypedDocumentString(`
    fragment UserRow on User {
  id
  username
  isActive
  isAdmin
  createdAt
  lastLogin
}
    `, {"fragmentName":"UserRow"}) as unknown as TypedDocumentString<UserRowFragment, unknown>;
export const MeDocument = new TypedDocumentString(`
    query Me {
  me {
    id
    username
    isAdmin
  }
}
    `) as unknown as TypedDocumentString<MeQuery, MeQueryVariables>;
export const SessionsDocument = new TypedDocumentString(`
    query Sessions {
  sessions {
    ...SessionRow
  }
}
    fragment SessionRow on Session {
  id
  current
  createdAt
  lastUsedAt
  userAgent
  ipAddress
  replays {
    rotations
    refreshedBy {
      userAgent
      ipAddress
    }
    replayedBy {
      userAgent
      ipAddress
    }
  }
}`) as unknown as TypedDocumentString<SessionsQuery, SessionsQueryVariables>;
export const SessionEventsDocument = new TypedDocumentString(`
    subscription SessionEvents {
  sessionEvents {
    id
  }
}
    `) as unknown as TypedDocumentString<SessionEventsSubscription, SessionEventsSubscriptionVariables>;
export const SessionRevokeDocument = new TypedDocumentString(`
    mutation SessionRevoke($id: ID!) {
  sessionRevoke(id: $id) {
    id
  }
}
    `) as unknown as TypedDocumentString<SessionRevokeMutation, SessionRevokeMutationVariables>;
export const SessionRevokeOthersDocument = new TypedDocumentString(`
    mutation SessionRevokeOthers {
  sessionRevokeOthers
}
    `) as unknown as TypedDocumentString<SessionRevokeOthersMutation, SessionRevokeOthersMutationVariables>;
export const PasswordChangeDocument = new TypedDocumentString(`
    mutation PasswordChange($currentPassword: String!, $newPassword: String!) {
  passwordChange(currentPassword: $currentPassword, newPassword: $newPassword) {
    access
    refresh
  }
}
    `) as unknown as TypedDocumentString<PasswordChangeMutation, PasswordChangeMutationVariables>;
export const UsersDocument = new TypedDocumentString(`
    query Users($search: String, $after: String) {
  users(search: $search, after: $after, first: 20) {
    nodes {
      ...UserRow
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment UserRow on User {
  id
  username
  isActive
  isAdmin
  createdAt
  lastLogin
}`) as unknown as TypedDocumentString<UsersQuery, UsersQueryVariables>;
export const UserUpdateDocument = new TypedDocumentString(`
    mutation UserUpdate($id: ID!, $isActive: Boolean, $isAdmin: Boolean) {
  userUpdate(id: $id, isActive: $isActive, isAdmin: $isAdmin) {
    ...UserRow
  }
}
    fragment UserRow on User {
  id
  username
  isActive
  isAdmin
  createdAt
  lastLogin
}`) as unknown as TypedDocumentString<UserUpdateMutation, UserUpdateMutationVariables>;
export const UserSessionsDocument = new TypedDocumentString(`
    query UserSessions($userId: ID!) {
  userSessions(userId: $userId) {
    ...SessionRow
  }
}
    fragment SessionRow on Session {
  id
  current
  createdAt
  lastUsedAt
  userAgent
  ipAddress
  replays {
    rotations
    refreshedBy {
      userAgent
      ipAddress
    }
    replayedBy {
      userAgent
      ipAddress
    }
  }
}`) as unknown as TypedDocumentString<UserSessionsQuery, UserSessionsQueryVariables>;
export const UserSessionRevokeDocument = new TypedDocumentString(`
    mutation UserSessionRevoke($userId: ID!, $id: ID!) {
  userSessionRevoke(userId: $userId, id: $id) {
    id
  }
}
    `) as unknown as TypedDocumentString<UserSessionRevokeMutation, UserSessionRevokeMutationVariables>;
export const UserRevokeSessionsDocument = new TypedDocumentString(`
    mutation UserRevokeSessions($userId: ID!) {
  userRevokeSessions(userId: $userId)
}
    `) as unknown as TypedDocumentString<UserRevokeSessionsMutation, UserRevokeSessionsMutationVariables>;
export const KeysDocument = new TypedDocumentString(`
    query Keys {
  keys {
    kid
    algorithm
    state
    createdAt
    signsFrom
    retiresAt
  }
}
    `) as unknown as TypedDocumentString<KeysQuery, KeysQueryVariables>;
export const ActivityDocument = new TypedDocumentString(`
    query Activity {
  activity {
    hour
    signIns
    refusals
    refreshes
    reuses
  }
}
    `) as unknown as TypedDocumentString<ActivityQuery, ActivityQueryVariables>;