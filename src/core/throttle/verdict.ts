import { InvalidInput, SecondFactorRequired, type AuthError, type ErrorReason } from '../../contracts/errors.ts';

/** Reasons that tell of an account, a password or a code. */
const TELLING: ReadonlySet<ErrorReason> = new Set(['username_taken', 'wrong_password', 'wrong_code']);
/** Reasons that tell of none, although the caller is not authenticated. */
const SILENT: ReadonlySet<ErrorReason> = new Set([
  'not_authenticated',
  'challenge_not_valid',
  'dpop_proof_required',
  'dpop_proof_not_valid',
  'use_dpop_nonce',
]);

/**
 * What an error says of the attempt that ended with it:
 * - `wrong`: the password or the code was, or a name is taken;
 * - `right`: the password was, and something else is asked for;
 * - `nothing`: it was no attempt.
 */
export function verdictOf(error: AuthError | null): 'wrong' | 'right' | 'nothing' {
  if (error === null) return 'wrong';
  if (error instanceof SecondFactorRequired) return 'right';
  if (error instanceof InvalidInput) {
    return error.field === 'currentPassword' || TELLING.has(error.reason) ? 'wrong' : 'nothing';
  }
  return error.code === 'UNAUTHENTICATED' && !SILENT.has(error.reason) ? 'wrong' : 'nothing';
}
