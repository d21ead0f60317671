import type { IncomingMessage } from 'node:http';
import type { FastifyBaseLogger } from 'fastify';
import type { ServerSettings } from '../../contracts/settings/settings-table.ts';
import type { ClientAddresses } from './client-address.ts';

/**
 * Returns a function to call for each request. It warns in the log if one has `CLIENT_ADDRESS_HEADER` and `TRUST_PROXY` does not
 * name the sender: clients behind that proxy are throttled as one address. Only once, as any client can send the header.
 */
export function createProxyWarning(
  { clientAddressHeader: header }: Pick<ServerSettings, 'clientAddressHeader'>,
  { addresses, log }: { readonly addresses: ClientAddresses; readonly log: FastifyBaseLogger },
): (request: IncomingMessage) => void {
  let isSaid = false;
  return (request) => {
    if (isSaid || request.headers[addresses.header] === undefined || addresses.isFromProxy(request)) return;
    isSaid = true;
    log.warn(
      { address: request.socket.remoteAddress },
      `${header} came from an address that TRUST_PROXY does not name, and is ignored: all clients behind it count as one address. If it is your proxy, add it to TRUST_PROXY`,
    );
  };
}
