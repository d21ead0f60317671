import { createPublicKey, hash, verify as verifySignature, type KeyObject } from 'node:crypto';
import type { ProofAlgorithm } from '../../contracts/settings/algorithms.ts';
import type { Jwk } from '../keys/key-set.ts';
import type { ProofEngine, Verify } from './check-proof.ts';
import { keyParameters, publicMembers } from './key-parameters.ts';

/** Proofs by Node.js: at half the cost of WebCrypto, which hands each signature to another thread. */
export const nodeEngine: ProofEngine = {
  textOf: (part) => Buffer.from(part, 'base64url').toString(),
  digest: (text) => hash('sha256', text, 'base64url'),
  verifierOf: (jwk, algorithm) => verifierOf(jwk, algorithm),
};

function verifierOf(jwk: Jwk, algorithm: ProofAlgorithm): Verify | null {
  const parameters = keyParameters(jwk, algorithm);
  const key = parameters && keyOf(jwk);
  if (!parameters || !key) return null;
  const { hash: name, isPss, isEcdsa } = parameters;
  const options = {
    key,
    ...(isEcdsa && { dsaEncoding: 'ieee-p1363' as const }),
    ...(isPss && { padding: RSA_PSS, saltLength: Number(name?.slice(4)) / 8 }),
  };
  const digest = name?.replace('-', '').toLowerCase();
  return (signed, signature) =>
    verifySignature(digest, Buffer.from(signed, 'latin1'), options, Buffer.from(signature, 'base64url'));
}

/** `constants.RSA_PKCS1_PSS_PADDING`. */
const RSA_PSS = 6;

function keyOf(jwk: Jwk): KeyObject | null {
  try {
    return createPublicKey({ key: publicMembers(jwk), format: 'jwk' });
  } catch {
    return null; // no point of the curve, for instance
  }
}
