import { createHash } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { VerifiedToken } from '../../contracts/claims.ts';
import type { Clock } from '../../contracts/clock.ts';
import { TokenError, TokenExpired, TokenInvalid } from '../../contracts/errors.ts';
import type { Hooks } from '../../contracts/hooks.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { VerifierSettings } from '../../contracts/settings/verifier-settings.ts';
import type { TokenKey } from '../keys/token-key.ts';
import type { KeySource } from '../keys/token-keys.ts';
import {
  actionAfterExpiry,
  hasOneReading,
  isCompact,
  isNameless,
  ownClaims,
  readClaims,
  readKid,
  type TextOf,
} from './token-form.ts';
import { VerifiedTokens } from './verified-tokens.ts';

/** The first part of a token, and the name of a key in it. */
interface ReadHeader {
  readonly part: string;
  readonly kid: string | undefined;
}
const NO_HEADER: ReadHeader = { part: '', kid: undefined };

const textOf: TextOf = (part) => Buffer.from(part, 'base64url').toString();

/** What the codec needs. */
export interface CodecParts {
  readonly settings: VerifierSettings & Pick<Settings, 'accessTokenTyp'>;
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
    if (!isCompact(token)) throw new TokenInvalid();
    const found = await this.#parts.keys.find(this.#kidOf(token));
    if (found === null) throw new TokenInvalid();
    return found;
  }

  #check(token: string, { key, algorithm, signs }: TokenKey, now: number): VerifiedToken {
    const { settings } = this.#parts;
    const { audience, issuer, leeway } = settings;
    try {
      const claims = jwt.verify(token, key, {
        algorithms: [algorithm],
        clockTimestamp: now,
        clockTolerance: leeway,
        ignoreNotBefore: true, // asked below, of a token that is otherwise good
        ...(audience !== undefined && { audience: audience as [string, ...string[]] }),
        ...(issuer !== undefined && { issuer }),
      });
      if (!hasOneReading(token, claims, textOf)) throw new TokenInvalid();
      const madeName = isNameless(claims, settings) ? digestOf(token) : null;
      const verified = readClaims(claims, { settings, latest: now + leeway, madeName });
      if (signs !== undefined && verified.type !== signs) throw new TokenInvalid();
      return verified;
    } catch (error) {
      if (error instanceof TokenError) throw error;
      if (error instanceof jwt.TokenExpiredError)
        throw new TokenExpired(actionAfterExpiry(this.decode(token)?.claims, this.#parts.settings));
      // jsonwebtoken lets SyntaxError and TypeError out of odd payloads: all of it is a bad token.
      throw new TokenInvalid(undefined, { cause: error });
    }
  }

  /** Reads claims without checking anything, for people who inspect a token. Null if it is none. */
  decode(token: string): { readonly header: unknown; readonly claims: unknown } | null {
    if (!isCompact(token)) return null;
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
    const header = part === former.part ? former : { part, kid: readKid(part, textOf) };
    this.#lastHeaders = [header, last];
    return header.kid;
  }
}

/** Names a token that has no name. The signature is left out: some algorithms have several for one token. */
function digestOf(token: string): string {
  return createHash('sha256')
    .update(token.slice(0, token.lastIndexOf('.')))
    .digest('hex')
    .slice(0, 32);
}
