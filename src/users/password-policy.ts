import { InvalidInput } from '../errors.ts';

/** NIST SP 800-63B-4 3.1.1.2: a minimum, a generous maximum, and no rules of composition. */
const MIN_PASSWORD_LENGTH = 8;
export const MAX_PASSWORD_LENGTH = 256;

/**
 * Refuses text that cannot have been typed, before anything is computed for it.
 *
 * @throws InvalidInput
 */
export function checkText(field: string, value: string, maxLength: number): void {
  if (value === '') throw new InvalidInput(field, 'This field may not be blank.');
  if (value.length > maxLength) {
    throw new InvalidInput(field, `Ensure this field has no more than ${maxLength} characters.`);
  }
  if (value.includes('\0') || !value.isWellFormed()) {
    throw new InvalidInput(field, 'Null characters and incomplete Unicode are not allowed.');
  }
}

/**
 * Refuses a new password that is too weak.
 *
 * @throws InvalidInput
 */
export function checkNewPassword(field: string, password: string): void {
  checkText(field, password, MAX_PASSWORD_LENGTH);
  if (Array.from(password.normalize('NFKC')).length < MIN_PASSWORD_LENGTH) {
    const problem = `This password is too short. It must contain at least ${MIN_PASSWORD_LENGTH} characters.`;
    throw new InvalidInput(field, problem, 'password_too_weak');
  }
}
