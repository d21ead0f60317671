/** A moment in a token's unit: RFC 7519 NumericDate, whole seconds. */
export const toNumericDate = (moment: Date | number): number => Math.floor(Number(moment) / 1000);

/** 9999-12-31T23:59:59Z: what lies beyond is no NumericDate in seconds, milliseconds for instance. */
const MAX_NUMERIC_DATE = 253_402_300_799;

/** Whether a claim is a moment that makes sense; fractions are allowed (RFC 7519 2). */
export function isNumericDate(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= MAX_NUMERIC_DATE;
}
