/** Signature algorithms (RFC 7518 3.1) that `jsonwebtoken` implements; it has no EdDSA. */
export const ALGORITHMS = [
  ...(['HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512'] as const),
  ...(['PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'] as const),
] as const;

/** The name of one of them. */
export type Algorithm = (typeof ALGORITHMS)[number];
