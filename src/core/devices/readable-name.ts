import { parse } from 'bowser';

/** A name of a device, made of its user agent, such as "Chrome on Linux"; null where that tells nothing. */
export function readableName(userAgent: string | null): string | null {
  if (!userAgent) return null;
  const { browser, os, platform } = parse(userAgent);
  const system = platform.model ?? os.name;
  if (browser.name) return system ? `${browser.name} on ${system}` : browser.name;
  return system ?? programIn(userAgent);
}

/** The first product of a user agent (RFC 9110 10.1.5), such as `okhttp` of `okhttp/4.12`. */
const programIn = (userAgent: string): string | null => /^[\w.+-]{1,64}/.exec(userAgent)?.[0] ?? null;
