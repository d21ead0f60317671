import { createPublicKey, type JsonWebKey } from 'node:crypto';
import type { Clock } from '../../contracts/clock.ts';
import type { Algorithm } from '../../contracts/settings/settings-table.ts';
import { isSymmetric, misfitOf } from './key-material.ts';
import type { TokenKey } from './token-key.ts';

const TIMEOUT_MS = 3000;
/** Between two requests, whatever `kid`s strangers make up and however the last one ended. */
const COOLDOWN_MS = 6000;
/** After which a set is fetched anew, though it has the key. */
const MAX_AGE_MS = 600_000;
/** Far more than a set of keys needs. */
const MAX_BYTES = 1_000_000;

interface NamedKey extends TokenKey {
  readonly kid: string | undefined;
}

/** Where the keys are. */
export interface RemoteKeyParts {
  readonly url: string;
  /** Those accepted; a key without `alg` is used with the first it suits. */
  readonly algorithms: readonly Algorithm[];
  readonly clock: Clock;
}

/**
 * The public keys of a JWK set (RFC 7517 5) at a URL. The whole set is kept; it is fetched anew for a `kid` that it does not
 * hold and in the background every ten minutes. Where the URL fails, the keys that are known stay good.
 */
export class RemoteKeys {
  readonly #parts: RemoteKeyParts;
  #keys: readonly NamedKey[] = [];
  #askedAt = Number.NEGATIVE_INFINITY;
  #pending: Promise<void> | null = null;

  constructor(parts: RemoteKeyParts) {
    this.#parts = parts;
  }

  /**
   * The key of that name; without a name, the only key there is. Null for one that is not to be found, or not now: to the
   * holder of a token all of that is one.
   */
  async find(kid: string | undefined): Promise<TokenKey | null> {
    const known = this.#known(kid);
    if (known === null) await this.#fetch(COOLDOWN_MS);
    else void this.#fetch(MAX_AGE_MS);
    return known ?? this.#known(kid);
  }

  #known(kid: string | undefined): TokenKey | null {
    if (kid !== undefined) return this.#keys.find((key) => key.kid === kid) ?? null;
    return this.#keys.length === 1 ? (this.#keys[0] ?? null) : null;
  }

  /** Fetches the set, if it was not asked for lately. Requests that come meanwhile wait for the same answer. */
  #fetch(interval: number): Promise<void> {
    if (this.#pending) return interval === COOLDOWN_MS ? this.#pending : Promise.resolve();
    if (this.#parts.clock() - this.#askedAt < interval) return Promise.resolve();
    this.#askedAt = this.#parts.clock();
    this.#pending = fetchKeySet(this.#parts.url)
      .then(
        (jwks) => {
          this.#keys = jwks.flatMap((jwk) => this.#read(jwk));
        },
        () => {}, // what is known stays good
      )
      .finally(() => {
        this.#pending = null;
      });
    return this.#pending;
  }

  /** None for a key that is of another kind or too weak. */
  #read({ kid, alg, use = 'sig', ...jwk }: Jwk): NamedKey[] {
    try {
      const key = createPublicKey({ key: jwk, format: 'jwk' });
      const suits = (algorithm: Algorithm) =>
        !isSymmetric(algorithm) && (alg === undefined || alg === algorithm) && misfitOf(key, algorithm) === null;
      const algorithm = use === 'sig' ? this.#parts.algorithms.find(suits) : undefined;
      return algorithm === undefined ? [] : [{ kid, key, algorithm }];
    } catch {
      return [];
    }
  }
}

interface Jwk extends JsonWebKey {
  readonly kid?: string;
  readonly alg?: string;
  readonly use?: string;
}

/** Follows no redirection: the URL that was set is the one that is trusted. */
async function fetchKeySet(url: string): Promise<readonly Jwk[]> {
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const { keys } = JSON.parse(await textOf(response)) as { readonly keys: unknown };
  if (!response.ok || !Array.isArray(keys)) throw new TypeError('it is no JWK set');
  return keys.filter((key): key is Jwk => typeof key === 'object' && key !== null);
}

async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new RangeError('it is too long'); // which also ends the download
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
