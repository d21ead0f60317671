import matching, { type Match, type Matching } from 'zxcvbn/lib/matching.js';
import scoring from 'zxcvbn/lib/scoring.js';
import { restOfTurn } from '../../contracts/clock.ts';
import { commonPasswords } from './common-passwords.ts';

/** Words that those who guess try first for this account: parts of the username, and names of the service. */
export interface ExpectedWords {
  readonly username: readonly string[];
  readonly service: readonly string[];
}

/** UTF-16 units of the beginning that are estimated: a few milliseconds. The time grows with the square of the length and more. */
const WINDOW = 32;
/** At the end of a longer password, where its beginning is weak: enough for a strong one. */
const LAST = 16;
/**
 * zxcvbn's score of 3 begins at 1e8: with slow hashes, guessing then takes too long. But zxcvbn counts 1e8 for any three parts, however
 * common they are, so a season, a year and a sign would be enough. We ask for five percent more.
 */
const ENOUGH_GUESSES = 1.05e8;
/** zxcvbn itself knows the years until 2019. */
const YEARS = { recent_year: /19\d\d|20[0-4]\d/g };
/** Of a password without any pattern zxcvbn counts ten guesses a character, which is far too few where these are mixed. */
const KINDS = [/\p{Ll}/u, /\p{Lu}/u, /\p{Lo}/u, /\p{N}/u, /[^\p{L}\p{N}]/u];
const MIXED = 3;
/** Signs for one letter, and readings of a text such as `p4$$w0rd`: with all signs in it there are thousands, for a second. */
const MAX_SIGNS = 2;
const MAX_READINGS = 4;

type Signs = Parameters<Matching['enumerate_l33t_subs']>[0];

const bounded: Matching = Object.create(matching, {
  relevant_l33t_subtable: {
    value: (password: string, table: Signs) => {
      let room = MAX_SIGNS;
      const entries = Object.entries(matching.relevant_l33t_subtable(password, table)).map(([letter, signs]) => {
        const kept = signs.slice(0, room);
        room = Math.max(1, room / kept.length);
        return [letter, kept] as const;
      });
      return Object.fromEntries(entries);
    },
  },
  regex_match: { value: (password: string) => matching.regex_match(password, YEARS) },
  enumerate_l33t_subs: {
    value: (table: Signs) => matching.enumerate_l33t_subs(table).slice(0, MAX_READINGS),
  },
});

/**
 * Why a password, in its normal form, is among those that are guessed first: a clause to follow "This password is easy to
 * guess:". Null if it is not. Of a long password the beginning and the end are looked at; one that is hard to guess is enough.
 *
 * Import this module where it is needed: reading its lists takes 0.2 s and 40 MB.
 */
export async function whyGuessable(password: string, words: ExpectedWords): Promise<string | null> {
  const why = whyWeak(password.slice(0, WINDOW), words);
  if (why === null) return commonPasswords.has(password.toLowerCase()) ? COMMON : null;
  if (password.length <= WINDOW) return why;
  await restOfTurn(); // others are not kept waiting for both
  return whyWeak(password.slice(-LAST), words) === null ? null : why;
}

function whyWeak(text: string, words: ExpectedWords): string | null {
  matching.set_user_input_dictionary([...words.username, ...words.service]);
  const { guesses, sequence } = scoring.most_guessable_match_sequence(text, bounded.omnimatch(text));
  if (guesses >= ENOUGH_GUESSES) return null;
  const patterns = sequence.filter(({ pattern }) => pattern !== 'bruteforce');
  const [longest] = patterns.toSorted((one, other) => other.token.length - one.token.length);
  if (longest !== undefined) return clauseOf(longest, text, words);
  return KINDS.filter((kind) => kind.test(text)).length >= MIXED ? null : SHORT;
}

const COMMON = 'it is a common password';
const SHORT = 'it is short, and of few kinds of characters';

function clauseOf(match: Match, text: string, { username, service }: ExpectedWords): string {
  const { pattern, token, matched_word: word = '', base_token: repeated = '' } = match;
  if (pattern === 'repeat') {
    return Array.from(repeated).length === 1 ? 'it repeats one character' : 'it repeats the same characters';
  }
  if (pattern === 'sequence') return 'it is a sequence, such as abcdef or 987654';
  if (pattern === 'spatial') return 'it is a row of keys that are next to each other';
  if (pattern === 'date' || pattern === 'regex') return 'it is a date or a year, with little added';
  if (username.includes(word)) return 'it is the username, with little added';
  if (service.includes(word)) return 'it is the name of this service, with little added';
  return token === text && match.dictionary_name === 'passwords'
    ? COMMON
    : 'it is a common word, name or password, with little added';
}
