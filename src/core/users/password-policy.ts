import { InvalidInput } from '../../contracts/errors.ts';
import { trimmed } from '../../contracts/trimmed.ts';
import { usernameKey } from '../../contracts/username-key.ts';

/** NIST SP 800-63B-4 3.1.1.2: a minimum, a generous maximum, and no rules of composition. */
const MIN_PASSWORD_LENGTH = 8;
const MAX_PASSWORD_LENGTH = 256;
/** UTF-16 units, which are quick to count: no character takes more than four, however it is composed. */
const MAX_PASSWORD_UNITS = 4 * MAX_PASSWORD_LENGTH;
/** Of a shorter name any password may hold the letters by chance. */
const MIN_TELLING_NAME = 3;

/**
 * Refuses text that cannot have been typed, before anything is computed for it.
 *
 * @throws InvalidInput
 */
export function checkText(field: string, value: string, maxLength: number): void {
  if (value === '') throw new InvalidInput(field, 'This field may not be blank.');
  if (value.length > maxLength) throw tooLong(field, maxLength);
  checkTypable(field, value);
}

/**
 * Refuses, before it is hashed, a password that no account can have because of its length or characters. Characters are
 * counted in the normal form, in which one password has one length.
 *
 * @throws InvalidInput
 */
export function checkPassword(field: string, password: string): void {
  if (trimmed(password) === '') throw new InvalidInput(field, 'This field may not be blank.');
  if (password.length > MAX_PASSWORD_UNITS || countCharacters(password) > MAX_PASSWORD_LENGTH) {
    throw tooLong(field, MAX_PASSWORD_LENGTH);
  }
  checkTypable(field, password);
}

/**
 * Refuses a new password that cannot be typed, or can be guessed.
 *
 * @throws InvalidInput
 */
export async function checkNewPassword(field: string, password: string, username: string): Promise<void> {
  checkPassword(field, password);
  const problem = await weaknessOf(password, username);
  if (problem !== null) throw new InvalidInput(field, problem, 'password_too_weak');
}

/** NUL and half a character are what bcrypt, or UTF-8, would take for another text. */
function checkTypable(field: string, value: string): void {
  if (!value.includes('\0') && value.isWellFormed()) return;
  throw new InvalidInput(field, 'Null characters and incomplete Unicode are not allowed.');
}

async function weaknessOf(password: string, username: string): Promise<string | null> {
  if (countCharacters(password) < MIN_PASSWORD_LENGTH) {
    return `This password is too short. It must contain at least ${MIN_PASSWORD_LENGTH} characters.`;
  }
  if (leansOn(username, password)) {
    return `This password is too similar to the username. Without it, at least ${MIN_PASSWORD_LENGTH} letters or digits must be left.`;
  }
  const { commonPasswords } = await import('./common-passwords.ts');
  if (commonPasswords.has(password.normalize('NFKC').toLowerCase())) {
    return 'This password is too common: it is among the first that are guessed. Choose another, such as a few unrelated words.';
  }
  return null;
}

/** Whether a password is the username, or the part of it before the @, with little before, after or left out. */
function leansOn(username: string, password: string): boolean {
  const guess = lettersAndDigits(password);
  const [mailbox = ''] = username.split('@');
  return [username, mailbox].map(lettersAndDigits).some((name) => {
    if (name.length < MIN_TELLING_NAME) return false;
    const isMostlyName = guess.includes(name) && countCharacters(guess.replaceAll(name, '')) < MIN_PASSWORD_LENGTH;
    return isMostlyName || (guess.length >= MIN_TELLING_NAME && name.includes(guess));
  });
}

const lettersAndDigits = (text: string): string => usernameKey(text).replaceAll(/[^\p{L}\p{M}\p{N}]/gu, '');

const countCharacters = (text: string): number => Array.from(text.normalize('NFKC')).length;

const tooLong = (field: string, maxLength: number) =>
  new InvalidInput(field, `Ensure this field has no more than ${maxLength} characters.`);
