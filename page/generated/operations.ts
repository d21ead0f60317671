/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
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

export type SignInMutationVariables = Exact<{
  username: string;
  password: string;
}>;


export type SignInMutation = { tokenObtainPair: { access: string, refresh: string | null, accessExpiresAt: string, refreshExpiresAt: string } };

export type HelloQueryVariables = Exact<{ [key: string]: never; }>;


export type HelloQuery = { hello: string, sessions: Array<{ id: string, current: boolean, createdAt: string, userAgent: string | null }> };

export type RefreshMutationVariables = Exact<{
  refresh?: string | null | undefined;
}>;


export type RefreshMutation = { tokenRefresh: { access: string, refresh: string | null, accessExpiresAt: string, refreshExpiresAt: string } };

export type VerifyMutationVariables = Exact<{
  token: string;
}>;


export type VerifyMutation = { tokenVerify: { tokenType: string, userId: string | null, issuedAt: string | null, expiresAt: string, claims: Record<string, unknown> } };

export type SessionEventsSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type SessionEventsSubscription = { sessionEvents: { kind: SessionEventKind, at: string, reason: string | null, session: { id: string, current: boolean, userAgent: string | null } } };

export type SignOutMutationVariables = Exact<{
  refresh?: string | null | undefined;
}>;


export type SignOutMutation = { tokenBlacklist: { jti: string, blacklistedAt: string } };

export type WhoQueryVariables = Exact<{ [key: string]: never; }>;


export type WhoQuery = { me: { username: string } };
