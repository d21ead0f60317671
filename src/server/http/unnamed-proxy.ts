import type { FastifyRequest } from 'fastify';

/**
 * Makes what says once in the log that a proxy seems to be in front that `TRUST_PROXY` does not name: then all its
 * clients are one address to the throttle, and wait together. Anybody can bring it about, so it is not said twice. To be
 * asked about requests with `X-Forwarded-For`.
 */
export function createProxyWarning(): (request: FastifyRequest) => void {
  let isSaid = false;
  return (request) => {
    if (isSaid || isFromNamedProxy(request)) return;
    isSaid = true;
    request.log.warn(
      { address: request.socket.remoteAddress },
      'X-Forwarded-For came from an address that TRUST_PROXY does not name, and is not believed: all who come that way count as one address. If it is your proxy, name it in TRUST_PROXY',
    );
  };
}

/** Fastify has the addresses that it believes: that of the connection, and if that is a proxy's, the one before. */
function isFromNamedProxy({ ips = [] }: FastifyRequest): boolean {
  return ips.length > 1;
}
