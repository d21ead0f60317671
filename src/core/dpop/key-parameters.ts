import type { ProofAlgorithm } from '../../contracts/settings/algorithms.ts';
import type { Jwk } from '../keys/key-set.ts';

/** How signatures of an algorithm are made. */
export interface KeyParameters {
  /** As `SHA-256`; null where the algorithm has its own. */
  readonly hash: string | null;
  readonly curve: string | null;
  readonly isEcdsa: boolean;
  readonly isPss: boolean;
}

/** A modulus of 2048 bits (RFC 7518 3.3) and more, up to 4096: larger ones are there to make work. In base64url, so that its first bit is one of the first character. */
const MODULUS = /^(?:[g-z\d_-][\w-]{341}|[B-Za-z\d_-][\w-]{342,682})$/;
/** 65537, which all platforms use. With 1 everybody can sign, with an even one nobody, and a large one makes each check as slow as a signature. */
const EXPONENT = 'AQAB';

/** Null for a key of another kind than the algorithm takes, or too weak. */
export function keyParameters({ kty, crv, n, e, alg, use }: Jwk, algorithm: ProofAlgorithm): KeyParameters | null {
  if ((use !== undefined && use !== 'sig') || (alg !== undefined && !isSame(alg, algorithm))) return null;
  const hash = `SHA-${algorithm.slice(2)}`;
  if (algorithm === 'ES256') {
    return kty === 'EC' && crv === 'P-256' ? { hash, curve: crv, isEcdsa: true, isPss: false } : null;
  }
  if (isEdwards(algorithm)) {
    return kty === 'OKP' && crv === 'Ed25519' ? { hash: null, curve: crv, isEcdsa: false, isPss: false } : null;
  }
  if (kty !== 'RSA' || !MODULUS.test(n ?? '') || e !== EXPONENT) return null;
  return { hash, curve: null, isEcdsa: false, isPss: algorithm.startsWith('PS') };
}

const isEdwards = (algorithm: string): boolean => algorithm === 'EdDSA' || algorithm === 'Ed25519';

const isSame = (one: string, other: string): boolean => one === other || (isEdwards(one) && isEdwards(other));

/** What makes the key, and nothing else of the JWK. */
export function publicMembers({ kty, crv, x, y, n, e }: Jwk): Record<string, string> {
  const members = Object.entries({ kty, crv, x, y, n, e });
  return Object.fromEntries(members.filter((member): member is [string, string] => typeof member[1] === 'string'));
}
