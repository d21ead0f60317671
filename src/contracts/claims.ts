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

/** A moment in a token's unit: RFC 7519 NumericDate, whole seconds. */
export const toNumericDate = (moment: Date | number): number => Math.floor(Number(moment) / 1000);

/** 9999-12-31T23:59:59Z: what lies beyond is no NumericDate in seconds, milliseconds for instance. */
const MAX_NUMERIC_DATE = 253_402_300_799;

/** Whether a claim is a moment that makes sense; fractions are allowed (RFC 7519 2). */
export function isNumericDate(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= MAX_NUMERIC_DATE;
}

/** A new id of a user, a session (`sid`) or a token (`jti`): 32 random hexadecimal characters, as simplejwt's jti. */
export const newId = (): string => crypto.randomUUID().replaceAll('-', '');

/**
 * A new id of a refresh token: a UUID of version 8 (RFC 9562 5.8). simplejwt makes version 4, so a token that it made of one of
 * ours, with our `sid`, is told from one that we made.
 */
export function newRefreshId(): string {
  const id = newId();
  return `${id.slice(0, 12)}8${id.slice(13)}`;
}

/** Whether `newRefreshId` may have made it. */
export const isOurRefreshId = (jti: string): boolean => /^[\da-f]{12}8[\da-f]{3}[89ab][\da-f]{15}$/.test(jti);
