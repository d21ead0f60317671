import { isIPv6 } from 'node:net';
import { addressOf, prefixOf } from '../../contracts/client-address.ts';

/**
 * Whose address it is, as far as addresses tell: a subscriber has one of IPv4, and 2^64 of IPv6 at least (RFC 6177), so
 * of those the first half counts. Clients without an address are counted together.
 */
export function networkOf(address: string | null): string {
  const normal = addressOf(address);
  return normal === null ? '' : prefixOf(normal, 64);
}

/** What a site is given of IPv6 at most (RFC 6177), and with it 65,536 such networks. Null where the address has none. */
export function siteOf(address: string | null): string | null {
  const normal = addressOf(address);
  return normal !== null && isIPv6(normal) ? prefixOf(normal, 48) : null;
}
