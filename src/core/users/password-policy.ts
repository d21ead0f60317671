import { InvalidInput } from '../../contracts/errors.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import { trimmed } from '../../contracts/request-text.ts';
import { usernameKey } from '../../contracts/username-key.ts';

/** NIST SP 800-63B-4 3.1.1.2 asks for 64 at least. The minimum is `PASSWORD_MIN_LENGTH`. */
const MAX_PASSWORD_LENGTH = 256;
/** Letters and digits that must be left without the username. */
const MIN_REST = 8;
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
  // A character has two UTF-16 units at most; those of a longer text are not worth counting.
  if (value.length > 2 * maxLength || Array.from(value).length > maxLength) throw tooLong(field, maxLength);
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

/** Whose new password it is, and where. */
export interface PasswordContext {
  readonly username: string;
  readonly settings: Pick<Settings, 'passwordMinLength' | 'issuer' | 'audience' | 'corsOrigins'>;
}

/**
 * Refuses a new password that cannot be typed, or can be guessed: NIST SP 800-63B-4 3.1.1.2 asks for a minimum length and for
 * refusing what is commonly used, expected or compromised, with the reason. There are no rules of composition.
 *
 * @throws InvalidInput
 */
export async function checkNewPassword(field: string, password: string, context: PasswordContext): Promise<void> {
  checkPassword(field, password);
  const problem = await weaknessOf(password.normalize('NFKC'), context);
  if (problem !== null) throw new InvalidInput(field, problem, 'password_too_weak');
}

/** NUL and half a character are what bcrypt, or UTF-8, would take for another text. */
function checkTypable(field: string, value: string): void {
  if (!value.includes('\0') && value.isWellFormed()) return;
  throw new InvalidInput(field, 'Null characters and incomplete Unicode are not allowed.');
}

async function weaknessOf(password: string, { username, settings }: PasswordContext): Promise<string | null> {
  if (countCharacters(password) < settings.passwordMinLength) {
    return `This password is too short. It must contain at least ${settings.passwordMinLength} characters.`;
  }
  if (leansOn(username, password)) {
    return `This password is too similar to the username. Without it, at least ${MIN_REST} letters or digits must be left.`;
  }
  const { whyGuessable } = await import('./guessability.ts'); // large lists, for those alone who set a password
  const words = { username: wordsIn(username), service: serviceWords(settings) };
  const why = await whyGuessable(password, words);
  return why && `This password is too easy to guess: ${why}. Choose another, such as a few unrelated words.`;
}

/** What the service is called, as far as its settings tell: its own name, and the hosts and names of tokens and pages. */
function serviceWords({ issuer, audience, corsOrigins }: PasswordContext['settings']): string[] {
  return ['graphql-simplejwt', issuer, audience, corsOrigins].flat().flatMap((name) => wordsIn(name ?? ''));
}

/** A name, the part of it before an @, and its words. */
function wordsIn(name: string): string[] {
  const text = usernameKey(name);
  const [mailbox = ''] = text.split('@');
  const words = [text, mailbox, ...text.split(/[^\p{L}\p{M}\p{N}]+/u)];
  return words.filter((word) => word.length >= MIN_TELLING_NAME);
}

/** Whether a password is the username, or the part of it before the @, with little before, after or left out. */
function leansOn(username: string, password: string): boolean {
  const guess = lettersAndDigits(password);
  const [mailbox = ''] = username.split('@');
  return [username, mailbox].map(lettersAndDigits).some((name) => {
    if (name.length < MIN_TELLING_NAME) return false;
    const isMostlyName = guess.includes(name) && countCharacters(guess.replaceAll(name, '')) < MIN_REST;
    return isMostlyName || (guess.length >= MIN_TELLING_NAME && name.includes(guess));
  });
}

const lettersAndDigits = (text: string): string => usernameKey(text).replaceAll(/[^\p{L}\p{M}\p{N}]/gu, '');

const countCharacters = (text: string): number => Array.from(text.normalize('NFKC')).length;

const tooLong = (field: string, maxLength: number) =>
  new InvalidInput(field, `Ensure this field has no more than ${maxLength} characters.`);
