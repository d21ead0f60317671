import { AuthError, Unauthenticated, type ErrorAction, type ErrorReason } from './auth-error.ts';

/** A token that is refused for what it is; thrown wherever a token is read. */
export abstract class TokenError extends Unauthenticated {}

/** Malformed, forged, mistyped, or from elsewhere. */
export class TokenInvalid extends TokenError {
  override name = 'TokenInvalid';
  readonly reason = 'token_not_valid';
  constructor(message = 'Token is invalid', options?: ErrorOptions) {
    super(message, options);
  }
}

/** Longest wait that is advised: a clock that was set back may be right again at any moment. */
const MAX_RETRY_SECONDS = 60;

/**
 * Well signed and in time, but of the future by its `iat` or `nbf`: the clock here is behind that of the issuer, or was set
 * back. Signing in again would not help, and is not needed once the clocks agree.
 */
export class TokenNotYetValid extends TokenError {
  override name = 'TokenNotYetValid';
  readonly reason = 'token_not_valid';
  override readonly action = 'WAIT';
  /** Seconds after which trying again makes sense. */
  readonly retryAfter: number;
  /** `ahead`: seconds to the moment from which the token is valid. */
  constructor(ahead: number) {
    super('Token is invalid');
    this.retryAfter = Math.ceil(Math.min(Math.max(ahead, 1), MAX_RETRY_SECONDS));
  }
  override get extensions(): Record<string, unknown> {
    return { ...super.extensions, retryAfter: this.retryAfter };
  }
}

/** Well signed, but past its `exp` (or, for a sliding token, its `refresh_exp`). */
export class TokenExpired extends TokenError {
  override name = 'TokenExpired';
  readonly reason = 'token_expired';
  /** An expired access token is refreshed; an expired refresh token means signing in again. */
  constructor(
    override readonly action: 'REFRESH' | 'LOGIN',
    message = 'Token is expired',
  ) {
    super(message);
  }
}

/** Well signed, but of another type than is due here. */
export class TokenWrongType extends AuthError {
  override name = 'TokenWrongType';
  readonly code = 'UNAUTHENTICATED';
  readonly reason = 'token_wrong_type';
  constructor(message = 'Token has wrong type') {
    super(message);
  }
}

/** Blacklisted by name, superseded by rotation, or of a session that has ended. */
export class TokenBlacklisted extends TokenError {
  override name = 'TokenBlacklisted';
  readonly reason = 'token_blacklisted';
  /** `hint` is for the developers of a client that uses refresh tokens wrongly. */
  constructor(readonly hint?: string) {
    super('Token is blacklisted');
  }
  override get extensions(): Record<string, unknown> {
    return this.hint === undefined ? super.extensions : { ...super.extensions, hint: this.hint };
  }
}

/** A refresh token was exchanged for its successor before; nothing tells a thief from a client that kept the old one. */
export class TokenReused extends TokenBlacklisted {
  override name = 'TokenReused';
  constructor() {
    super(
      'This refresh token was replaced when it was used before. Keep the refresh token of every answer, or set ' +
        'JWT_ROTATE_REFRESH_TOKENS=false on the server, as in simplejwt by default.',
    );
  }
}

/** Why one accepted token class refused the token in the header; simplejwt's names. */
export interface TokenClassMessage {
  readonly token_class: string;
  readonly token_type: string;
  readonly message: string;
}

/** The token in the header is not accepted there; `cause` says why. */
export class NoAcceptedToken extends AuthError {
  override name = 'NoAcceptedToken';
  readonly code = 'UNAUTHENTICATED';
  readonly reason: ErrorReason;
  override readonly action: ErrorAction | undefined;
  constructor(
    override readonly cause: AuthError,
    readonly messages: readonly TokenClassMessage[],
  ) {
    super('Given token not valid for any token type', { cause });
    this.reason = cause.reason;
    // Whether the user must sign in again depends on the refresh token, not on this one.
    this.action = cause instanceof TokenInvalid ? 'REFRESH' : cause.action;
  }
  override get extensions(): Record<string, unknown> {
    const wait = this.cause instanceof TokenNotYetValid && { retryAfter: this.cause.retryAfter };
    return { ...super.extensions, ...wait, messages: this.messages };
  }
}

/** The session this access token belongs to was ended, or is past its end. */
export class SessionRevoked extends Unauthenticated {
  override name = 'SessionRevoked';
  readonly reason = 'session_revoked';
  constructor() {
    super('Session has been revoked');
  }
}
