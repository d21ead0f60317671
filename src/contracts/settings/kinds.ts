import { z } from 'zod';

/**
 * The kinds of value a setting may have. Each accepts the text of an environment variable and the natural value of a
 * library option, says in `accepts` what that is, and yields the value the program works with.
 */
export interface Kind<Schema extends z.ZodType = z.ZodType> {
  readonly schema: Schema;
  readonly accepts: string;
}

const kind = <Schema extends z.ZodType>(accepts: string, schema: Schema): Kind<Schema> => ({ schema, accepts });

/** What says that there is no value: Python's `None`, as text has it, and its like. */
const NOTHING = /^\s*((none|off)\s*)?$/i;
/** `null` is refused as text, for it may have been meant as itself: to browsers it is an origin. */
const something = z.string().refine((value) => !NOTHING.test(value) && value !== 'null');
const nothing = z.union([z.null(), z.string().regex(NOTHING)]);

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;
const SHORT = /^(\d+)\s*([smhdw])?$/;
const ISO_8601 = /^P(?=.)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

function parseSeconds(value: string | number): number {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : NaN;
  const short = SHORT.exec(value.trim());
  if (short) return Number(short[1]) * SECONDS[(short[2] ?? 's') as keyof typeof SECONDS];
  const iso = ISO_8601.exec(value.trim());
  if (!iso) return NaN;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = iso.slice(1).map((part) => Number(part ?? 0));
  return weeks * SECONDS.w + days * SECONDS.d + hours * SECONDS.h + minutes * SECONDS.m + seconds;
}

/** Whole seconds within bounds, written `90`, `5m`, `12h`, `1d`, `2w` or as an ISO 8601 duration. */
export const duration = (min: string, max: string) =>
  kind(
    `a duration from ${min} to ${max}, such as 90, 5m, 12h, 1d or PT5M`,
    z
      .union([z.string(), z.number()])
      .transform(parseSeconds)
      .refine((seconds) => seconds >= parseSeconds(min) && seconds <= parseSeconds(max)),
  );

/** The same, or no end at all, which is Infinity. */
export const durationOrNone = (min: string, max: string) => {
  const { accepts, schema } = duration(min, max);
  const endless = z.string().regex(NOTHING).regex(/./);
  return kind(`${accepts}, or none`, z.union([schema, z.literal(Infinity), endless.transform(() => Infinity)]));
};

const TRUE = new Set(['true', 'on', 'yes', '1']);
const FALSE = new Set(['false', 'off', 'no', '0']);

/** A switch. */
export const boolean = kind(
  'on or off (also true/false, yes/no, 1/0)',
  z.union([z.boolean(), z.string()]).transform((value, context) => {
    const text = String(value).toLowerCase();
    if (TRUE.has(text)) return true;
    if (FALSE.has(text)) return false;
    context.addIssue('not a switch');
    return z.NEVER;
  }),
);

/** A whole number within bounds. */
export const integer = (min: number, max: number) =>
  kind(
    `a whole number from ${min} to ${max}`,
    z
      .union([z.number(), z.string().regex(/^\d+$/)])
      .transform(Number)
      .refine((value) => Number.isInteger(value) && value >= min && value <= max),
  );

/** A whole number within bounds, or a word that stands for one. */
export const integerOr = <const Word extends string>(word: Word, min: number, max: number) => {
  const { accepts, schema } = integer(min, max);
  return kind(`${accepts}, or ${word}`, z.union([z.literal(word), schema]));
};

/** One word of several. */
export const oneOf = <const Words extends readonly [string, ...string[]]>(...words: Words) =>
  kind(`one of ${words.join(', ')}`, z.enum(words));

/** Text matching a pattern, which `None` does not, whatever the pattern. */
export const text = (accepts: string, pattern: RegExp) => kind(accepts, something.regex(pattern));

/** The same, or null for none. */
export const textOrNone = (accepts: string, pattern: RegExp) =>
  kind(`${accepts}, or none`, z.union([something.regex(pattern), nothing.transform(() => null)]));

/** Several values, as an array or separated by commas. */
export const list = <Schema extends z.ZodType<unknown, string>>(accepts: string, item: Schema) =>
  kind(
    accepts,
    z
      .union([z.string(), z.array(z.string())])
      .transform((value) => (typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value))
      .pipe(z.array(something.pipe(item)).nonempty()),
  );

/** A kind that may be left out, or said to be none. */
export const optional = <Schema extends z.ZodType>({ schema, accepts }: Kind<Schema>) =>
  kind(accepts, z.union([schema, nothing.transform(() => undefined)]).optional());
