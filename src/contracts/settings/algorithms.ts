/** Signature algorithms (RFC 7518 3.1) that `jsonwebtoken` implements; it has no EdDSA. */
export const ALGORITHMS = [
  ...(['HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512'] as const),
  ...(['PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'] as const),
] as const;

/** The name of one of them. */
export type Algorithm = (typeof ALGORITHMS)[number];

/**
 * Those of DPoP proofs (RFC 9449): no symmetric one, as the server would have to know the secret. ES384 and ES512 take ten and twenty
 * times the work of ES256, which anybody could have the server do.
 */
export const PROOF_ALGORITHMS = [
  ...(['ES256', 'EdDSA', 'Ed25519'] as const),
  ...(['PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512'] as const),
] as const;

/** The name of one of them. EdDSA is with Ed25519, which is also its name by RFC 9864. */
export type ProofAlgorithm = (typeof PROOF_ALGORITHMS)[number];

/** Signature algorithms that WebCrypto has: those of Node.js, and EdDSA with Ed25519 (RFC 8037). */
export const WEB_ALGORITHMS = [...ALGORITHMS, 'EdDSA'] as const;

/** The name of one of them. */
export type WebAlgorithm = (typeof WEB_ALGORITHMS)[number];
