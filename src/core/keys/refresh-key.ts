import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { thumbprintOf } from './public-jwk.ts';
import type { TokenKey } from './token-key.ts';

/** HKDF's `info` (RFC 5869 3.2). It never changes: the refresh tokens of all servers are signed with what comes of it. */
const INFO = 'graphql-simplejwt refresh tokens';
const BYTES = 32; // RFC 7518 3.2 for HS256

/** A key of refresh tokens alone. It is in no JWK set, so nothing that verifies by published keys accepts its tokens. */
export interface RefreshKey extends TokenKey {
  readonly kid: string;
  readonly signs: 'refresh';
}

/** The refresh key that this secret is. */
export async function refreshKeyOf(key: KeyObject): Promise<RefreshKey> {
  return { key, algorithm: 'HS256', kid: await thumbprintOf(key), signs: 'refresh' };
}

/**
 * The refresh key that follows from a private key or an HS secret, so that servers with the same key agree on it with
 * nothing more to share. It does not depend on how the key is written: as PEM of either form, or as a JWK.
 */
export async function deriveRefreshKey(signing: KeyObject): Promise<RefreshKey> {
  const derived = hkdfSync('sha256', secretBytesOf(signing), '', INFO, BYTES);
  return refreshKeyOf(createSecretKey(Buffer.from(derived)));
}

/** What only its holder knows: the private exponent of RSA, the private value of EC, or the secret. */
function secretBytesOf(signing: KeyObject): Buffer {
  if (signing.type === 'secret') return signing.export();
  const { d = '' } = signing.export({ format: 'jwk' });
  return Buffer.from(d, 'base64url');
}
