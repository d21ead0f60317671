/** Milliseconds since the epoch. Injected wherever time matters, so that tests move it instead of waiting. */
export type Clock = () => number;

/** The time of this machine. */
export const systemClock: Clock = () => Date.now();

/** A moment in a token's unit: RFC 7519 NumericDate, whole seconds. */
export const toNumericDate = (moment: Date | number): number => Math.floor(Number(moment) / 1000);
