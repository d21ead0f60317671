/**
 * graphql-simplejwt as a library: `createAuth` makes the resolvers, the context function and the guard to mount in an
 * Apollo Server of your own.
 */
export { createAuth, type Auth, type AuthOptions } from './graphql/auth.ts';
export type { Clock } from './contracts/clock.ts';
export * from './contracts/errors.ts';
export type { AuthSchemaOptions, SchemaShape } from './graphql/build-schema.ts';
export type { SocketContext, SocketHooks, SocketOptions } from './graphql/graphql-ws.ts';
export * from './graphql/types.ts';
export { SessionEventType } from './graphql/session-event-types.ts';
export { toGraphQLError } from './graphql/to-graphql-error.ts';
export type { AuthContext, ContextInput, IncomingRequest, RequestAuth } from './graphql/context.ts';
export type { OutgoingResponse, RefreshCookie } from './graphql/refresh-cookie.ts';
export type {
  Client,
  CustomClaims,
  FailedCredentials,
  Hooks,
  Mail,
  SecurityEvent,
  SecurityEventName,
  TokenUser,
  User,
} from './contracts/hooks.ts';
export type { Settings, SettingsInput } from './contracts/settings/settings-table.ts';
export type { PublicJwk } from './core/keys/public-jwk.ts';
export { SettingsError } from './contracts/settings/settings-error.ts';
export { openMongoStore, openSqliteStore } from './stores/open-by-address.ts';
export type * from './contracts/store/store.ts';
export type { SessionEvent, SessionEventKind } from './core/live/session-event.ts';
export type { Watch } from './core/live/live-sessions.ts';
export type { Authenticated } from './core/tokens/authenticator.ts';
export type { Demand } from './core/tokens/demands.ts';
export type { Claims, JsonValue, Token, TokenType } from './contracts/claims.ts';
export type { IntrospectedToken } from './core/trust/introspection.ts';
export type { RevocationPage } from './core/trust/revocation-feed.ts';
export type { Service } from './core/trust/service-credentials.ts';
// The parts of `auth`, so that applications can name them and the API reference has a page of each.
export type { Administration } from './core/admin/administration.ts';
export type { SessionService } from './core/sessions/session-service.ts';
export type { TokenService } from './core/tokens/token-service.ts';
export type { Introspection } from './core/trust/introspection.ts';
export type { RevocationFeed } from './core/trust/revocation-feed.ts';
export type { ServiceCredentials } from './core/trust/service-credentials.ts';
export type { UserService } from './core/users/user-service.ts';
