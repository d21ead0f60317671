/** Characters in the longest name there can be: Django's limit for an e-mail address. */
export const MAX_USERNAME_LENGTH = 254;

/**
 * The form of a username in which the store looks it up (RFC 8265 3.3.3): two names with one key are one account.
 * Upper-casing first folds letters whose capitals are several, as in "straße".
 */
export function usernameKey(username: string): string {
  return username.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
}

/** The same for a name of any length that somebody gives, cut where no account's name is as long. */
export const givenUsernameKey = (given: string): string => usernameKey(given.slice(0, 2 * MAX_USERNAME_LENGTH + 1));

/**
 * The beginnings of the keys of all names that begin with a text, in the order of the keys: one, or two where a sigma
 * may be the last letter of a word, which is ς, or followed by another one, which makes it σ (Unicode 3.13, Final_Sigma).
 */
export function usernameKeyBeginnings(text: string): string[] {
  return [...new Set([usernameKey(text), usernameKey(`${text}α`).slice(0, -1)])];
}

/** Sorts after all that can follow in a key: the last code point there is, which no name has. */
export const AFTER_ALL_KEYS = '\u{10FFFF}';
