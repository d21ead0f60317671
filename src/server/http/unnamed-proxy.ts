import type { FastifyRequest } from 'fastify';

/**
 * Returns a function to call for each request with `X-Forwarded-For`. It warns in the log if `TRUST_PROXY` does not name the
 * sender: clients behind that proxy are throttled as one address. Only once, as any client can send the header.
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
