import { isIPv6 } from 'node:net';

const GROUPS = 8;
/** How an IPv4 address is written where both kinds arrive at one socket (RFC 4291 2.5.5.2). */
const MAPPED = /^(0:){5}ffff:/;

/**
 * Whose address it is, as far as addresses tell: a subscriber has one of IPv4, and 2^64 of IPv6 at least (RFC 6177), so
 * of those the first half counts. Clients without an address are counted together.
 */
export function networkOf(address: string | null): string {
  const [bare = ''] = (address ?? '').split('%');
  if (!isIPv6(bare)) return bare;
  const groups = groupsOf(bare);
  if (MAPPED.test(groups.join(':'))) return toIPv4(groups.slice(6));
  return `${groups.slice(0, GROUPS / 2).join(':')}::/64`;
}

/** The eight groups of an address, whichever of its many spellings it came in. */
function groupsOf(address: string): string[] {
  const { hostname } = new URL(`http://[${address}]`);
  const [left = [], right = []] = hostname
    .slice(1, -1)
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: GROUPS - left.length - right.length }, () => '0');
  return [...left, ...zeros, ...right];
}

function toIPv4(groups: readonly string[]): string {
  const numbers = groups.map((group) => Number.parseInt(group, 16));
  return numbers.flatMap((number) => [number >> 8, number & 255]).join('.');
}
