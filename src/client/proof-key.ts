import type { Awaitable } from './awaitable.ts';

/**
 * A private key that signs proofs, and its public half. The private key may be anywhere: in WebCrypto, in the secure hardware of a
 * phone, in a service.
 */
export interface ProofKey {
  /** The algorithm of JOSE: `ES256` for P-256 (RFC 7518 3.1). */
  readonly alg: string;
  /** The public key alone; for P-256 `kty`, `crv`, `x` and `y`. */
  readonly jwk: PublicJwk;
  /** The signature of these bytes as JOSE has it: for ES256 r and s, 32 bytes each, and no DER (RFC 7518 3.4). */
  sign(this: void, data: Uint8Array<ArrayBuffer>): Awaitable<Uint8Array>;
  /** SHA-256, for platforms without WebCrypto. */
  sha256?(this: void, data: Uint8Array<ArrayBuffer>): Awaitable<Uint8Array>;
}

/** A public key as a JSON Web Key. */
export type PublicJwk = { readonly kty: string; readonly [member: string]: string };

/** A pair of WebCrypto, of the algorithm ECDSA with the curve P-256. */
export interface ProofKeyPair {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

const PAIR = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;

/** A new pair for ES256, whose private key nobody can take out. */
export async function generateProofKeys(): Promise<ProofKeyPair> {
  return subtle().generateKey(PAIR, false, ['sign', 'verify']);
}

/**
 * The key that a pair of WebCrypto is.
 *
 * @throws TypeError for a pair of another kind than ECDSA with P-256
 */
export async function proofKeyOf({ privateKey, publicKey }: ProofKeyPair): Promise<ProofKey> {
  const { kty = '', crv = '', x = '', y = '' } = await subtle().exportKey('jwk', publicKey);
  if (crv !== PAIR.namedCurve || privateKey.type !== 'private')
    throw new TypeError('The DPoP key has another kind. Expected a key pair of ECDSA with the curve P-256.');
  return {
    alg: 'ES256',
    jwk: { kty, crv, x, y },
    sign: async (data) => new Uint8Array(await subtle().sign(SIGNATURE, privateKey, data)),
  };
}

export const sha256 = async (data: Uint8Array<ArrayBuffer>): Promise<Uint8Array> =>
  new Uint8Array(await subtle().digest('SHA-256', data));

const subtle = (): SubtleCrypto => {
  expectWebCrypto();
  return crypto.subtle;
};

/** @throws Error where there is no WebCrypto */
export function expectWebCrypto(): void {
  if ((globalThis.crypto as Partial<Crypto> | undefined)?.subtle !== undefined) return;
  throw new Error('DPoP needs WebCrypto. Expected a page at https or localhost, or a `key` with `sign` and `sha256`.');
}
