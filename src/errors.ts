/**
 * Every error a caller can meet. graphql-js copies `extensions` of a thrown error into the answer, so these need no
 * mapping; whatever is not an `AuthError` is masked before it reaches a client. Messages never hold a token or a
 * password. The wording of the token errors is djangorestframework-simplejwt's.
 */

/** `extensions.code`: Apollo's vocabulary. */
export type ErrorCode = 'UNAUTHENTICATED' | 'FORBIDDEN' | 'BAD_USER_INPUT' | 'SERVICE_UNAVAILABLE';

/** `extensions.reason`: the stable, finer code a program switches on. */
export type ErrorReason =
  | 'not_authenticated'
  | 'bad_authorization_header'
  | TokenReason
  | 'session_revoked'
  | AccountReason
  | 'permission_denied'
  | 'origin_not_allowed'
  | InputReason
  | 'overloaded'
  | 'store_unavailable';

type TokenReason = 'token_not_valid' | 'token_expired' | 'token_wrong_type' | 'token_blacklisted';
type AccountReason = 'no_active_account' | 'user_not_found' | 'user_inactive' | 'password_changed';
type InputReason = 'invalid_input' | 'invalid_username' | 'username_taken' | 'password_too_weak' | 'session_not_found';

/** `extensions.action`: what a client does next. */
export type ErrorAction = 'REFRESH' | 'LOGIN' | 'WAIT';

/** Base of all errors that are shown to clients. */
export abstract class AuthError extends Error {
  abstract readonly code: ErrorCode;
  abstract readonly reason: ErrorReason;
  readonly action: ErrorAction | undefined = undefined;

  /** What travels to the client beside the message. */
  get extensions(): Record<string, unknown> {
    const { code, reason, action } = this;
    return action === undefined ? { code, reason } : { code, reason, action };
  }
}

abstract class Unauthenticated extends AuthError {
  readonly code = 'UNAUTHENTICATED';
  override readonly action: ErrorAction = 'LOGIN';
}

/** The request carries no credentials of an accepted scheme. */
export class NotAuthenticated extends Unauthenticated {
  override name = 'NotAuthenticated';
  readonly reason = 'not_authenticated';
  constructor() {
    super('Authentication credentials were not provided.');
  }
}

/** The header has an accepted scheme, but not exactly one value after it. */
export class BadAuthorizationHeader extends AuthError {
  override name = 'BadAuthorizationHeader';
  readonly code = 'UNAUTHENTICATED';
  readonly reason = 'bad_authorization_header';
  constructor() {
    super('Authorization header must contain two space-delimited values');
  }
}

/** A token that is refused for what it is; thrown wherever a token is read. */
export abstract class TokenError extends Unauthenticated {}

/** Malformed, forged, mistyped, from elsewhere, or not valid yet. */
export class TokenInvalid extends TokenError {
  override name = 'TokenInvalid';
  readonly reason = 'token_not_valid';
  constructor(message = 'Token is invalid', options?: ErrorOptions) {
    super(message, options);
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
  constructor() {
    super('Token is blacklisted');
  }
}

/** Why one accepted token class refused the token in the header; simplejwt's names. */
export interface TokenClassMessage {
  readonly token_class: string;
  readonly token_type: string;
  readonly message: string;
}

/** The token in the header is none that is accepted there; `cause` says why. */
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
    // Whatever ails an access token, the refresh token decides whether its holder must sign in again.
    this.action = cause instanceof TokenInvalid ? 'REFRESH' : cause.action;
  }
  override get extensions(): Record<string, unknown> {
    return { ...super.extensions, messages: this.messages };
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

/** Sign-in failed, or the account behind a token is gone or disabled; which of these is not told. */
export class NoActiveAccount extends Unauthenticated {
  override name = 'NoActiveAccount';
  readonly reason = 'no_active_account';
  constructor(
    message:
      | 'No active account found with the given credentials'
      | 'No active account found for the given token.' = 'No active account found with the given credentials',
  ) {
    super(message);
  }
}

/** The user a valid token names does not exist. */
export class UserNotFound extends Unauthenticated {
  override name = 'UserNotFound';
  readonly reason = 'user_not_found';
  constructor() {
    super('User not found');
  }
}

/** The user a valid token names is disabled. */
export class UserInactive extends Unauthenticated {
  override name = 'UserInactive';
  readonly reason = 'user_inactive';
  constructor() {
    super('User is inactive');
  }
}

/** The token was issued before the user's password was changed. */
export class PasswordChanged extends Unauthenticated {
  override name = 'PasswordChanged';
  readonly reason = 'password_changed';
  constructor() {
    super("The user's password has been changed.");
  }
}

/** Authenticated, but without the role the field asks for. */
export class PermissionDenied extends AuthError {
  override name = 'PermissionDenied';
  readonly code = 'FORBIDDEN';
  readonly reason = 'permission_denied';
  constructor() {
    super('You do not have permission to perform this action.');
  }
}

/** In cookie mode: the page that asks is of an origin that is neither this server's own nor named by its operator. */
export class OriginNotAllowed extends AuthError {
  override name = 'OriginNotAllowed';
  readonly code = 'FORBIDDEN';
  readonly reason = 'origin_not_allowed';
  constructor() {
    super("Pages of this origin are not served. Expected this server's own, by https, or one named in CORS_ORIGINS.");
  }
}

/** A value is not acceptable; `field` is the argument it came in. */
export class InvalidInput extends AuthError {
  override name = 'InvalidInput';
  readonly code = 'BAD_USER_INPUT';
  constructor(
    readonly field: string,
    message: string,
    readonly reason: InputReason = 'invalid_input',
  ) {
    super(message);
  }
  override get extensions(): Record<string, unknown> {
    return { ...super.extensions, field: this.field };
  }
}

abstract class Unavailable extends AuthError {
  readonly code = 'SERVICE_UNAVAILABLE';
  override readonly action = 'WAIT';
  /** Seconds after which trying again makes sense. */
  readonly retryAfter: number = 1;
  override get extensions(): Record<string, unknown> {
    return { ...super.extensions, retryAfter: this.retryAfter };
  }
}

/** More passwords wait to be checked than this machine can check in time. */
export class Overloaded extends Unavailable {
  override name = 'Overloaded';
  readonly reason = 'overloaded';
  constructor() {
    super('The server is busy. Try again in a moment.');
  }
}

/** The store does not answer, or refuses to write; `cause` is its own error and is logged, never shown. */
export class StoreUnavailable extends Unavailable {
  override name = 'StoreUnavailable';
  readonly reason = 'store_unavailable';
  constructor(cause: unknown) {
    super('The service is temporarily unavailable. Try again in a moment.', { cause });
  }
}
