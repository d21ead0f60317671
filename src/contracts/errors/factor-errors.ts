import { AuthError, Unauthenticated } from './auth-error.ts';

/**
 * The password is right, and the account asks for a code as well. `challenge` is what the code is sent with; it ends at
 * `expiresAt`.
 */
export class SecondFactorRequired extends AuthError {
  override name = 'SecondFactorRequired';
  readonly code = 'UNAUTHENTICATED';
  readonly reason = 'second_factor_required';
  override readonly action = 'SECOND_FACTOR';
  constructor(
    readonly challenge: string,
    readonly expiresAt: Date,
  ) {
    super('Enter the code of your authenticator app, or a recovery code.');
  }
  override get extensions(): Record<string, unknown> {
    return { ...super.extensions, challenge: this.challenge, expiresAt: this.expiresAt.toISOString() };
  }
}

/** A challenge that is none of ours, has expired, was answered, or had too many wrong answers. */
export class ChallengeInvalid extends Unauthenticated {
  override name = 'ChallengeInvalid';
  readonly reason = 'challenge_not_valid';
  constructor() {
    super('This sign-in has expired or failed too often. Sign in again.');
  }
}

/** What a field asks of the last sign-in. */
export interface SignInDemand {
  /** It was at most so many seconds ago. */
  readonly maxAge?: number;
  /** A way in which the user signed in, of RFC 8176: `mfa` is a second factor. */
  readonly amr?: string;
}

/** The sign-in is too old, or lacks a factor: the user proves again who they are, and the request may be repeated. */
export class StepUpRequired extends AuthError {
  override name = 'StepUpRequired';
  readonly code = 'FORBIDDEN';
  readonly reason = 'step_up_required';
  override readonly action = 'REAUTHENTICATE';
  constructor(readonly demand: SignInDemand) {
    super('Confirm that it is you: enter your password again.');
  }
  override get extensions(): Record<string, unknown> {
    return { ...super.extensions, ...this.demand };
  }
}
