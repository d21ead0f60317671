import { setImmediate } from 'node:timers'; // the real one, also where tests of an application have replaced the global

/** Milliseconds since the epoch. Injected wherever time matters, so that tests move it instead of waiting. */
export type Clock = () => number;

/** The time of this machine. */
export const systemClock: Clock = () => Date.now();

/** A moment in a token's unit: RFC 7519 NumericDate, whole seconds. */
export const toNumericDate = (moment: Date | number): number => Math.floor(Number(moment) / 1000);

/** 9999-12-31T23:59:59Z: what lies beyond is no NumericDate in seconds, milliseconds for instance. */
const MAX_NUMERIC_DATE = 253_402_300_799;

/** Whether a claim is a moment that makes sense; fractions are allowed (RFC 7519 2). */
export function isNumericDate(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= MAX_NUMERIC_DATE;
}

let turn: Promise<void> | null = null;

/**
 * Resolves when all that has arrived in this turn of the event loop was read. Requests that wait for it go on side by side, step
 * by step, so that the code and the data of a step are fetched into the processor's caches once for all of them, and not once
 * for each. Alone, a request waits for nothing.
 */
export function restOfTurn(): Promise<void> {
  return (turn ??= new Promise((resolve) => {
    setImmediate(() => {
      turn = null;
      resolve();
    });
  }));
}
