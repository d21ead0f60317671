/** Reads moments that were written without a zone, such as `2026-01-31T12:00:00`, as those of one zone's clocks. */
export type LocalMoments = (text: string) => Date;

/**
 * Those of a zone of the IANA database, such as `Europe/Berlin`.
 *
 * @throws RangeError if there is no such zone
 */
export function localMoments(timeZone: string): LocalMoments {
  const clock = new Intl.DateTimeFormat('en-US', { timeZone, ...FIELDS });
  const offsetAt = (moment: number): number => {
    const parts = new Map(clock.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
    const [year = 0, month = 0, ...rest] = ORDER.map((type) => parts.get(type) ?? 0);
    return Date.UTC(year, month - 1, ...rest) - Math.floor(moment / 1000) * 1000;
  };
  return (text) => {
    const written = Date.parse(`${text}Z`);
    // The offset of the result: near a change of the clocks it is not the one at the time that is written.
    return new Date(written - offsetAt(written - offsetAt(written)));
  };
}

const ORDER = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const;
const FIELDS = {
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
} as const;
