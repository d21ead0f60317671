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

/** What happened to a session. */
export type SessionEventKind =
  /** The user signed in. */
  | 'BEGAN'
  /** It was ended before its time; `reason` says why. */
  | 'ENDED'
  /** Two clients seem to have its tokens; see `session.replays`. It was ended if `reason` is not null. */
  | 'REPLAYED'
  /** A refresh token was used that had been replaced, so it was ended. */
  | 'REUSED';

export type WhoFragment = { id: string, username: string, email: string | null, emailVerified: boolean | null, isActive: boolean, isAdmin: boolean, roles: Array<string>, createdAt: string, lastLogin: string | null };

export type MeQueryVariables = Exact<{ [key: string]: never; }>;


export type MeQuery = { me: { id: string, username: string, email: string | null, emailVerified: boolean | null, isActive: boolean, isAdmin: boolean, roles: Array<string>, createdAt: string, lastLogin: string | null } };

export type SessionRowFragment = { id: string, current: boolean, createdAt: string, lastUsedAt: string, expiresAt: string, userAgent: string | null, ipAddress: string | null, lastIpAddress: string | null, deviceName: string | null, replays: { rotations: number, refreshedBy: { userAgent: string | null, ipAddress: string | null }, replayedBy: { userAgent: string | null, ipAddress: string | null } } | null };

export type SessionsQueryVariables = Exact<{ [key: string]: never; }>;


export type SessionsQuery = { sessions: Array<{ id: string, current: boolean, createdAt: string, lastUsedAt: string, expiresAt: string, userAgent: string | null, ipAddress: string | null, lastIpAddress: string | null, deviceName: string | null, replays: { rotations: number, refreshedBy: { userAgent: string | null, ipAddress: string | null }, replayedBy: { userAgent: string | null, ipAddress: string | null } } | null }> };

export type SessionEventsSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type SessionEventsSubscription = { sessionEvents: { id: string, kind: SessionEventKind, session: { current: boolean, deviceName: string | null, userAgent: string | null, ipAddress: string | null } } };

export type SessionRevokeMutationVariables = Exact<{
  id: string | number;
}>;


export type SessionRevokeMutation = { sessionRevoke: { id: string } };

export type SessionRevokeOthersMutationVariables = Exact<{ [key: string]: never; }>;


export type SessionRevokeOthersMutation = { sessionRevokeOthers: number };

export type SessionRenameMutationVariables = Exact<{
  id: string | number;
  deviceName: string;
}>;


export type SessionRenameMutation = { sessionRename: { id: string } };

export type PasswordChangeMutationVariables = Exact<{
  currentPassword: string;
  newPassword: string;
}>;


export type PasswordChangeMutation = { passwordChange: { access: string, refresh: string | null } };

export type EmailChangeMutationVariables = Exact<{
  currentPassword: string;
  email: string;
}>;


export type EmailChangeMutation = { emailChange: string };

export type SecurityEventsQueryVariables = Exact<{ [key: string]: never; }>;


export type SecurityEventsQuery = { securityEvents: Array<{ id: string, event: string, at: string, client: { userAgent: string | null, ipAddress: string | null } }> };

export type SecondFactorQueryVariables = Exact<{ [key: string]: never; }>;


export type SecondFactorQuery = { secondFactor: { addedAt: string | null, recoveryCodesLeft: number } };

export type UsersQueryVariables = Exact<{
  search?: string | null | undefined;
  after?: string | null | undefined;
}>;


export type UsersQuery = { users: { totalCount: number, nodes: Array<{ id: string, username: string, email: string | null, emailVerified: boolean | null, isActive: boolean, isAdmin: boolean, roles: Array<string>, createdAt: string, lastLogin: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type UserTotalQueryVariables = Exact<{ [key: string]: never; }>;


export type UserTotalQuery = { users: { totalCount: number } };

export type UserQueryVariables = Exact<{
  id: string | number;
}>;


export type UserQuery = { user: { id: string, username: string, email: string | null, emailVerified: boolean | null, isActive: boolean, isAdmin: boolean, roles: Array<string>, createdAt: string, lastLogin: string | null } | null };

export type UserUpdateMutationVariables = Exact<{
  id: string | number;
  isActive?: boolean | null | undefined;
  isAdmin?: boolean | null | undefined;
}>;


export type UserUpdateMutation = { userUpdate: { id: string, username: string, email: string | null, emailVerified: boolean | null, isActive: boolean, isAdmin: boolean, roles: Array<string>, createdAt: string, lastLogin: string | null } | null };

export type UserSetRolesMutationVariables = Exact<{
  id: string | number;
  roles: Array<string> | string;
}>;


export type UserSetRolesMutation = { userSetRoles: { id: string, username: string, email: string | null, emailVerified: boolean | null, isActive: boolean, isAdmin: boolean, roles: Array<string>, createdAt: string, lastLogin: string | null } | null };

export type UserSetPasswordMutationVariables = Exact<{
  id: string | number;
  newPassword: string;
}>;


export type UserSetPasswordMutation = { userSetPassword: { id: string } | null };

export type UserRemoveSecondFactorMutationVariables = Exact<{
  id: string | number;
}>;


export type UserRemoveSecondFactorMutation = { userRemoveSecondFactor: boolean };

export type UserDeleteMutationVariables = Exact<{
  id: string | number;
}>;


export type UserDeleteMutation = { userDelete: boolean };

export type UserCreateMutationVariables = Exact<{
  username: string;
  password: string;
}>;


export type UserCreateMutation = { userCreate: { id: string } };

export type UserInviteMutationVariables = Exact<{
  username: string;
  email: string;
}>;


export type UserInviteMutation = { userInvite: { id: string } };

export type PasswordResetRequestMutationVariables = Exact<{
  usernameOrEmail: string;
}>;


export type PasswordResetRequestMutation = { passwordResetRequest: boolean };

export type UserSessionsQueryVariables = Exact<{
  userId: string | number;
}>;


export type UserSessionsQuery = { userSessions: Array<{ id: string, current: boolean, createdAt: string, lastUsedAt: string, expiresAt: string, userAgent: string | null, ipAddress: string | null, lastIpAddress: string | null, deviceName: string | null, replays: { rotations: number, refreshedBy: { userAgent: string | null, ipAddress: string | null }, replayedBy: { userAgent: string | null, ipAddress: string | null } } | null }> };

export type UserSessionRevokeMutationVariables = Exact<{
  userId: string | number;
  id: string | number;
}>;


export type UserSessionRevokeMutation = { userSessionRevoke: { id: string } };

export type UserRevokeSessionsMutationVariables = Exact<{
  userId: string | number;
}>;


export type UserRevokeSessionsMutation = { userRevokeSessions: number };

export type AuditRowFragment = { id: string, event: string, at: string, userId: string, username: string | null, actorId: string | null, actorName: string | null, client: { userAgent: string | null, ipAddress: string | null } };

export type UserEventsQueryVariables = Exact<{
  userId: string | number;
}>;


export type UserEventsQuery = { userSecurityEvents: Array<{ id: string, event: string, at: string, userId: string, username: string | null, actorId: string | null, actorName: string | null, client: { userAgent: string | null, ipAddress: string | null } }> };

export type AuditQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type AuditQuery = { auditEvents: { nodes: Array<{ id: string, event: string, at: string, userId: string, username: string | null, actorId: string | null, actorName: string | null, client: { userAgent: string | null, ipAddress: string | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type KeyRowFragment = { kid: string | null, algorithm: string, state: KeyState, createdAt: string | null, signsFrom: string | null, retiresAt: string | null };

export type KeysQueryVariables = Exact<{ [key: string]: never; }>;


export type KeysQuery = { keys: Array<{ kid: string | null, algorithm: string, state: KeyState, createdAt: string | null, signsFrom: string | null, retiresAt: string | null }> };

export type KeyRotateMutationVariables = Exact<{ [key: string]: never; }>;


export type KeyRotateMutation = { keyRotate: Array<{ kid: string | null, algorithm: string, state: KeyState, createdAt: string | null, signsFrom: string | null, retiresAt: string | null }> };

export type ServicesQueryVariables = Exact<{ [key: string]: never; }>;


export type ServicesQuery = { services: Array<{ name: string, createdAt: string, audience: string | null, scopes: Array<string> }> };

export type ActivityQueryVariables = Exact<{
  hours: number;
}>;


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
export const WhoFragmentDoc = new TypedDocumentString(`
    fragment Who on User {
  id
  username
  email
  emailVerified
  isActive
  isAdmin
  roles
  createdAt
  lastLogin
}
    `, {"fragmentName":"Who"}) as unknown as TypedDocumentString<WhoFragment, unknown>;
export const SessionRowFragmentDoc = new TypedDocumentString(`
    fragment SessionRow on Session {
  id
  current
  createdAt
  lastUsedAt
  expiresAt
  userAgent
  ipAddress
  lastIpAddress
  deviceName
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
export const AuditRowFragmentDoc = new TypedDocumentString(`
    fragment AuditRow on AuditEvent {
  id
  event
  at
  userId
  username
  actorId
  actorName
  client {
    userAgent
    ipAddress
  }
}
    `, {"fragmentName":"AuditRow"}) as unknown as TypedDocumentString<AuditRowFragment, unknown>;
export const KeyRowFragmentDoc = new TypedDocumentString(`
    fragment KeyRow on KeyInfo {
  kid
  algorithm
  state
  createdAt
  signsFrom
  retiresAt
}
    `, {"fragmentName":"KeyRow"}) as unknown as TypedDocumentString<KeyRowFragment, unknown>;
export const MeDocument = new TypedDocumentString(`
    query Me {
  me {
    ...Who
  }
}
    fragment Who on User {
  id
  username
  email
  emailVerified
  isActive
  isAdmin
  roles
  createdAt
  lastLogin
}`) as unknown as TypedDocumentString<MeQuery, MeQueryVariables>;
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
  expiresAt
  userAgent
  ipAddress
  lastIpAddress
  deviceName
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
    kind
    session {
      current
      deviceName
      userAgent
      ipAddress
    }
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
export const SessionRenameDocument = new TypedDocumentString(`
    mutation SessionRename($id: ID!, $deviceName: String!) {
  sessionRename(id: $id, deviceName: $deviceName) {
    id
  }
}
    `) as unknown as TypedDocumentString<SessionRenameMutation, SessionRenameMutationVariables>;
export const PasswordChangeDocument = new TypedDocumentString(`
    mutation PasswordChange($currentPassword: String!, $newPassword: String!) {
  passwordChange(currentPassword: $currentPassword, newPassword: $newPassword) {
    access
    refresh
  }
}
    `) as unknown as TypedDocumentString<PasswordChangeMutation, PasswordChangeMutationVariables>;
export const EmailChangeDocument = new TypedDocumentString(`
    mutation EmailChange($currentPassword: String!, $email: String!) {
  emailChange(currentPassword: $currentPassword, email: $email)
}
    `) as unknown as TypedDocumentString<EmailChangeMutation, EmailChangeMutationVariables>;
export const SecurityEventsDocument = new TypedDocumentString(`
    query SecurityEvents {
  securityEvents {
    id
    event
    at
    client {
      userAgent
      ipAddress
    }
  }
}
    `) as unknown as TypedDocumentString<SecurityEventsQuery, SecurityEventsQueryVariables>;
export const SecondFactorDocument = new TypedDocumentString(`
    query SecondFactor {
  secondFactor {
    addedAt
    recoveryCodesLeft
  }
}
    `) as unknown as TypedDocumentString<SecondFactorQuery, SecondFactorQueryVariables>;
export const UsersDocument = new TypedDocumentString(`
    query Users($search: String, $after: String) {
  users(search: $search, after: $after, first: 20) {
    totalCount
    nodes {
      ...Who
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment Who on User {
  id
  username
  email
  emailVerified
  isActive
  isAdmin
  roles
  createdAt
  lastLogin
}`) as unknown as TypedDocumentString<UsersQuery, UsersQueryVariables>;
export const UserTotalDocument = new TypedDocumentString(`
    query UserTotal {
  users(first: 1) {
    totalCount
  }
}
    `) as unknown as TypedDocumentString<UserTotalQuery, UserTotalQueryVariables>;
export const UserDocument = new TypedDocumentString(`
    query User($id: ID!) {
  user(id: $id) {
    ...Who
  }
}
    fragment Who on User {
  id
  username
  email
  emailVerified
  isActive
  isAdmin
  roles
  createdAt
  lastLogin
}`) as unknown as TypedDocumentString<UserQuery, UserQueryVariables>;
export const UserUpdateDocument = new TypedDocumentString(`
    mutation UserUpdate($id: ID!, $isActive: Boolean, $isAdmin: Boolean) {
  userUpdate(id: $id, isActive: $isActive, isAdmin: $isAdmin) {
    ...Who
  }
}
    fragment Who on User {
  id
  username
  email
  emailVerified
  isActive
  isAdmin
  roles
  createdAt
  lastLogin
}`) as unknown as TypedDocumentString<UserUpdateMutation, UserUpdateMutationVariables>;
export const UserSetRolesDocument = new TypedDocumentString(`
    mutation UserSetRoles($id: ID!, $roles: [String!]!) {
  userSetRoles(id: $id, roles: $roles) {
    ...Who
  }
}
    fragment Who on User {
  id
  username
  email
  emailVerified
  isActive
  isAdmin
  roles
  createdAt
  lastLogin
}`) as unknown as TypedDocumentString<UserSetRolesMutation, UserSetRolesMutationVariables>;
export const UserSetPasswordDocument = new TypedDocumentString(`
    mutation UserSetPassword($id: ID!, $newPassword: String!) {
  userSetPassword(id: $id, newPassword: $newPassword) {
    id
  }
}
    `) as unknown as TypedDocumentString<UserSetPasswordMutation, UserSetPasswordMutationVariables>;
export const UserRemoveSecondFactorDocument = new TypedDocumentString(`
    mutation UserRemoveSecondFactor($id: ID!) {
  userRemoveSecondFactor(id: $id)
}
    `) as unknown as TypedDocumentString<UserRemoveSecondFactorMutation, UserRemoveSecondFactorMutationVariables>;
export const UserDeleteDocument = new TypedDocumentString(`
    mutation UserDelete($id: ID!) {
  userDelete(id: $id)
}
    `) as unknown as TypedDocumentString<UserDeleteMutation, UserDeleteMutationVariables>;
export const UserCreateDocument = new TypedDocumentString(`
    mutation UserCreate($username: String!, $password: String!) {
  userCreate(username: $username, password: $password) {
    id
  }
}
    `) as unknown as TypedDocumentString<UserCreateMutation, UserCreateMutationVariables>;
export const UserInviteDocument = new TypedDocumentString(`
    mutation UserInvite($username: String!, $email: String!) {
  userInvite(username: $username, email: $email) {
    id
  }
}
    `) as unknown as TypedDocumentString<UserInviteMutation, UserInviteMutationVariables>;
export const PasswordResetRequestDocument = new TypedDocumentString(`
    mutation PasswordResetRequest($usernameOrEmail: String!) {
  passwordResetRequest(usernameOrEmail: $usernameOrEmail)
}
    `) as unknown as TypedDocumentString<PasswordResetRequestMutation, PasswordResetRequestMutationVariables>;
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
  expiresAt
  userAgent
  ipAddress
  lastIpAddress
  deviceName
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
export const UserEventsDocument = new TypedDocumentString(`
    query UserEvents($userId: ID!) {
  userSecurityEvents(userId: $userId) {
    ...AuditRow
  }
}
    fragment AuditRow on AuditEvent {
  id
  event
  at
  userId
  username
  actorId
  actorName
  client {
    userAgent
    ipAddress
  }
}`) as unknown as TypedDocumentString<UserEventsQuery, UserEventsQueryVariables>;
export const AuditDocument = new TypedDocumentString(`
    query Audit($first: Int!, $after: String) {
  auditEvents(first: $first, after: $after) {
    nodes {
      ...AuditRow
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment AuditRow on AuditEvent {
  id
  event
  at
  userId
  username
  actorId
  actorName
  client {
    userAgent
    ipAddress
  }
}`) as unknown as TypedDocumentString<AuditQuery, AuditQueryVariables>;
export const KeysDocument = new TypedDocumentString(`
    query Keys {
  keys {
    ...KeyRow
  }
}
    fragment KeyRow on KeyInfo {
  kid
  algorithm
  state
  createdAt
  signsFrom
  retiresAt
}`) as unknown as TypedDocumentString<KeysQuery, KeysQueryVariables>;
export const KeyRotateDocument = new TypedDocumentString(`
    mutation KeyRotate {
  keyRotate {
    ...KeyRow
  }
}
    fragment KeyRow on KeyInfo {
  kid
  algorithm
  state
  createdAt
  signsFrom
  retiresAt
}`) as unknown as TypedDocumentString<KeyRotateMutation, KeyRotateMutationVariables>;
export const ServicesDocument = new TypedDocumentString(`
    query Services {
  services {
    name
    createdAt
    audience
    scopes
  }
}
    `) as unknown as TypedDocumentString<ServicesQuery, ServicesQueryVariables>;
export const ActivityDocument = new TypedDocumentString(`
    query Activity($hours: Int!) {
  activity(hours: $hours) {
    hour
    signIns
    refusals
    refreshes
    reuses
  }
}
    `) as unknown as TypedDocumentString<ActivityQuery, ActivityQueryVariables>;