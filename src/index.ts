/**
 * graphql-simplejwt as a library: `createAuth` makes the resolvers, the context function and the guard to mount in an
 * Apollo Server of your own.
 */
export { createAuth, type Auth, type AuthOptions } from './auth.ts';
export type { Clock } from './clock.ts';
export * from './errors.ts';
export type { AuthContext, ContextInput, IncomingRequest, RequestAuth } from './graphql/context.ts';
export type { OutgoingResponse, RefreshCookie } from './graphql/refresh-cookie.ts';
export type { Client, CustomClaims, FailedCredentials, Hooks, TokenUser, User } from './hooks.ts';
export type { Settings, SettingsInput } from './settings/settings-table.ts';
export type { PublicJwk } from './keys/public-jwk.ts';
export { SettingsError } from './settings/settings.ts';
export { openMongoStore } from './store/mongo/mongo-store.ts';
export { openSqliteStore } from './store/sqlite/sqlite-store.ts';
export type * from './store/store.ts';
export type { Authenticated } from './tokens/authenticator.ts';
export type { Claims, JsonValue, Token, TokenType } from './tokens/claims.ts';
export type { IntrospectedToken } from './trust/introspection.ts';
export type { RevocationPage } from './trust/revocation-feed.ts';
export type { Service } from './trust/service-credentials.ts';
