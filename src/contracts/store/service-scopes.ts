/** What services may do: ask about a token, end one, and read the feed of revocations. */
export const SERVICE_SCOPES = ['introspect', 'revoke', 'feed'] as const;
