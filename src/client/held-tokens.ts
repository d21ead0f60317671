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
export function holdTokens({ access, refresh }: AnsweredTokens, receivedAt: number): HeldTokens {
  const { iat, exp, sid } = claimsOf(access);
  // RFC 7519 4.1. Without these claims only the server knows the expiry, and refuses the token then.
  const lifetime = iat === undefined || exp === undefined ? FOREVER_MS : (exp - iat) * 1000;
  const expiresAt = receivedAt + lifetime;
  const refreshAt = expiresAt - Math.min(MARGIN_MS, lifetime / 4);
  return { access, refresh, sessionId: sid ?? null, receivedAt, refreshAt, expiresAt };
}

/** The claims of the token, if it can be decoded: another issuer's token may be opaque. */
function claimsOf(access: string): { readonly iat?: number; readonly exp?: number; readonly sid?: string } {
  try {
    return jwtDecode(access);
  } catch {
    return {};
  }
}
