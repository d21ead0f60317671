import { setImmediate } from 'node:timers'; // the real one, also where tests of an application have replaced the global

/** Milliseconds since the epoch. Injected wherever time matters, so that tests move it instead of waiting. */
export type Clock = () => number;

/** The time of this machine. */
export const systemClock: Clock = () => Date.now();

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
