import { ProofInvalid } from '../../contracts/errors/proof-errors.ts';
import type { ProofAlgorithm } from '../../contracts/settings/algorithms.ts';
import type { TextOf } from '../tokens/token-form.ts';
import { partsOf, readClaims, readHeader, thumbprintText, type ProofClaims } from './proof-form.ts';
import { normalUrl } from './proof-url.ts';
import type { Jwk } from '../keys/key-set.ts';

/** What each platform does in its own way. */
export interface ProofEngine {
  /** A base64url part of a proof as text in UTF-8. */
  readonly textOf: TextOf;
  /** SHA-256 of a text, in base64url. */
  readonly digest: (text: string) => string | Promise<string>;
  /** What verifies signatures of a public key; null for one that is of another kind than the algorithm takes, or too weak. */
  readonly verifierOf: (jwk: Jwk, algorithm: ProofAlgorithm) => Verify | null | Promise<Verify | null>;
}

/** Whether a signature in base64url is of this text. */
export type Verify = (signed: string, signature: string) => boolean | Promise<boolean>;

/** What a proof is compared with. */
export interface ProofQuestion {
  /** The one value of the header `DPoP`. */
  readonly proof: string;
  /** Of the request. */
  readonly method: string;
  /** The addresses the request may have been sent to. Query and fragment do not count. */
  readonly urls: readonly string[];
  /** The access token that comes with it. Left out, `ath` is not compared. */
  readonly accessToken?: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** How old `iat` may be and how far ahead, in seconds; null where a nonce says when the proof was made. */
  readonly window: { readonly maxAge: number; readonly maxAhead: number } | null;
}

/** A proof that holds. Whether it was used before, and whether its nonce is good, is asked elsewhere. */
export interface CheckedProof {
  /** Of its key (RFC 7638). */
  readonly thumbprint: string;
  readonly jti: string;
  /** NumericDate. */
  readonly issuedAt: number;
  /** `ath`; null where there is none. */
  readonly tokenHash: string | null;
  readonly nonce: string | null;
}

interface KnownKey {
  readonly thumbprint: string;
  readonly verify: Verify;
}

/** Some 2 MB at most. */
const MAX_KEYS = 1000;
const MAX_URLS = 100;

/** Checks proofs of possession (RFC 9449 4.3). The keys of the last proofs are kept, by the header that all proofs of a key have. */
export class ProofChecker {
  readonly #engine: ProofEngine;
  readonly #keys = new Latest<KnownKey>(MAX_KEYS);
  readonly #urls = new Latest<string>(MAX_URLS);

  constructor(engine: ProofEngine) {
    this.#engine = engine;
  }

  /**
   * Checks all that a proof says by itself: first what costs little, last the signature.
   *
   * @throws ProofInvalid
   */
  async check({ proof, method, urls, accessToken, now, window }: ProofQuestion): Promise<CheckedProof> {
    const { textOf, digest } = this.#engine;
    const [headerPart, payloadPart, signature] = partsOf(proof);
    const known = this.#keys.get(headerPart);
    const header = known === undefined ? readHeader(headerPart, textOf) : null;
    const claims = readClaims(payloadPart, textOf);
    if (claims.htm !== method) throw new ProofInvalid('htm');
    if (!this.#isAddress(claims.htu, urls)) throw new ProofInvalid('htu');
    expectTimely(claims, now, window);
    if (accessToken !== undefined && claims.ath !== (await digest(accessToken))) throw new ProofInvalid('ath');
    const key = known ?? (await this.#read(header));
    if (!(await key.verify(proof.slice(0, -1 - signature.length), signature))) throw new ProofInvalid('signature');
    if (known === undefined) this.#keys.set(headerPart, key);
    const { jti, iat, ath, nonce } = claims;
    return { thumbprint: key.thumbprint, jti, issuedAt: iat, tokenHash: ath, nonce };
  }

  #isAddress(htu: string, urls: readonly string[]): boolean {
    const normal = this.#normal(htu);
    return normal !== '' && urls.some((url) => url === htu || this.#normal(url) === normal);
  }

  #normal(url: string): string {
    const known = this.#urls.get(url);
    if (known !== undefined) return known;
    const normal = normalUrl(url) ?? '';
    this.#urls.set(url, normal);
    return normal;
  }

  async #read(header: ReturnType<typeof readHeader> | null): Promise<KnownKey> {
    const verify = header && (await this.#engine.verifierOf(header.jwk, header.algorithm));
    if (!verify) throw new ProofInvalid('jwk');
    return { thumbprint: await this.#engine.digest(thumbprintText(header.jwk)), verify };
  }
}

function expectTimely({ iat, exp, nbf }: ProofClaims, now: number, window: ProofQuestion['window']): void {
  if (window === null) return;
  const seconds = now / 1000;
  const [earliest, latest] = [seconds - window.maxAge, seconds + window.maxAhead];
  const isTimely = iat >= earliest && iat <= latest && (nbf ?? 0) <= latest && (exp ?? seconds) >= earliest;
  if (!isTimely) throw new ProofInvalid('iat', now);
}

/** What was used last, so much of it. */
class Latest<Value> {
  readonly #values = new Map<string, Value>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  get(name: string): Value | undefined {
    const value = this.#values.get(name);
    if (value === undefined) return undefined;
    this.#values.delete(name);
    this.#values.set(name, value);
    return value;
  }

  set(name: string, value: Value): void {
    this.#values.set(name, value);
    const [oldest] = this.#values.size > this.#max ? this.#values.keys() : [];
    if (oldest !== undefined) this.#values.delete(oldest);
  }
}
