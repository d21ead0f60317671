import { InvalidInput } from '../../contracts/errors.ts';

/** Django's limits, so that accounts can move in both directions. */
export const MAX_USERNAME_LENGTH = 150;
const DJANGO_USERNAME = /^[\p{L}\p{M}\p{N}_.@+-]+$/u;

/**
 * What a user means by a name, whatever keyboard it came from (RFC 8265 3.3.3): two names with one key are one account.
 * Upper-casing first folds letters whose capitals are several, as in "straße".
 */
export function usernameKey(username: string): string {
  return username.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
}

/**
 * The name as it is stored.
 *
 * @throws InvalidInput if it cannot be anybody's name.
 */
export function newUsername(given: string): string {
  const username = given.slice(0, MAX_USERNAME_LENGTH + 1).normalize('NFKC');
  if (given.length <= MAX_USERNAME_LENGTH && username.length <= MAX_USERNAME_LENGTH && DJANGO_USERNAME.test(username)) {
    return username;
  }
  throw new InvalidInput(
    'username',
    `This is no valid username. Expected 1 to ${MAX_USERNAME_LENGTH} letters, digits and @ . + - _ characters.`,
    'invalid_username',
  );
}
