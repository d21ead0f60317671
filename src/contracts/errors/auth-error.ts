/**
 * Every error a caller can meet. They know nothing of GraphQL: at the edge each becomes a `GraphQLError` whose `cause` it is.
 * Whatever is neither is masked before it reaches a client. Messages never hold a token or a password. The wording of the
 * token errors is djangorestframework-simplejwt's.
 */

/** `extensions.code`: Apollo's vocabulary. */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'BAD_USER_INPUT'
  | 'TOO_MANY_REQUESTS'
  | 'SERVICE_UNAVAILABLE';

/** `extensions.reason`: the stable, finer code a program switches on. */
export type ErrorReason =
  | 'not_authenticated'
  | 'bad_authorization_header'
  | TokenReason
  | 'session_revoked'
  | AccountReason
  | 'second_factor_required'
  | 'challenge_not_valid'
  | 'step_up_required'
  | ProofReason
  | 'permission_denied'
  | 'own_account'
  | 'origin_not_allowed'
  | InputReason
  | 'throttled'
  | 'overloaded'
  | 'store_unavailable';

type TokenReason = 'token_not_valid' | 'token_expired' | 'token_wrong_type' | 'token_blacklisted';
type ProofReason = 'dpop_proof_required' | 'dpop_proof_not_valid' | 'use_dpop_nonce';
type AccountReason = 'no_active_account' | 'user_not_found' | 'user_inactive' | 'password_changed';
export type InputReason =
  | 'invalid_input'
  | 'wrong_password'
  | 'wrong_code'
  | 'invalid_username'
  | 'username_taken'
  | 'password_too_weak'
  | 'session_not_found'
  | 'invalid_email'
  | 'email_taken'
  | 'link_not_valid';

/** `extensions.action`: what a client does next. */
export type ErrorAction = 'REFRESH' | 'LOGIN' | 'WAIT' | 'SECOND_FACTOR' | 'REAUTHENTICATE';

/** The same in every copy of this package: an application may have several, that of the verifier for instance. */
const BRAND = Symbol.for('graphql-simplejwt.AuthError');

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

  get [BRAND](): true {
    return true;
  }
}

/** The `AuthError` that an error is, or was made of at the edge to GraphQL; null if there is none. */
export function authErrorIn(error: unknown): AuthError | null {
  if (isAuthError(error)) return error;
  return error instanceof Error && isAuthError(error.cause) ? error.cause : null;
}

function isAuthError(error: unknown): error is AuthError {
  return error instanceof Error && BRAND in error;
}

/** The caller is not authenticated, or no longer. The remedy is to sign in. */
export abstract class Unauthenticated extends AuthError {
  readonly code = 'UNAUTHENTICATED';
  override readonly action: ErrorAction = 'LOGIN';
}
