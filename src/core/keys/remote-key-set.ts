import type { Clock } from '../../contracts/clock.ts';
import { StoreUnavailable } from '../../contracts/errors.ts';
import { FETCH_TIMEOUT_MS, fetchKeySet, type Jwk } from './key-set.ts';

/** Between two requests, whatever `kid`s strangers make up and however the last one ended. */
const COOLDOWN_MS = 6000;
/** After which a set is fetched anew, though it has the key. */
const MAX_AGE_MS = 600_000;
const DEFAULT_MAX_SILENCE_SECONDS = 3600;

/** A key of a set, in the form of one engine. */
interface Named {
  readonly kid: string | undefined;
}

/** Where the keys are. */
export interface RemoteKeyParts {
  readonly url: string;
  readonly clock: Clock;
  /** Seconds for which keys that are known stay good while the URL fails. Default: an hour. */
  readonly maxSilence?: number;
  /** Is told why a request failed. */
  readonly onError?: (error: unknown) => void;
  /**
   * Whether the runtime drops what a request has begun when it has answered it, as Workers do. There nothing is fetched in the
   * background, and no request relies on what another fetches. Default: false.
   */
  readonly isPerRequest?: boolean;
}

/** How the members of a set become keys. */
export interface KeyReading<Key> {
  /** Those accepted; a key without `alg` is used with the first it suits. */
  readonly algorithms: readonly string[];
  /** Null for a key that is of another kind or too weak. */
  readonly read: (jwk: Jwk) => Key | null | Promise<Key | null>;
}

/**
 * The public keys of a JWK set (RFC 7517 5) at a URL. The whole set is kept; it is fetched anew for a `kid` that it does not
 * hold and in the background every ten minutes. Where the URL fails, the keys that are known stay good for `maxSilence`.
 */
export class RemoteKeySet<Key extends Named> {
  readonly #parts: RemoteKeyParts & KeyReading<Key>;
  readonly #maxSilenceMs: number;
  readonly #cooldownMs: number;
  #keys: readonly Key[] = [];
  #askedAt = Number.NEGATIVE_INFINITY;
  /** When the set was asked for that is known. */
  #knownAt = Number.NEGATIVE_INFINITY;
  /** Why the last request failed; null after one that did not. */
  #failure: Error | null = null;
  #pending: Promise<void> | null = null;

  constructor(parts: RemoteKeyParts & KeyReading<Key>) {
    this.#parts = parts;
    this.#maxSilenceMs = (parts.maxSilence ?? DEFAULT_MAX_SILENCE_SECONDS) * 1000;
    this.#cooldownMs = Math.min(COOLDOWN_MS, this.#maxSilenceMs / 2);
  }

  /**
   * The key of that name; without a name, the only key there is. Null for one that is not in the set.
   *
   * @throws StoreUnavailable where the URL fails, and the set that is known does not answer or is too old to
   */
  async find(kid: string | undefined): Promise<Key | null> {
    const known = this.#known(kid);
    if (known !== null) {
      const age = Math.min(MAX_AGE_MS, this.#maxSilenceMs / 2);
      const fetched = this.#fetch(this.#failure === null ? age : this.#cooldownMs);
      if (this.#parts.isPerRequest === true) await fetched;
      return known;
    }
    await this.#fetch(this.#cooldownMs);
    const found = this.#known(kid);
    if (found === null && this.#failure !== null) throw new StoreUnavailable(this.#failure);
    return found;
  }

  /** Drops a key that is no longer good, though the set may still have it when it is fetched next. */
  forget(kid: string | undefined): void {
    this.#keys = this.#keys.filter((key) => key.kid !== kid);
  }

  /** None from a set that is too old. */
  #known(kid: string | undefined): Key | null {
    if (this.#parts.clock() - this.#knownAt > this.#maxSilenceMs) return null;
    if (kid !== undefined) return this.#keys.find((key) => key.kid === kid) ?? null;
    return this.#keys.length === 1 ? (this.#keys[0] ?? null) : null;
  }

  /** Fetches the set, if it was not asked for lately. Requests that come meanwhile wait for the same answer, where they may. */
  #fetch(interval: number): Promise<void> {
    const now = this.#parts.clock();
    const past = now - this.#askedAt;
    if (this.#pending === null) {
      if (past < interval) return Promise.resolve();
    } else {
      if (this.#parts.isPerRequest !== true) return this.#pending;
      if (past < FETCH_TIMEOUT_MS) return this.#fetchNow(now); // later it was dropped, with the request that had begun it
    }
    this.#askedAt = now;
    this.#pending = this.#fetchNow(now);
    return this.#pending;
  }

  #fetchNow(now: number): Promise<void> {
    return fetchKeySet(this.#parts.url)
      .then((jwks) => this.#learn(jwks, now))
      .catch((error: unknown) => this.#fail(error))
      .catch(() => {}) // an `onError` that throws is not to stop the program
      .finally(() => {
        this.#pending = null;
      });
  }

  async #learn(jwks: readonly Jwk[], askedAt: number): Promise<void> {
    const read = await Promise.all(jwks.map(async (jwk) => this.#parts.read(jwk)));
    const keys = read.filter((key) => key !== null);
    // As a ring that is found empty: more likely a slip than the end of all keys.
    if (keys.length === 0) throw new TypeError(`the set holds no key for ${this.#parts.algorithms.join(', ')}`);
    this.#keys = keys;
    this.#knownAt = askedAt;
    this.#failure = null;
  }

  #fail(cause: unknown): void {
    const { origin, pathname } = new URL(this.#parts.url); // a query may hold a secret
    const failure = new Error(`The keys at ${origin}${pathname} cannot be fetched: ${reasonOf(cause)}.`, { cause });
    this.#failure = failure;
    this.#parts.onError?.(failure);
  }
}

/** `fetch` says why it failed in the cause of its error. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause = error } = error;
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}
