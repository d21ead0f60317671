import {
  isNumericDate,
  type Claims,
  type JsonValue,
  type Token,
  type TokenType,
  type VerifiedToken,
} from '../../contracts/claims.ts';
import { TokenInvalid, TokenNotYetValid, TokenWrongType } from '../../contracts/errors.ts';
import type { VerifierSettings } from '../../contracts/settings/verifier-settings.ts';

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
export function hasNoUnusedBits(part: string): boolean {
  const rest = part.length % 4;
  if (rest === 0) return true;
  const unused = { 2: 0b1111, 3: 0b11 }[rest];
  return unused !== undefined && (BASE64URL.indexOf(part.at(-1) ?? '') & unused) === 0;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is a text that can name something. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_NAME_LENGTH;
}

/**
 * Whether no name is twice in an object of a part of a token. Outside its texts, JSON has a colon for each member; a parser
 * has kept one member for each name.
 */
export function hasUniqueNames(text: string, parsed: unknown): boolean {
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

type ClaimNames = Pick<VerifierSettings, 'userIdClaim' | 'tokenTypeClaim' | 'jtiClaim'>;

/** The names of the claims with the type and the name of a token, also where they are not asked for. */
export const ownClaims = ({ tokenTypeClaim, jtiClaim }: Pick<ClaimNames, 'tokenTypeClaim' | 'jtiClaim'>) => ({
  tokenTypeClaim: tokenTypeClaim ?? 'token_type',
  jtiClaim: jtiClaim ?? 'jti',
});

/** What a client does about a token that has expired: only for an access token is there another to be had. */
export const actionAfterExpiry = (claims: unknown, settings: ClaimNames): 'REFRESH' | 'LOGIN' =>
  isObject(claims) && claims[ownClaims(settings).tokenTypeClaim] === 'access' ? 'REFRESH' : 'LOGIN';

/** Whether a name has to be made for a token that has none. */
export const isNameless = (payload: unknown, { jtiClaim }: ClaimNames): boolean =>
  jtiClaim === null &&
  isObject(payload) &&
  payload[ownClaims({ tokenTypeClaim: null, jtiClaim }).jtiClaim] === undefined;

/**
 * Reads the claims of a token whose signature holds, each of which has to be of its kind; `madeName` is the name of a token
 * without one, `latest` a NumericDate.
 *
 * @throws TokenInvalid, TokenNotYetValid
 */
export function readClaims(
  payload: unknown,
  {
    settings,
    latest,
    madeName,
  }: { readonly settings: ClaimNames; readonly latest: number; readonly madeName: string | null },
): VerifiedToken {
  const { tokenTypeClaim, jtiClaim } = ownClaims(settings);
  if (!isClaims(payload)) throw new TokenInvalid();
  const issuedAt = optional(payload['iat'], isNumericDate);
  const validFrom = Math.max(issuedAt ?? 0, optional(payload['nbf'], isNumericDate) ?? 0);
  const userId = optional(payload[settings.userIdClaim], isUserId);
  const verified = {
    type: optional(payload[tokenTypeClaim], isName),
    jti: optional(payload[jtiClaim], isName) ?? madeName,
    userId: userId === null ? null : String(userId),
    sessionId: optional(payload['sid'], isName),
    issuedAt,
    expiresAt: optional(payload['exp'], isNumericDate),
    claims: payload,
  };
  if (validFrom > latest) throw new TokenNotYetValid(validFrom - latest);
  return verified;
}

function optional<Value extends JsonValue>(
  value: JsonValue | undefined,
  is: (value: unknown) => value is Value,
): Value | null {
  if (value === undefined) return null;
  if (!is(value)) throw new TokenInvalid();
  return value;
}

/** No real claim is named like a member of every object, and the library fails to sign such claims. */
function isClaims(value: unknown): value is Claims {
  return isObject(value) && !Object.keys(value).some((name) => name in Object.prototype);
}

/** A string, or the integer of simplejwt before 5.5.1. */
function isUserId(value: unknown): value is string | number {
  return Number.isSafeInteger(value) || isName(value);
}

/** The type of a token that names none, as simplejwt's `UntypedToken`. */
const UNTYPED = ''; // no claim can be: a name is not empty

/** @throws TokenInvalid */
export function expectComplete(token: VerifiedToken): Token {
  const { expiresAt, jti, type } = token;
  if (expiresAt === null) throw new TokenInvalid("Token has no 'exp' claim");
  if (jti === null) throw new TokenInvalid('Token has no id');
  return { ...token, expiresAt, jti, type: type ?? UNTYPED };
}

/**
 * Where types are not asked for, a token without one is of the first type that is due, as in simplejwt.
 *
 * @throws TokenInvalid, TokenWrongType
 */
export function expectType<Type extends TokenType>(
  token: Token,
  types: readonly Type[],
  { tokenTypeClaim }: Pick<ClaimNames, 'tokenTypeClaim'>,
): Token<Type> {
  const [first] = types;
  if (token.type === UNTYPED && tokenTypeClaim === null && first !== undefined) return { ...token, type: first };
  if (token.type === UNTYPED) throw new TokenInvalid('Token has no type');
  const type = types.find((accepted) => accepted === token.type);
  if (type === undefined) throw new TokenWrongType();
  return { ...token, type };
}

/** @throws TokenInvalid */
export function expectUserId<Some extends Token>(token: Some): asserts token is Some & { readonly userId: string } {
  if (token.userId === null) throw new TokenInvalid('Token contained no recognizable user identification');
}
