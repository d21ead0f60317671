import type { SqlValue } from './database.ts';

/** A value of a row; there is none where a column was not asked for. */
type Value = SqlValue | undefined;

/** A column that holds milliseconds since the epoch. */
export const moment = (value: Value): Date => new Date(Number(value));

export const momentOrNull = (value: Value): Date | null => (value == null ? null : moment(value));

export const textOrNull = (value: Value): string | null => (value == null ? null : String(value));
