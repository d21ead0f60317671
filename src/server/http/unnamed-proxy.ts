import type { FastifyInstance, FastifyRequest } from 'fastify';

/**
 * Says once in the log that a proxy seems to be in front that `TRUST_PROXY` does not name: then all its clients are one
 * address to the throttle, and wait together. Whoever reaches the server can bring it about, so it is not said twice.
 */
export function warnOfUnnamedProxy(app: FastifyInstance): void {
  let isSaid = false;
  app.addHook('onRequest', (request, _reply, done) => {
    if (!isSaid && request.headers['x-forwarded-for'] !== undefined && !isFromNamedProxy(request)) {
      isSaid = true;
      request.log.warn(
        { address: request.socket.remoteAddress },
        'X-Forwarded-For came from an address that TRUST_PROXY does not name, and is not believed: all who come that way count as one address. If it is your proxy, name it in TRUST_PROXY',
      );
    }
    done();
  });
}

/** Fastify has the addresses that it believes: that of the connection, and if that is a proxy's, the one before. */
function isFromNamedProxy({ ips = [] }: FastifyRequest): boolean {
  return ips.length > 1;
}
