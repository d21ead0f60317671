import { InvalidInput } from '../../contracts/errors.ts';
import { MAX_USERNAME_LENGTH } from '../../contracts/username-key.ts';

/** What Django's `UnicodeUsernameValidator` takes, so that accounts can move in both directions. */
const DJANGO_USERNAME = /^[\p{L}\p{M}\p{N}_.@+-]+$/u;
/** Django's limit for them. */
const MAX_DJANGO_USERNAME_LENGTH = 150;
/** What Django's `EmailValidator` takes, but for control characters in quotes: the address is the name in many projects. */
const ADDRESS =
  /^([\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~.-]+|"([!#-[\]-~]|\\[ -~])*")@([\p{L}\p{M}\p{N}.-]+|\[[\da-f:.]+\])$/iu;
/** Fillers, joiners, variation selectors and the like: with them, two names that look the same would be two accounts. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;

/**
 * The name as it is stored.
 *
 * @throws InvalidInput if it cannot be anybody's name.
 */
export function newUsername(given: string): string {
  const beginning = given.slice(0, 2 * MAX_USERNAME_LENGTH + 1);
  const username = beginning.normalize('NFKC');
  const length = Math.max(countCharacters(beginning), countCharacters(username));
  const isPossible = length <= MAX_DJANGO_USERNAME_LENGTH && DJANGO_USERNAME.test(username);
  const isAddress = length <= MAX_USERNAME_LENGTH && ADDRESS.test(username);
  if ((isPossible || isAddress) && !INVISIBLE.test(given)) return username;
  throw new InvalidInput(
    'username',
    `This is not a valid username. Expected 1 to ${MAX_DJANGO_USERNAME_LENGTH} letters, digits and @ . + - _ characters, or an e-mail address.`,
    'invalid_username',
  );
}

const countCharacters = (text: string): number => Array.from(text).length;
