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

/** A pair of WebCrypto: ECDSA with the curve P-256, or RSASSA-PKCS1-v1_5 with SHA-256 and 2048 to 4096 bits. */
export interface ProofKeyPair {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

/**
 * The algorithm of a key that is made. `ES256` has short proofs (some 500 characters) and signs fast. The server verifies `RS256` in a
 * third of the time, but its proofs have some 1,000 characters and the client signs several times longer.
 */
export type ProofKeyAlgorithm = 'ES256' | 'RS256';

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
} as const;

/**
 * A new pair, whose private key nobody can take out.
 *
 * @param algorithm default `ES256`
 */
export async function generateProofKeys(algorithm: ProofKeyAlgorithm = 'ES256'): Promise<ProofKeyPair> {
  return subtle().generateKey({ ES256: EC, RS256: RSA }[algorithm], false, ['sign', 'verify']);
}

/**
 * The key that a pair of WebCrypto is.
 *
 * @throws TypeError for a pair of another kind than `ProofKeyPair` says
 */
export async function proofKeyOf({ privateKey, publicKey }: ProofKeyPair): Promise<ProofKey> {
  const { kty = '', crv, x = '', y = '', n = '', e = '', alg } = await subtle().exportKey('jwk', publicKey);
  const isRsa = alg === 'RS256';
  if ((!isRsa && crv !== EC.namedCurve) || privateKey.type !== 'private')
    throw new TypeError('The DPoP key has another kind. Expected a key pair of ECDSA with P-256, or of RS256.');
  return {
    alg: isRsa ? alg : 'ES256',
    jwk: isRsa ? { kty, n, e } : { kty, crv: EC.namedCurve, x, y },
    sign: async (data) => new Uint8Array(await subtle().sign(isRsa ? RSA : EC, privateKey, data)),
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
