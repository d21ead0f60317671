import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { Algorithm } from '../../contracts/settings/settings-table.ts';

/** A public key as it is published: a JWK (RFC 7517 4) of public members alone. */
export interface PublicJwk extends JsonWebKey {
  readonly kid: string;
  readonly alg: Algorithm;
  readonly use: 'sig';
}

/** The name of a key: its JWK thumbprint (RFC 7638), so that one name can never stand for two keys. */
export async function thumbprintOf(key: KeyObject): Promise<string> {
  const { calculateJwkThumbprint, exportJWK } = await import('jose');
  return calculateJwkThumbprint(await exportJWK(key));
}

/** What others need to verify with a key. The public half is taken first, so that no private member can slip in. */
export function publicJwkOf(key: KeyObject, kid: string, alg: Algorithm): PublicJwk {
  const half = key.type === 'public' ? key : createPublicKey(key);
  return { ...half.export({ format: 'jwk' }), kid, alg, use: 'sig' };
}
