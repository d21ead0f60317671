import { createPublicKey, type KeyObject } from 'node:crypto';

const TIMEOUT_MS = 3000;
const FETCHES_PER_MINUTE = 10;

/**
 * Finds public keys by `kid` in a JWK set (RFC 7517 5) at a URL. Found keys are cached; a `kid` that cannot be found,
 * or not now, resolves to null. At most ten requests a minute are sent, whatever `kid`s strangers make up.
 */
export async function openRemoteKeys(jwksUri: string): Promise<(kid: string) => Promise<KeyObject | null>> {
  const { JwksClient } = await import('jwks-rsa');
  const client = new JwksClient({
    jwksUri,
    timeout: TIMEOUT_MS,
    cache: true,
    rateLimit: true,
    jwksRequestsPerMinute: FETCHES_PER_MINUTE,
  });
  return async (kid) => {
    try {
      const key = await client.getSigningKey(kid);
      return createPublicKey(key.getPublicKey());
    } catch {
      // Unknown, unreachable and over the limit look alike to the holder of the token: it is not valid here.
      return null;
    }
  };
}
