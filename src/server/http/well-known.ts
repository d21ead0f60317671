import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { PROOF_ALGORITHMS } from '../../contracts/settings/algorithms.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import { INTROSPECTION, REVOCATION } from './service-api.ts';

/** Half of the default time between publishing a key and signing with it, so that caches have the key by then. */
const MAX_AGE_SECONDS = 300;
const METADATA = '/.well-known/oauth-authorization-server';
const KEY_SET = '/.well-known/jwks.json';

/** What is published for verifiers. */
export interface WellKnown {
  readonly settings: Settings;
  /** The JWK set: public members alone. */
  readonly publicKeys: () => object;
}

/** Publishes the JWK set (RFC 7517 5) and, if the issuer is a URL, the server's metadata (RFC 8414 3). */
export function registerWellKnown(app: FastifyInstance, { settings, publicKeys }: WellKnown): void {
  app.get(KEY_SET, (request, reply) => sendKept(request, reply, publicKeys()));
  const issuer = issuerUrlOf(settings.issuer);
  if (issuer === null) return;
  const metadata = {
    issuer: settings.issuer,
    jwks_uri: new URL(KEY_SET, issuer).href,
    introspection_endpoint: new URL(INTROSPECTION, issuer).href,
    introspection_endpoint_auth_methods_supported: ['client_secret_basic'],
    revocation_endpoint: new URL(REVOCATION, issuer).href,
    revocation_endpoint_auth_methods_supported: ['client_secret_basic'],
    // Required by RFC 8414 2, and never empty. This one promises nothing: there is no authorization endpoint.
    response_types_supported: ['none'],
    ...(settings.dpop !== 'off' && { dpop_signing_alg_values_supported: PROOF_ALGORITHMS }), // RFC 9449 5.1
  };
  // RFC 8414 3.1: what path an issuer has follows the well-known name. A wildcard, as no path of ours is a pattern.
  const path = METADATA + issuer.pathname.replace(/\/$/, '');
  app.get(`${METADATA}*`, (request, reply) => {
    if (new URL(request.url, issuer).pathname !== path) return reply.callNotFound();
    return sendKept(request, reply, metadata);
  });
}

/** The issuer, if it can be one of RFC 8414 2: a URL without query and fragment. On http in development. */
function issuerUrlOf(issuer: string | undefined): URL | null {
  if (issuer === undefined || !/^https?:\/\/[^?#]+$/.test(issuer) || !URL.canParse(issuer)) return null;
  return new URL(issuer);
}

/** An answer that caches keep for a while, and ask about by its tag (RFC 9110 13.1.2) after that. */
function sendKept(request: FastifyRequest, reply: FastifyReply, value: object): FastifyReply {
  const body = JSON.stringify(value);
  const tag = `"${createHash('sha256').update(body).digest('base64url')}"`;
  void reply.header('cache-control', `public, max-age=${MAX_AGE_SECONDS}`).header('etag', tag);
  const tags = (request.headers['if-none-match'] ?? '').split(',').map((name) => name.trim().replace(/^W\//, ''));
  const known = new Set(tags);
  if (known.has(tag) || known.has('*')) return reply.code(304).send();
  return reply.type('application/json; charset=utf-8').send(body);
}
