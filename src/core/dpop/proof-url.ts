/** What RFC 3986 lets stand in a URL with an authority; user information is left out, as `http` has none (RFC 9110 4.2.4). */
const HTTP_URL = /^https?:\/\/[\w.~!$&'()*+,;=:[\]%-]+(?:[/?#][\w.~!$&'()*+,;=:@/?#[\]%-]*)?$/i;
const ESCAPE = /%([\da-f]{2})/gi;
const UNRESERVED = /[\w.~-]/;

/**
 * A URL of HTTP in its normal form, without query and fragment (RFC 9449 4.3): letters of scheme and host, default ports, dot
 * segments, an empty path and percent-encoding as RFC 3986 6.2.2 and 6.2.3 have them. Null for what is no such URL.
 */
export function normalUrl(text: string): string | null {
  if (!HTTP_URL.test(text)) return null;
  const bare = text.replace(/[?#].*$/s, '');
  if (/%(?![\da-f]{2})/i.test(bare)) return null;
  const decoded = bare.replaceAll(ESCAPE, (escape, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return UNRESERVED.test(character) ? character : escape.toUpperCase();
  });
  return URL.canParse(decoded) ? new URL(decoded).href : null;
}
