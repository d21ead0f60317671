import { compactVerify } from 'jose';
import type { VerifiedToken } from '../../contracts/claims.ts';
import type { Clock } from '../../contracts/clock.ts';
import { TokenError, TokenExpired, TokenInvalid } from '../../contracts/errors.ts';
import type { VerifierSettings } from '../../contracts/settings/verifier-settings.ts';
import type { WebKey } from '../keys/web-key.ts';
import {
  actionAfterExpiry,
  hasOneReading,
  isCompact,
  isNameless,
  isObject,
  readClaims,
  readKid,
  type TextOf,
} from './token-form.ts';

/** What the codec needs. */
export interface WebCodecParts {
  readonly settings: VerifierSettings;
  readonly find: (kid: string | undefined) => Promise<WebKey | null>;
  readonly clock: Clock;
}

/** Where the name of a token is a digest of it, so much of the digest. */
const NAME_LENGTH = 32;

/**
 * Verifies tokens by WebCrypto, where there is no Node.js, with the verdicts of `TokenCodec`: what `jsonwebtoken` does there, and in
 * which order, is done here by hand, but for the signature, which is that of `jose`.
 */
export class WebCodec {
  readonly #parts: WebCodecParts;

  constructor(parts: WebCodecParts) {
    this.#parts = parts;
  }

  /** @throws TokenExpired, TokenInvalid, TokenNotYetValid */
  async verify(token: string): Promise<VerifiedToken> {
    if (!isCompact(token)) throw new TokenInvalid();
    const [headerPart = '', payloadPart = ''] = token.split('.');
    const found = await this.#parts.find(readKid(headerPart, textOf));
    if (found === null) throw new TokenInvalid();
    try {
      await compactVerify(token, found.key, { algorithms: [found.algorithm] });
      return await this.#read(token, JSON.parse(textOf(payloadPart)) as unknown);
    } catch (error) {
      throw error instanceof TokenError ? error : new TokenInvalid(undefined, { cause: error });
    }
  }

  async #read(token: string, payload: unknown): Promise<VerifiedToken> {
    const { settings, clock } = this.#parts;
    const now = clock() / 1000;
    if (!isObject(payload)) throw new TokenInvalid();
    this.#expectTimely(payload, now);
    this.#expectForUs(payload);
    if (!hasOneReading(token, payload, textOf)) throw new TokenInvalid();
    const madeName = isNameless(payload, settings) ? await digestOf(token) : null;
    return readClaims(payload, { settings, latest: now + settings.leeway, madeName });
  }

  #expectTimely(payload: Readonly<Record<string, unknown>>, now: number): void {
    const { settings } = this.#parts;
    const { exp } = payload;
    if (exp === undefined) return; // whether it must be there is asked elsewhere
    if (typeof exp !== 'number') throw new TokenInvalid();
    if (now >= exp + settings.leeway) throw new TokenExpired(actionAfterExpiry(payload, settings));
  }

  #expectForUs({ aud, iss }: Readonly<Record<string, unknown>>): void {
    const { audience, issuer } = this.#parts.settings;
    const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
    if (audience !== undefined && !named.some((name) => audience.some((own) => own === name))) throw new TokenInvalid();
    if (issuer !== undefined && iss !== issuer) throw new TokenInvalid();
  }
}

/** As Node.js reads it: what is left over of a last character is dropped, and what is no UTF-8 is replaced. */
const textOf: TextOf = (part) => {
  const whole = part.length % 4 === 1 ? part.slice(0, -1) : part;
  const bytes = atob(whole.replaceAll('-', '+').replaceAll('_', '/'));
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0)));
};

/** As `TokenCodec` names a token that has no name. */
async function digestOf(token: string): Promise<string> {
  const signed = new TextEncoder().encode(token.slice(0, token.lastIndexOf('.')));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', signed));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .slice(0, NAME_LENGTH);
}
