import { jwtDecode } from 'jwt-decode';
import type { AnsweredTokens } from './token-api.ts';
import type { HeldTokens } from './token-storage.ts';

/** Refresh this long before the end, or at three quarters of a short life. */
const MARGIN_MS = 30_000;
const FOREVER_MS = 1000 * 365 * 86_400_000;

/**
 * Tokens as they are kept. Their end is reckoned from how long the access token lives and when it came, so a device
 * whose clock is wrong refreshes in time all the same.
 */
export function holdTokens({ access, refresh }: AnsweredTokens, now: number): HeldTokens {
  const lifetime = lifetimeOf(access);
  const expiresAt = now + lifetime;
  return { access, refresh, refreshAt: expiresAt - Math.min(MARGIN_MS, lifetime / 4), expiresAt };
}

/** Milliseconds from `iat` to `exp` (RFC 7519 4.1). Without them only the server knows, and says so. */
function lifetimeOf(access: string): number {
  try {
    const { iat = NaN, exp = NaN } = jwtDecode(access);
    const seconds = exp - iat;
    return seconds > 0 ? seconds * 1000 : FOREVER_MS;
  } catch {
    return FOREVER_MS;
  }
}
