import type { ProofAlgorithm } from '../../contracts/settings/algorithms.ts';
import type { Jwk } from '../keys/key-set.ts';
import type { ProofEngine, Verify } from './check-proof.ts';
import { keyParameters, publicMembers } from './key-parameters.ts';

/** Proofs by WebCrypto, where there is no Node.js. */
export const webEngine: ProofEngine = {
  textOf: (part) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytesOf(part)),
  digest: async (text) => {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
    return btoa(String.fromCharCode(...digest))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '');
  },
  verifierOf,
};

async function verifierOf(jwk: Jwk, algorithm: ProofAlgorithm): Promise<Verify | null> {
  const parameters = keyParameters(jwk, algorithm);
  if (parameters === null) return null;
  const { hash, isPss, isEcdsa, curve } = parameters;
  const saltLength = Number(hash?.slice(4)) / 8;
  const ofRsa = { name: isPss ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5', ...(hash && { hash }), saltLength };
  const ofCurve = isEcdsa ? { name: 'ECDSA', namedCurve: String(curve), hash: String(hash) } : { name: 'Ed25519' };
  const by = jwk.kty === 'RSA' ? ofRsa : ofCurve;
  try {
    const key = await crypto.subtle.importKey('jwk', publicMembers(jwk), by, false, ['verify']);
    return (signed, signature) => crypto.subtle.verify(by, key, bytesOf(signature), new TextEncoder().encode(signed));
  } catch {
    return null; // no point of the curve, for instance
  }
}

function bytesOf(part: string): Uint8Array<ArrayBuffer> {
  const whole = part.length % 4 === 1 ? part.slice(0, -1) : part;
  return Uint8Array.from(atob(whole.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
}
