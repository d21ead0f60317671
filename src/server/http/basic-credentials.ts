/** A name and a secret, as a client authenticates with (RFC 6749 2.3.1). */
export interface BasicCredentials {
  readonly name: string;
  readonly secret: string;
}

/** Far more than a name and a secret of ours need, in their longest spelling. */
const MAX_LENGTH = 1024;
const HEADER = /^Basic +([A-Za-z0-9+/]+={0,2})$/i;

/**
 * What a header of the scheme Basic (RFC 7617) holds, or null if it is none. Both parts are form-encoded inside
 * (RFC 6749 2.3.1); to those of ours that makes no difference, so who leaves it out is understood as well.
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
