import { isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { Client } from './hooks.ts';

/** Longer than any address with a zone, brackets, a port and quotes. */
const MAX_LENGTH = 128;
const QUOTED = /^"([^"\\]*)"$/;
const BRACKETED = /^\[([^[\]]*)\](?::\d{1,5})?$/;
/** Only IPv4: of IPv6 without brackets nobody can tell a port from the last group. */
const WITH_PORT = /^([\d.]+):\d{1,5}$/;
const DOTTED = /[\d.]+\.\d+$/;
const ZONE = /%.*$/s;
/** IPv4 in IPv6: as sockets of both kinds have it (RFC 4291 2.5.5.2), and translated (RFC 6052 2.1). */
const IPV4_PREFIXES = new Set(['0:0:0:0:0:ffff', '64:ff9b:0:0:0:0']);
const IPV4_PREFIX_BITS = 96;

/**
 * The address in a text, in its one spelling: what a socket, a proxy's header or a framework has, with or without a port,
 * brackets, quotes or a zone. An IPv4 address in IPv6 is that IPv4 address. Null where the text is no address.
 *
 * @example
 * ```ts
 * addressOf('198.51.100.7:10000'); // '198.51.100.7'
 * addressOf('"[2001:DB8::1]:443"'); // '2001:db8::1'
 * addressOf('unknown'); // null
 * ```
 */
export function addressOf(text: string | null | undefined): string | null {
  if (typeof text !== 'string' || text.length > MAX_LENGTH) return null;
  if (isIPv4(text)) return text;
  const entry = text.trim();
  const unquoted = QUOTED.exec(entry)?.[1] ?? entry;
  const host = BRACKETED.exec(unquoted)?.[1] ?? WITH_PORT.exec(unquoted)?.[1] ?? unquoted;
  if (isIPv4(host)) return host;
  // A zone tells of a link of the machine that saw the address (RFC 4007 11), not of the client.
  const bare = host.replace(ZONE, '');
  if (!isIPv6(bare)) return null;
  const address = parseIPv6(bare);
  return embeddedIPv4(address)?.toString() ?? address.toString();
}

/**
 * The first bits of an address that `addressOf` gave, as a name: `2001:db8:1:2::/64`. An IPv4 address is given back whole.
 */
export function prefixOf(address: string, bits: 48 | 64): string {
  if (isIPv4(address)) return address;
  const groups = ipaddr.IPv6.parse(address).parts.slice(0, bits / 16);
  return `${groups.map((group) => group.toString(16)).join(':')}::/${bits}`;
}

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

/** Of a user agent, so much is kept. */
const MAX_USER_AGENT_LENGTH = 256;

/** A client as it is kept: its address in its one spelling, and its agent cut, for that may be of any length. */
export const kept = ({ userAgent, ipAddress }: Client): Client => ({
  userAgent: userAgent?.slice(0, MAX_USER_AGENT_LENGTH) ?? null,
  ipAddress: addressOf(ipAddress),
});

/** Networks by name, as Express and Fastify have them. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/**
 * Returns a function that tells whether an address that `addressOf` gave is in one of these networks: addresses, networks
 * (`10.0.0.0/8`), or `loopback`, `linklocal` and `uniquelocal`.
 */
export function networksOf(names: readonly string[]): (address: string) => boolean {
  const ranges = names.flatMap((name) => NAMED[name] ?? [name]).map(rangeOf);
  return (address) => {
    const parsed = ipaddr.parse(address);
    return ranges.some(([network, bits]) => parsed.kind() === network.kind() && parsed.match(network, bits));
  };
}

type Range = readonly [network: ipaddr.IPv4 | ipaddr.IPv6, bits: number];

function rangeOf(text: string): Range {
  const [network = '', bits] = text.split('/');
  const parsed = isIPv4(network) ? ipaddr.IPv4.parse(network) : parseIPv6(network);
  const range: Range = [parsed, bits === undefined ? (isIPv4(network) ? 32 : 128) : Number(bits)];
  const embedded = parsed instanceof ipaddr.IPv6 && range[1] >= IPV4_PREFIX_BITS ? embeddedIPv4(parsed) : null;
  return embedded === null ? range : [embedded, range[1] - IPV4_PREFIX_BITS];
}

/** The library takes `::192.0.2.1` for `::ffff:192.0.2.1`, so it is given groups alone. */
function parseIPv6(text: string): ipaddr.IPv6 {
  const groups = text.replace(DOTTED, (dotted) => {
    const { octets } = ipaddr.IPv4.parse(dotted);
    const [a = 0, b = 0, c = 0, d = 0] = octets;
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  return ipaddr.IPv6.parse(groups);
}

function embeddedIPv4({ parts }: ipaddr.IPv6): ipaddr.IPv4 | null {
  const prefix = parts.slice(0, 6).map((group) => group.toString(16));
  if (!IPV4_PREFIXES.has(prefix.join(':'))) return null;
  return new ipaddr.IPv4(parts.slice(6).flatMap((group) => [group >> 8, group & 255]));
}
