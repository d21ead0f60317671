/** Characters in the longest name there can be: Django's limit for an e-mail address. */
export const MAX_USERNAME_LENGTH = 254;

/**
 * The form of a username in which the store looks it up (RFC 8265 3.3.3): two names with one key are one account.
 * Upper-casing first folds letters whose capitals are several, as in "straße".
 */
export function usernameKey(username: string): string {
  return username.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
}

/** A name of any length that somebody gives, cut where no account's name is as long. */
export const givenName = (given: string): string => given.slice(0, 2 * MAX_USERNAME_LENGTH + 1);

/** The key of such a name. */
export const givenUsernameKey = (given: string): string => usernameKey(givenName(given));

/** A text in which ς, the sigma at the end of a word (Unicode 3.13, Final_Sigma), is σ as elsewhere. */
export const withoutFinalSigma = (text: string): string => text.replaceAll('ς', 'σ');

/** Sorts after all that can follow in a key: the last code point there is, which no name has. */
export const AFTER_ALL_KEYS = '\u{10FFFF}';
