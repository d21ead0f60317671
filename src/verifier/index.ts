/**
 * graphql-simplejwt/verifier: checks access tokens in services that did not issue them, by a public key or a JWK set, with
 * no store.
 */
export type { Clock } from '../contracts/clock.ts';
export * from '../contracts/errors.ts';
export type { TokenUser } from '../contracts/hooks.ts';
export { SettingsError } from '../contracts/settings/settings-error.ts';
export type { Algorithm } from '../contracts/settings/algorithms.ts';
export type { Claims, JsonValue } from '../contracts/claims.ts';
export type { AcceptedToken } from '../core/tokens/token-acceptor.ts';
export type { DpopVerification } from './dpop.ts';
export type { RevocationOptions } from './revocations.ts';
export { createTokenVerifier, type TokenVerifierOptions } from './token-verifier.ts';
export { verifierGuard } from './verifier-guard.ts';
export type { RequestWithProof, TokenVerifier, VerifiedRequest, VerifierContext } from './verifier.ts';
