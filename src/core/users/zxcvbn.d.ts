// The parts of zxcvbn 4.4.2; @types/zxcvbn knows its front door alone.

declare module 'zxcvbn/lib/matching.js' {
  /** Part of a password that is explained by a pattern. */
  export interface Match {
    readonly pattern: 'dictionary' | 'spatial' | 'repeat' | 'sequence' | 'regex' | 'date' | 'bruteforce';
    readonly token: string;
    readonly dictionary_name?: string;
    readonly matched_word?: string;
    /** What a repeat repeats. */
    readonly base_token?: string;
  }
  /** By letter, the characters that may stand for it. */
  type Signs = Readonly<Record<string, readonly string[]>>;
  export interface Matching {
    set_user_input_dictionary(words: readonly string[]): void;
    omnimatch(password: string): readonly Match[];
    regex_match(password: string, patterns: Readonly<Record<string, RegExp>>): readonly Match[];
    /** Those that a password has. */
    relevant_l33t_subtable(password: string, table: Signs): Signs;
    /** The ways to read them, each by sign. */
    enumerate_l33t_subs(table: Signs): readonly Readonly<Record<string, string>>[];
  }
  const matching: Matching;
  export default matching;
}

declare module 'zxcvbn/lib/scoring.js' {
  import type { Match } from 'zxcvbn/lib/matching.js';
  const scoring: {
    /** How many guesses find a password, and by which patterns. */
    most_guessable_match_sequence(
      password: string,
      matches: readonly Match[],
    ): { readonly guesses: number; readonly sequence: readonly Match[] };
  };
  export default scoring;
}
