import { jwtDecode } from 'jwt-decode';
import { isRecord } from './is-record.ts';

/** The result of decoding a text as a token. Nothing is verified. */
export type TokenReading =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'junk'; readonly why: string }
  | {
      readonly kind: 'token';
      readonly header: Readonly<Record<string, unknown>>;
      readonly claims: Readonly<Record<string, unknown>>;
    };

/** Three parts in base64url with dots between them (RFC 7515 7.1); the signature may be missing. */
const TOKEN = /[\w-]+\.[\w-]+\.[\w-]*/;
/** Five parts: an encrypted token (RFC 7516 7.1). */
const ENCRYPTED = /[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+/;

/** Reads the token in a text, which may have `Bearer`, quotes or a header's name around it. */
export function readToken(text: string): TokenReading {
  if (text.trim() === '') return { kind: 'nothing' };
  if (ENCRYPTED.test(text)) return junk('This token is encrypted. Only its receiver can read it.');
  const [token] = TOKEN.exec(text) ?? [];
  if (token === undefined) return junk('This is not a token. A token has three parts with dots between them.');
  try {
    const header = jwtDecode<unknown>(token, { header: true });
    const claims = jwtDecode<unknown>(token);
    if (isRecord(header) && isRecord(claims)) return { kind: 'token', header, claims };
  } catch {
    // the library's message is not meant for users
  }
  return junk('This looks like a token but cannot be read. Is it complete?');
}

function junk(why: string): TokenReading {
  return { kind: 'junk', why };
}
