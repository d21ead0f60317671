import { TokenInvalid } from '../../contracts/errors.ts';

/** Far more than our tokens need, and little enough to refuse a flood before parsing it. */
const MAX_TOKEN_LENGTH = 8192;
const MAX_NAME_LENGTH = 255;
/** RFC 7515 3.1: three base64url parts. Padding, white space and the like would be other spellings of one token. */
const COMPACT_FORM = /^[\w-]+\.[\w-]+\.[\w-]+$/;
/** The texts of a JSON document. */
const TEXTS = /"(?:[^"\\]|\\.)*"/g;
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Reads a base64url part of a token as text in UTF-8. Each platform has a fast way of its own. */
export type TextOf = (part: string) => string;

/** Whether a text has the form of a token at all. */
export const isCompact = (token: string): boolean => token.length <= MAX_TOKEN_LENGTH && COMPACT_FORM.test(token);

/**
 * The name of the key in a header.
 *
 * @throws TokenInvalid
 */
export function readKid(headerPart: string, textOf: TextOf): string | undefined {
  let header: unknown;
  try {
    header = JSON.parse(textOf(headerPart));
  } catch (cause) {
    throw new TokenInvalid(undefined, { cause });
  }
  // RFC 7515 4.1.11: an extension we do not understand makes the token invalid, and we understand none.
  if (!isObject(header) || 'crit' in header || !hasUniqueNames(textOf(headerPart), header)) throw new TokenInvalid();
  const { kid } = header;
  if (kid !== undefined && !isName(kid)) throw new TokenInvalid();
  return kid;
}

/**
 * Whether a token whose signature holds can be read in one way only: no name is twice in an object of its claims, where some
 * parsers take the first and others the last (RFC 7519 4), and no unused bits of the signature are set (RFC 4648 3.5).
 */
export function hasOneReading(token: string, claims: unknown, textOf: TextOf): boolean {
  const [, payloadPart = '', signature = ''] = token.split('.');
  return hasUniqueNames(textOf(payloadPart), claims) && hasNoUnusedBits(signature);
}

/** A last character that holds fewer than six bits has zeros in the others. */
function hasNoUnusedBits(part: string): boolean {
  const rest = part.length % 4;
  if (rest === 0) return true;
  const unused = { 2: 0b1111, 3: 0b11 }[rest];
  return unused !== undefined && (BASE64URL.indexOf(part.at(-1) ?? '') & unused) === 0;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_NAME_LENGTH;
}

/**
 * Whether no name is twice in an object of a part of a token. Outside its texts, JSON has a colon for each member; a parser
 * has kept one member for each name.
 */
function hasUniqueNames(text: string, parsed: unknown): boolean {
  const written = text.replaceAll(TEXTS, '').split(':').length - 1;
  return written === countMembers(parsed);
}

/** A loop, since a token may nest deeper than the stack. */
function countMembers(parsed: unknown): number {
  const pending: unknown[] = [parsed];
  let count = 0;
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value !== 'object' || value === null) continue;
    const members: readonly unknown[] = Object.values(value);
    if (!Array.isArray(value)) count += members.length;
    for (const member of members) pending.push(member);
  }
  return count;
}
