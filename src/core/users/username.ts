import { InvalidInput } from '../../contracts/errors.ts';
import { MAX_USERNAME_LENGTH } from '../../contracts/username-key.ts';

/** Django's characters, so that accounts can move in both directions. */
const DJANGO_USERNAME = /^[\p{L}\p{M}\p{N}_.@+-]+$/u;
/** Fillers, joiners, variation selectors and the like: with them, two names that look the same would be two accounts. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;

/**
 * The name as it is stored.
 *
 * @throws InvalidInput if it cannot be anybody's name.
 */
export function newUsername(given: string): string {
  const username = given.slice(0, MAX_USERNAME_LENGTH + 1).normalize('NFKC');
  const isShort = given.length <= MAX_USERNAME_LENGTH && username.length <= MAX_USERNAME_LENGTH;
  if (isShort && DJANGO_USERNAME.test(username) && !INVISIBLE.test(given)) return username;
  throw new InvalidInput(
    'username',
    `This is no valid username. Expected 1 to ${MAX_USERNAME_LENGTH} letters, digits and @ . + - _ characters.`,
    'invalid_username',
  );
}
