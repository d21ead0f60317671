/** A variable of the environment that is no setting, and the one that it was probably meant to be. */
export interface NearMiss {
  readonly name: string;
  readonly meant: string;
}

/** Shorter names are near too many others: `HOST` and `LOST`. */
const MIN_LENGTH = 6;
const PREFIX = 'JWT_';

/**
 * Finds names that are one of the known ones but for their spelling: case, underscores, a plural, a letter or two, words in
 * between, or a missing `JWT_`.
 */
export function nearMissesOf(names: readonly string[], known: readonly string[]): NearMiss[] {
  const settings = new Set(known);
  return names.flatMap((name) => {
    if (settings.has(name) || name.startsWith(PREFIX)) return []; // an unknown JWT_ variable stops the start
    const meant = known.find((setting) => isNear(name, setting));
    return meant === undefined ? [] : [{ name, meant }];
  });
}

function isNear(name: string, setting: string): boolean {
  const [given, expected] = [wordsOf(name), wordsOf(setting)];
  const [text, target] = [given.join(''), expected.join('')];
  if (text === target) return true;
  const withoutPrefix = expected.slice(1).join('');
  if (setting.startsWith(PREFIX)) return expected.length > 2 && text === withoutPrefix;
  if (target.length < MIN_LENGTH) return false;
  const hasAllWords =
    expected.length > 1 &&
    given[0] === expected[0] &&
    expected.every((word) => given.some((other) => other.startsWith(word)));
  return hasAllWords || distance(text, target) <= (target.length < 9 ? 1 : 2);
}

/** The words of a name, in capitals and in the singular. */
const wordsOf = (name: string): string[] =>
  name
    .toUpperCase()
    .split(/[^A-Z\d]+/)
    .filter((word) => word !== '')
    .map((word) => word.replace(/IES$/, 'Y').replace(/([^S])S$/, '$1'));

/** How many letters are to be changed, added or left out (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of Array.from(one).entries()) {
    const next = [index + 1];
    for (let column = 1; column <= other.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (letter === other[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
