import { InvalidInput, type AuthError } from '../../contracts/errors.ts';

/** Whether an error tells nothing about a password or an account, so that it was no attempt. */
export function tellsNothing(error: AuthError | null): boolean {
  if (error instanceof InvalidInput) return error.field !== 'currentPassword' && error.reason !== 'username_taken';
  return error !== null && (error.code !== 'UNAUTHENTICATED' || error.reason === 'not_authenticated');
}
