import type { IncomingMessage } from 'node:http';
import { addressOf, networksOf } from '../../contracts/client-address.ts';
import { headerOf } from '../../contracts/request-text.ts';
import type { ServerSettings } from '../../contracts/settings/settings-table.ts';

/** Tells where requests come from. */
export interface ClientAddresses {
  /** The header that names the client, in lower case. */
  readonly header: string;
  /** Whether the sender of a request is one whose header is believed. */
  isFromProxy(request: IncomingMessage): boolean;
  /** The client's address; null where there is none. */
  of(request: IncomingMessage): string | null;
}

/**
 * Reads addresses from the right: that of the connection, and as long as an address is one of `TRUST_PROXY`, the one before
 * it in `CLIENT_ADDRESS_HEADER`. What stands further left, anybody may have written.
 */
export function createClientAddresses({
  trustProxy,
  clientAddressHeader,
}: Pick<ServerSettings, 'trustProxy' | 'clientAddressHeader'>): ClientAddresses {
  const header = clientAddressHeader.toLowerCase();
  const isProxy = trustProxy === undefined ? () => false : networksOf(trustProxy);
  const senderOf = ({ socket }: IncomingMessage) => addressOf(socket.remoteAddress);
  return {
    header,
    isFromProxy: (request) => {
      const sender = senderOf(request);
      return sender !== null && isProxy(sender);
    },
    of: (request) => {
      let address = senderOf(request);
      if (address === null || !isProxy(address)) return address;
      // RFC 9110 5.6.1: empty elements of a list do not count.
      const entries = (headerOf(request.headers, header) ?? '').split(',').filter((entry) => entry.trim() !== '');
      while (address !== null && isProxy(address)) {
        const entry = entries.pop();
        if (entry === undefined) break;
        address = addressOf(entry);
      }
      return address;
    },
  };
}
