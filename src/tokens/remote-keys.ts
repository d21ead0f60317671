import { KeyObject } from 'node:crypto';

const TIMEOUT_MS = 3000;
/** Between two requests for keys that are not known yet, whatever `kid`s strangers make up. */
const COOLDOWN_MS = 6000;

/**
 * Finds public keys by `kid` in a JWK set (RFC 7517 5) at a URL. The whole set is cached for ten minutes, and fetched
 * anew for a `kid` it does not hold; one that cannot be found, or not now, resolves to null.
 */
export async function openRemoteKeys(
  url: string,
  algorithm: string,
): Promise<(kid: string) => Promise<KeyObject | null>> {
  const { createRemoteJWKSet } = await import('jose');
  const findKey = createRemoteJWKSet(new URL(url), { timeoutDuration: TIMEOUT_MS, cooldownDuration: COOLDOWN_MS });
  return async (kid) => {
    try {
      return KeyObject.from(await findKey({ alg: algorithm, kid }));
    } catch {
      // Unknown, unreachable and too soon look alike to the holder of the token: it is not valid here.
      return null;
    }
  };
}
