/** Django's limit, so that accounts can move in both directions. */
export const MAX_USERNAME_LENGTH = 150;

/**
 * The form of a username in which the store looks it up (RFC 8265 3.3.3): two names with one key are one account.
 * Upper-casing first folds letters whose capitals are several, as in "straße".
 */
export function usernameKey(username: string): string {
  return username.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
}

/** Sorts after all that can follow in a key: the last code point there is, which no name has. */
export const AFTER_ALL_KEYS = '\u{10FFFF}';
