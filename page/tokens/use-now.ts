import { useSyncExternalStore } from 'react';

/** The time, in milliseconds since the epoch, and a new one every second. */
export function useNow(): number {
  return useSyncExternalStore(tick, wholeSecond);
}

function tick(listener: () => void): () => void {
  const timer = setInterval(listener, 1000);
  return () => clearInterval(timer);
}

function wholeSecond(): number {
  return Math.floor(Date.now() / 1000) * 1000;
}
