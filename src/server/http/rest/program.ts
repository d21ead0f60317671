/** How user agents begin, or what they hold, of the programs that call such an API. */
const PROGRAMS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['okhttp', /^okhttp\//i],
  ['dart', /^Dart\//i],
  ['ios', /CFNetwork\//i],
  ['axios', /^axios\//i],
  ['node', /^(?:node|undici)\b/i],
  ['python', /^python/i],
  ['go', /^Go-http-client\//i],
  ['curl', /^curl\//i],
  ['browser', /^Mozilla\//i],
];

/** The family of a user agent: one of a few, since each is a series of metrics. */
export function programOf(userAgent: string | undefined): string {
  if (userAgent === undefined) return 'none';
  return PROGRAMS.find(([, pattern]) => pattern.test(userAgent))?.[0] ?? 'other';
}
