import { createHash } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { Claims, JsonValue, VerifiedToken } from '../../contracts/claims.ts';
import { isNumericDate, type Clock } from '../../contracts/clock.ts';
import { TokenError, TokenExpired, TokenInvalid, TokenNotYetValid } from '../../contracts/errors.ts';
import type { Hooks } from '../../contracts/hooks.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { TokenKey } from '../keys/token-key.ts';
import type { KeySource } from '../keys/token-keys.ts';
import { VerifiedTokens } from './verified-tokens.ts';

/** Far more than our tokens need, and little enough to refuse a flood before parsing it. */
const MAX_TOKEN_LENGTH = 8192;
const MAX_NAME_LENGTH = 255;
/** RFC 7515 3.1: three base64url parts. Padding, white space and the like would be other spellings of one token. */
const COMPACT_FORM = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** The texts of a JSON document. */
const TEXTS = /"(?:[^"\\]|\\.)*"/g;

/** The first part of a token, and the name of a key in it. */
interface ReadHeader {
  readonly part: string;
  readonly kid: string | undefined;
}
const NO_HEADER: ReadHeader = { part: '', kid: undefined };
/** The names of the claims with the type and the name of a token, also where they are not asked for. */
export const ownClaims = ({ tokenTypeClaim, jtiClaim }: Pick<Settings, 'tokenTypeClaim' | 'jtiClaim'>) => ({
  tokenTypeClaim: tokenTypeClaim ?? 'token_type',
  jtiClaim: jtiClaim ?? 'jti',
});

/** What the codec needs. */
export interface CodecParts {
  readonly settings: Settings;
  readonly keys: Pick<KeySource, 'signing' | 'find'>;
  readonly clock: Clock;
  /** Default: claims are JSON by themselves. */
  readonly hooks?: Pick<Hooks, 'jsonEncoder'>;
}

/** Signs tokens, and reads what was signed. It knows claims and keys, not what tokens are for. */
export class TokenCodec {
  readonly #parts: CodecParts;
  readonly #verified: VerifiedTokens;
  /** Two of them: those of access and of refresh tokens, where the two have different keys. */
  #lastHeaders: readonly [ReadHeader, ReadHeader] = [NO_HEADER, NO_HEADER];

  constructor(parts: CodecParts) {
    this.#parts = parts;
    this.#verified = new VerifiedTokens(parts.settings.leeway);
  }

  /** The token of these claims, with `aud` and `iss` where they are set. The claims given are left as they are. */
  sign(claims: Readonly<Record<string, unknown>>): string {
    const { audience, issuer, accessTokenTyp } = this.#parts.settings;
    const { tokenTypeClaim } = ownClaims(this.#parts.settings);
    const payload = JSON.parse(JSON.stringify(claims, this.#parts.hooks?.jsonEncoder)) as Record<string, unknown>;
    if (audience !== undefined) payload['aud'] = audience.length === 1 ? audience[0] : audience;
    if (issuer !== undefined) payload['iss'] = issuer;
    const type = payload[tokenTypeClaim];
    const { key, algorithm, kid } = this.#parts.keys.signing(type);
    return jwt.sign(payload, key, {
      algorithm,
      ...(kid !== null && { keyid: kid }),
      ...(type === 'access' && { header: { alg: algorithm, typ: accessTokenTyp } }),
      noTimestamp: !('iat' in payload), // the library would add one of its own clock
    });
  }

  /**
   * Checks signature, algorithm, `exp`, `aud` and `iss`, in this order, the kind of every claim the program reads, and last
   * `nbf` and `iat`. What a token is for, and whether it was revoked, is asked elsewhere.
   *
   * @throws TokenExpired, TokenInvalid, TokenNotYetValid
   */
  async verify(token: string): Promise<VerifiedToken> {
    const found = await this.#keyOf(token);
    const now = this.#parts.clock() / 1000;
    const known = this.#verified.find(token, found.key, now);
    if (known !== null) return known;
    const verified = this.#check(token, found, now);
    // A refresh token is exchanged when it is presented, and does not come again.
    if (verified.type !== 'refresh') this.#verified.add(token, found.key, now, verified);
    return verified;
  }

  /** The same for a token that is presented once, which is not looked for among those that were verified before. */
  async verifyOnce(token: string): Promise<VerifiedToken> {
    return this.#check(token, await this.#keyOf(token), this.#parts.clock() / 1000);
  }

  async #keyOf(token: string): Promise<TokenKey> {
    if (token.length > MAX_TOKEN_LENGTH || !COMPACT_FORM.test(token)) throw new TokenInvalid();
    const found = await this.#parts.keys.find(this.#kidOf(token));
    if (found === null) throw new TokenInvalid();
    return found;
  }

  #check(token: string, { key, algorithm, signs }: TokenKey, now: number): VerifiedToken {
    const { audience, issuer, leeway } = this.#parts.settings;
    try {
      const claims = jwt.verify(token, key, {
        algorithms: [algorithm],
        clockTimestamp: now,
        clockTolerance: leeway,
        ignoreNotBefore: true, // asked below, of a token that is otherwise good
        ...(audience !== undefined && { audience: audience as [string, ...string[]] }),
        ...(issuer !== undefined && { issuer }),
      });
      if (!hasOneReading(token, claims)) throw new TokenInvalid();
      const verified = this.#read(token, claims, now + leeway);
      if (signs !== undefined && verified.type !== signs) throw new TokenInvalid();
      return verified;
    } catch (error) {
      if (error instanceof TokenError) throw error;
      if (error instanceof jwt.TokenExpiredError) throw new TokenExpired(this.#afterExpiry(token));
      // jsonwebtoken lets SyntaxError and TypeError out of odd payloads: all of it is a bad token.
      throw new TokenInvalid(undefined, { cause: error });
    }
  }

  /** Reads claims without checking anything, for people who inspect a token. Null if it is none. */
  decode(token: string): { readonly header: unknown; readonly claims: unknown } | null {
    if (token.length > MAX_TOKEN_LENGTH || !COMPACT_FORM.test(token)) return null;
    try {
      const decoded = jwt.decode(token, { complete: true });
      return decoded && { header: decoded.header, claims: decoded.payload };
    } catch {
      return null;
    }
  }

  /** The name of the key in a token's header. Tokens of one key have one header, which is read once. */
  #kidOf(token: string): string | undefined {
    const part = token.slice(0, token.indexOf('.'));
    const [last, former] = this.#lastHeaders;
    if (part === last.part) return last.kid;
    const header = part === former.part ? former : { part, kid: readKid(part) };
    this.#lastHeaders = [header, last];
    return header.kid;
  }

  #afterExpiry(token: string): 'REFRESH' | 'LOGIN' {
    const claims = this.decode(token)?.claims as Claims | undefined;
    return claims?.[ownClaims(this.#parts.settings).tokenTypeClaim] === 'access' ? 'REFRESH' : 'LOGIN';
  }

  #read(token: string, payload: unknown, latest: number): VerifiedToken {
    const { userIdClaim, jtiClaim: wantedJti } = this.#parts.settings;
    const { tokenTypeClaim, jtiClaim } = ownClaims(this.#parts.settings);
    if (!isClaims(payload)) throw new TokenInvalid();
    const issuedAt = optional(payload['iat'], isNumericDate);
    const validFrom = Math.max(issuedAt ?? 0, optional(payload['nbf'], isNumericDate) ?? 0);
    const userId = optional(payload[userIdClaim], isUserId);
    const verified = {
      type: optional(payload[tokenTypeClaim], isName),
      jti: optional(payload[jtiClaim], isName) ?? (wantedJti === null ? digestOf(token) : null),
      userId: userId === null ? null : String(userId),
      sessionId: optional(payload['sid'], isName),
      issuedAt,
      expiresAt: optional(payload['exp'], isNumericDate),
      claims: payload,
    };
    if (validFrom > latest) throw new TokenNotYetValid(validFrom - latest);
    return verified;
  }
}

/** Names a token that has no name. The signature is left out: some algorithms have several for one token. */
function digestOf(token: string): string {
  return createHash('sha256')
    .update(token.slice(0, token.lastIndexOf('.')))
    .digest('hex')
    .slice(0, 32);
}

/** @throws TokenInvalid */
function readKid(headerPart: string): string | undefined {
  let header: unknown;
  try {
    header = JSON.parse(Buffer.from(headerPart, 'base64url').toString());
  } catch (cause) {
    throw new TokenInvalid(undefined, { cause });
  }
  // RFC 7515 4.1.11: an extension we do not understand makes the token invalid, and we understand none.
  if (!isObject(header) || 'crit' in header || !hasUniqueNames(headerPart, header)) throw new TokenInvalid();
  const { kid } = header;
  if (kid !== undefined && !isName(kid)) throw new TokenInvalid();
  return kid;
}

function optional<Value extends JsonValue>(
  value: JsonValue | undefined,
  is: (value: unknown) => value is Value,
): Value | null {
  if (value === undefined) return null;
  if (!is(value)) throw new TokenInvalid();
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** No real claim is named like a member of every object, and the library fails to sign such claims. */
function isClaims(value: unknown): value is Claims {
  return isObject(value) && !Object.keys(value).some((name) => name in Object.prototype);
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_NAME_LENGTH;
}

/** A string, or the integer of simplejwt before 5.5.1. */
function isUserId(value: unknown): value is string | number {
  return Number.isSafeInteger(value) || isName(value);
}

/**
 * Whether a token whose signature holds can be read in one way only: no name is twice in an object of its claims, where some
 * parsers take the first and others the last (RFC 7519 4), and no unused bits of the signature are set (RFC 4648 3.5).
 */
function hasOneReading(token: string, claims: unknown): boolean {
  const [, payloadPart = '', signature = ''] = token.split('.');
  return hasUniqueNames(payloadPart, claims) && Buffer.from(signature, 'base64url').toString('base64url') === signature;
}

/**
 * Whether no name is twice in an object of a part of a token. Outside its texts, JSON has a colon for each member; a parser
 * has kept one member for each name.
 */
function hasUniqueNames(part: string, parsed: unknown): boolean {
  const written = Buffer.from(part, 'base64url').toString().replaceAll(TEXTS, '').split(':').length - 1;
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
