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

/** The setting that an unknown name was probably meant to be, with or without `JWT_`: the nearest by spelling. Null if none is near. */
export function nearestOf(name: string, known: readonly string[]): string | null {
  const text = withoutPrefix(name);
  const [nearest] = known
    .map((setting) => ({ setting, target: withoutPrefix(setting) }))
    .map(({ setting, target }) => ({ setting, away: distance(text, target), most: mostChangesIn(target) }))
    .filter(({ away, most }) => away <= most)
    .toSorted((one, other) => one.away - other.away);
  return nearest?.setting ?? null;
}

/** How many letters of a name may be wrong. */
const mostChangesIn = (name: string): number => (name.length < 9 ? 1 : 2);

const withoutPrefix = (name: string): string =>
  wordsOf(name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name).join('');

function isNear(name: string, setting: string): boolean {
  const [given, expected] = [wordsOf(name), wordsOf(setting)];
  const [text, target] = [given.join(''), expected.join('')];
  if (text === target) return true;
  if (setting.startsWith(PREFIX)) return expected.length > 2 && text === withoutPrefix(setting);
  if (target.length < MIN_LENGTH) return false;
  const hasAllWords =
    expected.length > 1 &&
    given[0] === expected[0] &&
    expected.every((word) => given.some((other) => other.startsWith(word)));
  return hasAllWords || distance(text, target) <= mostChangesIn(target);
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
