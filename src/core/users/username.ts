import { InvalidInput } from '../../contracts/errors.ts';
import { MAX_USERNAME_LENGTH } from '../../contracts/username-key.ts';

/** Django's characters, so that accounts can move in both directions. */
const DJANGO_USERNAME = /^[\p{L}\p{M}\p{N}_.@+-]+$/u;

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
