import { InvalidInput } from '../../contracts/errors.ts';
import { MAX_USERNAME_LENGTH } from '../../contracts/username-key.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';

/** The place after a user in a list by names, for `after`. */
export const cursorAfter = (username: string): string => encodeCursor([username]);

/**
 * The name of the user a cursor stands for.
 *
 * @throws InvalidInput if it is none
 */
export function readCursor(cursor: string): string {
  const [username, ...rest] = decodeCursor(cursor);
  const isName =
    typeof username === 'string' && Array.from(username).length <= MAX_USERNAME_LENGTH && username.isWellFormed();
  if (isName && rest.length === 0) return username;
  throw new InvalidInput('after', '`after` is not a cursor. Expected the `endCursor` of an earlier answer.');
}
