import { claimsOf } from './held-tokens.ts';
import { isText } from './is-text.ts';

/** Where a request goes, as far as a proof names it. */
export interface Address {
  readonly origin: string;
  /** The URL without what comes after the path (RFC 9449 4.2). */
  readonly htu: string;
}

/** The address of a URL, which may be relative on a page. */
export function addressOf(url: string): Address {
  const base = (globalThis as { readonly document?: { readonly baseURI: string } }).document?.baseURI;
  try {
    const { origin, pathname } = new URL(url, base ?? globalThis.location?.href);
    return { origin, htu: origin + pathname };
  } catch {
    // React Native's URL may lack the parts. What is no URL at all, `fetch` refuses.
    const htu = url.replace(/[?#].*$/s, '');
    return { origin: htu.replace(/^(\w+:\/\/[^/]*).*$/s, '$1'), htu };
  }
}

/** These are sent in capitals, however they were written (Fetch 2.2.1). */
const SPELLED_ANEW = /^(delete|get|head|options|post|put)$/i;

/** A method as it is sent. */
export const methodOf = (method: string): string => (SPELLED_ANEW.test(method) ? method.toUpperCase() : method);

/** A token in a header. */
export interface SentToken {
  readonly access: string;
  /** Whether it says that it is bound to a key (RFC 9449 6.1), or is sent as one: tokens of other issuers may be opaque. */
  readonly isBound: boolean;
}

/** The token that the value of a header has, behind whatever scheme; null for another value. */
export function sentTokenIn(value: string | null | undefined): SentToken | null {
  const [, scheme = '', access] = /^(\S+) +(\S+)$/.exec(value ?? '') ?? [];
  if (access === undefined) return null;
  const { jkt } = Object(claimsOf(access).cnf) as { readonly jkt?: unknown };
  return { access, isBound: isText(jkt) || scheme.toLowerCase() === 'dpop' };
}

/** Whether a body can be sent a second time: a stream is used up. */
export const isRepeatable = (body: unknown): boolean =>
  !('getReader' in Object(body) || Symbol.asyncIterator in Object(body));
