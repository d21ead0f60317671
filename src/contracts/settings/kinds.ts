/** What a kind answers to a value that is none of its own. */
export const REFUSED: unique symbol = Symbol('refused');

/** The value that a kind reads from what was given. */
type Reading<Value> = Value | typeof REFUSED;

/**
 * The kinds of value a setting may have. Each accepts the text of an environment variable and the natural value of a
 * library option, says in `accepts` what that is, and yields the value the program works with.
 */
export interface Kind<Value = unknown, Given = unknown> {
  readonly accepts: string;
  readonly read: (given: unknown) => Reading<Value>;
  /** The type of what may be given; no value. */
  readonly given?: Given;
}

/** What a kind reads. */
export type ValueOf<Some extends Kind> = Some extends Kind<infer Value> ? Value : never;
/** What may be given to a kind. */
export type GivenTo<Some extends Kind> = Some extends { readonly given?: infer Given } ? Given : never;

const kind = <Value, Given>(accepts: string, read: (given: unknown) => Reading<Value>): Kind<Value, Given> => ({
  accepts,
  read,
});

/** What says that there is no value: Python's `None`, as text has it, and its like. */
const NOTHING = /^\s*((none|off)\s*)?$/i;
const isNothing = (given: unknown): given is null | string =>
  given === null || (typeof given === 'string' && NOTHING.test(given));
/** These are refused as text: to browsers `null` is an origin, and JavaScript writes `undefined` where a variable was missing. */
const UNMEANT: ReadonlySet<string> = new Set(['null', 'undefined']);
const isSomething = (given: unknown): given is string =>
  typeof given === 'string' && !NOTHING.test(given) && !UNMEANT.has(given);

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;
const SHORT = /^(\d+)\s*([smhdw])?$/;
const ISO_8601 = /^P(?=.)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

function parseSeconds(value: unknown): number {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : NaN;
  if (typeof value !== 'string') return NaN;
  const short = SHORT.exec(value.trim());
  if (short) return Number(short[1]) * SECONDS[(short[2] ?? 's') as keyof typeof SECONDS];
  const iso = ISO_8601.exec(value.trim());
  if (!iso) return NaN;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = iso.slice(1).map((part) => Number(part ?? 0));
  return weeks * SECONDS.w + days * SECONDS.d + hours * SECONDS.h + minutes * SECONDS.m + seconds;
}

/** Whole seconds within bounds, written `90`, `5m`, `12h`, `1d`, `2w` or as an ISO 8601 duration. */
export const duration = (min: string, max: string): Kind<number, string | number> => {
  const [least, most] = [parseSeconds(min), parseSeconds(max)];
  return kind(`a duration from ${min} to ${max}, such as 90, 5m, 12h, 1d or PT5M`, (given) => {
    const seconds = parseSeconds(given);
    return seconds >= least && seconds <= most ? seconds : REFUSED;
  });
};

/** The same, or no end at all, which is Infinity. */
export const durationOrNone = (min: string, max: string): Kind<number, string | number> => {
  const { accepts, read } = duration(min, max);
  const isEndless = (given: unknown) => given === Infinity || (isNothing(given) && given !== null && given !== '');
  return kind(`${accepts}, or none`, (given) => (isEndless(given) ? Infinity : read(given)));
};

const TRUE = new Set(['true', 'on', 'yes', '1']);
const FALSE = new Set(['false', 'off', 'no', '0']);

/** A switch. */
export const boolean: Kind<boolean, boolean | string> = kind('on or off (also true/false, yes/no, 1/0)', (given) => {
  if (typeof given === 'boolean') return given;
  if (typeof given !== 'string') return REFUSED;
  const text = given.toLowerCase();
  if (TRUE.has(text)) return true;
  return FALSE.has(text) ? false : REFUSED;
});

/** A whole number within bounds. */
export const integer = (min: number, max: number): Kind<number, number | string> =>
  kind(`a whole number from ${min} to ${max}`, (given) => {
    const isWritten = typeof given === 'string' && /^\d+$/.test(given);
    const value = isWritten ? Number(given) : given;
    return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max ? value : REFUSED;
  });

/** A whole number within bounds, or a word that stands for one. */
export const integerOr = <const Word extends string>(
  word: Word,
  min: number,
  max: number,
): Kind<number | Word, number | string> => {
  const { accepts, read } = integer(min, max);
  return kind(`${accepts}, or ${word}`, (given) => (given === word ? word : read(given)));
};

/** One word of several. */
export const oneOf = <const Word extends string>(...words: readonly Word[]): Kind<Word, Word> =>
  kind(`one of ${words.join(', ')}`, (given) => words.find((word) => word === given) ?? REFUSED);

/** Text matching a pattern, which `None` does not, whatever the pattern. */
export const text = (accepts: string, pattern: RegExp): Kind<string, string> =>
  kind(accepts, (given) => (isSomething(given) && pattern.test(given) ? given : REFUSED));

/** The same, or null for none. */
export const textOrNone = (accepts: string, pattern: RegExp): Kind<string | null, string | null> => {
  const { read } = text(accepts, pattern);
  return kind(`${accepts}, or none`, (given) => (isNothing(given) ? null : read(given)));
};

/** Several values, as an array or separated by commas, each of which an item's test lets pass. */
export const list = <Item extends string = string>(
  accepts: string,
  isItem: (item: string) => boolean = () => true,
): Kind<Item[], string | readonly string[]> =>
  kind(accepts, (given) => {
    const items: unknown = typeof given === 'string' ? given.split(',').map((part) => part.trim()) : given;
    if (!Array.isArray(items) || items.length === 0) return REFUSED;
    const values: readonly unknown[] = items;
    return values.every((item) => isSomething(item) && isItem(item)) ? ([...values] as Item[]) : REFUSED;
  });

/** A kind that may be left out, or said to be none. */
export const optional = <Value, Given>({
  read,
  accepts,
}: Kind<Value, Given>): Kind<Value | undefined, Given | string | null | undefined> =>
  kind(accepts, (given) => {
    const value = read(given);
    return value === REFUSED && (given === undefined || isNothing(given)) ? undefined : value;
  });
