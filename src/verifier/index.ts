/**
 * graphql-simplejwt/verifier: checks access tokens in services that did not issue them, by a public key or a JWK set, with
 * no store.
 */
export type { Clock } from '../clock.ts';
export * from '../errors.ts';
export type { TokenUser } from '../hooks.ts';
export { SettingsError } from '../settings/settings.ts';
export type { Algorithm } from '../settings/settings-table.ts';
export type { Claims, JsonValue } from '../tokens/claims.ts';
export type { AcceptedToken } from '../tokens/token-acceptor.ts';
export type { RevocationOptions } from './revocations.ts';
export {
  createTokenVerifier,
  verifierGuard,
  type TokenVerifier,
  type TokenVerifierOptions,
  type VerifiedRequest,
  type VerifierContext,
} from './token-verifier.ts';
