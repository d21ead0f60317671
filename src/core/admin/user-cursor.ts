import { InvalidInput } from '../../contracts/errors.ts';
import { MAX_USERNAME_LENGTH } from '../../contracts/username-key.ts';

/** The place after a user in a list by names, as text that means nothing to whoever holds it. */
export const cursorAfter = (username: string): string => Buffer.from(JSON.stringify([username])).toString('base64url');

/**
 * The name of the user a cursor stands for.
 *
 * @throws InvalidInput if it is none
 */
export function readCursor(cursor: string): string {
  const [username, ...rest] = decoded(cursor);
  const isName = typeof username === 'string' && username.length <= MAX_USERNAME_LENGTH && username.isWellFormed();
  if (isName && rest.length === 0) return username;
  throw new InvalidInput('after', 'Got no cursor in `after`. Expected an `endCursor` of a former answer.');
}

function decoded(cursor: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
