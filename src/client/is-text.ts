/** Whether a value from outside is a string. */
export const isText = (value: unknown): value is string => typeof value === 'string';

/** A string, and null for everything else. */
export const textOrNull = (value: unknown): string | null => (isText(value) ? value : null);
