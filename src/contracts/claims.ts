/** A value JSON can hold. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** The claims set of a token (RFC 7519 4), custom claims included. */
export type Claims = { readonly [claim: string]: JsonValue };

/** simplejwt's token classes by their `token_type`. */
export type TokenType = 'access' | 'refresh' | 'sliding';

/**
 * A token whose signature, times, issuer and audience hold and whose claims have the right kinds. What a foreign but
 * well-signed token may lack is null. Times are NumericDate, in seconds.
 */
export interface VerifiedToken {
  readonly type: string | null;
  readonly jti: string | null;
  readonly userId: string | null;
  /** `sid`: the session it belongs to; null for tokens minted elsewhere or by hand. */
  readonly sessionId: string | null;
  readonly issuedAt: number | null;
  readonly expiresAt: number | null;
  readonly claims: Claims;
}

/** A verified token that has all a token must have, and is of the type that was due. */
export interface Token<Type extends string = string> extends VerifiedToken {
  readonly type: Type;
  readonly jti: string;
  readonly expiresAt: number;
}
