/** A name and a secret, as a client authenticates with (RFC 6749 2.3.1). */
export interface BasicCredentials {
  readonly name: string;
  readonly secret: string;
}

/** In characters. More than our longest name and secret need, encoded. */
const MAX_LENGTH = 1024;
const HEADER = /^Basic +([A-Za-z0-9+/]+={0,2})$/i;

/**
 * The name and secret in a Basic header (RFC 7617), or null if there are none. Both parts are form-encoded (RFC 6749 2.3.1).
 * Our names and secrets are the same with and without that encoding, so both forms are accepted.
 */
export function basicCredentialsIn(header: string): BasicCredentials | null {
  const [, encoded = ''] = (header.length <= MAX_LENGTH && HEADER.exec(header)) || [];
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) return null;
  const [name, secret] = [text.slice(0, colon), text.slice(colon + 1)].map(formDecoded);
  return name == null || secret == null ? null : { name, secret };
}

function formDecoded(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null; // a percent sign that encodes nothing
  }
}
