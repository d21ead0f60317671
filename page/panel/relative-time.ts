const UNITS: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number])[] = [
  ['year', 365 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

const words = new Intl.RelativeTimeFormat('en', { numeric: 'always' });

/** `in 4 minutes`, `2 hours ago`: a time as seen from another, both in milliseconds since the epoch. */
export function relativeTime(time: number, now: number): string {
  const seconds = Math.trunc((time - now) / 1000);
  if (seconds === 0) return 'now';
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1];
  return words.format(Math.round(seconds / size), unit);
}
