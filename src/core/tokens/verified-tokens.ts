import type { KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { JsonValue, VerifiedToken } from '../../contracts/claims.ts';

/** Some 8 MB at most, in tokens of usual length. */
const MAX_TOKENS = 4000;
/** Ours are far shorter; what a hook or a foreign issuer makes longer is verified each time. */
const MAX_KEPT_LENGTH = 1024;

interface Verification {
  readonly token: VerifiedToken;
  readonly key: KeyObject;
  /** In seconds. */
  readonly at: number;
}

/**
 * The tokens that were verified last. A client sends the same access token for minutes; whether its signature holds, and
 * what it says, never changes for one key and one text. What time changes is asked again.
 */
export class VerifiedTokens {
  readonly #verifications = new LRUCache<string, Verification>({ max: MAX_TOKENS });
  readonly #leeway: number;

  /** `leeway` in seconds. */
  constructor(leeway: number) {
    this.#leeway = leeway;
  }

  /**
   * What this token says, if it was verified with this key before. As time goes by a good token can only expire: at an
   * earlier time than that of its verification, and from `exp` on, it is to be verified anew.
   */
  find(text: string, key: KeyObject, now: number): VerifiedToken | null {
    const known = this.#verifications.get(text);
    if (known === undefined || known.key !== key || now < known.at) return null;
    const { expiresAt } = known.token;
    return expiresAt === null || now < expiresAt + this.#leeway ? known.token : null;
  }

  /** Claims are frozen: who changed them would change them for every request of the token. */
  add(text: string, key: KeyObject, now: number, token: VerifiedToken): void {
    if (text.length > MAX_KEPT_LENGTH) return;
    freeze(token.claims);
    this.#verifications.set(text, { token: Object.freeze(token), key, at: now });
  }
}

/** A loop, since a token may nest deeper than the stack. */
function freeze(claims: JsonValue): void {
  const pending: JsonValue[] = [claims];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (typeof value === 'object' && value !== null) pending.push(...Object.values(Object.freeze(value)));
  }
}
