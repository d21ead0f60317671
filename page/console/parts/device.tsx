import { readableName } from '../../../src/core/devices/readable-name.ts';

interface Told {
  readonly deviceName?: string | null;
  readonly userAgent: string | null;
}

/** What a device is called: as its user named it, or such as "Chrome on Linux". */
export const deviceOf = ({ deviceName, userAgent }: Told): string =>
  deviceName ?? readableName(userAgent) ?? 'Unknown device';

/** The user agent as it was sent, for those who want to know. */
export function RawDevice({ userAgent }: Pick<Told, 'userAgent'>) {
  if (userAgent === null) return null;
  return (
    <details className="raw">
      <summary>User agent</summary>
      <code>{userAgent}</code>
    </details>
  );
}
