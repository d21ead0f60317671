import { createHmac, type KeyObject } from 'node:crypto';

const PERIOD_MS = 300_000;
/** In characters: 132 bits. */
const LENGTH = 22;

/** A nonce of a period of time. */
export interface KnownNonce {
  /** Whether clients are to be given a newer one. */
  readonly isOld: boolean;
  /** When it is good no more, in milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Those of the period before, of this one and of the next. */
type Around = readonly [string, string, string];

/**
 * Nonces that proofs must have (RFC 9449 8). Nothing is stored: each is an HMAC of five minutes, the same for all clients and
 * all servers with these keys, and good until the next five minutes are over.
 */
export class Nonces {
  readonly #secret: () => KeyObject;
  #made: { readonly secret: KeyObject; readonly period: number; readonly nonces: Around } | null = null;

  /** @param secret what only servers with the same keys have; another one ends all nonces */
  constructor(secret: () => KeyObject) {
    this.#secret = secret;
  }

  /** The one of now. */
  current(now: number): string {
    return this.#around(now)[1];
  }

  /** Null for one that is not good now. That of the next period is: another server's clock may be ahead. */
  find(nonce: string, now: number): KnownNonce | null {
    const place = this.#around(now).indexOf(nonce);
    if (place < 0) return null;
    return { isOld: place === 0, expiresAt: (Math.floor(now / PERIOD_MS) + place + 1) * PERIOD_MS };
  }

  #around(now: number): Around {
    const period = Math.floor(now / PERIOD_MS);
    const secret = this.#secret();
    if (this.#made?.period !== period || this.#made.secret !== secret) {
      const nonceOf = (each: number): string =>
        createHmac('sha256', secret).update(`dpop nonce ${each}`).digest('base64url').slice(0, LENGTH);
      this.#made = { secret, period, nonces: [nonceOf(period - 1), nonceOf(period), nonceOf(period + 1)] };
    }
    return this.#made.nonces;
  }
}
