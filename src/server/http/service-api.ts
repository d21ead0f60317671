import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { kept } from '../../contracts/client-address.ts';
import { restOfTurn } from '../../contracts/clock.ts';
import { AuthError, InvalidInput, Throttled } from '../../contracts/errors.ts';
import type { Client } from '../../contracts/hooks.ts';
import type { ServiceScope } from '../../contracts/store/store.ts';
import type { RequestDeadline } from '../../core/request-deadline.ts';
import type { Introspection } from '../../core/trust/introspection.ts';
import type { RevocationFeed } from '../../core/trust/revocation-feed.ts';
import type { Service, ServiceCredentials } from '../../core/trust/service-credentials.ts';
import { basicCredentialsIn } from './basic-credentials.ts';
import type { ClientAddresses } from './client-address.ts';

/** Where services ask about tokens (RFC 7662), and where they end them (RFC 7009). */
export const INTROSPECTION = '/oauth/introspect';
export const REVOCATION = '/oauth/revoke';
const FEED = '/revocations';
/** What a service must be allowed, by the path. */
const SCOPES: Readonly<Record<string, ServiceScope>> = {
  [INTROSPECTION]: 'introspect',
  [REVOCATION]: 'revoke',
  [FEED]: 'feed',
};

/** In bytes: the longest token and a `token_type_hint`. */
const MAX_BODY_BYTES = 16_384;
const FORM = 'application/x-www-form-urlencoded';

/** The parts that answer services. */
export interface ServiceApi {
  readonly services: ServiceCredentials;
  readonly introspection: Introspection;
  readonly revocations: RevocationFeed;
  readonly rooms: { readonly deadline?: Pick<RequestDeadline, 'within'> };
}

/** The endpoints for other services, which authenticate by name and secret. Its hooks apply to the whole scope it is given. */
export function registerServiceApi(
  scope: FastifyInstance,
  { services, introspection, revocations, rooms: { deadline } }: ServiceApi,
  addresses: ClientAddresses,
): void {
  const clientOf = ({ headers, raw }: FastifyRequest): Client =>
    kept({ userAgent: headers['user-agent'] ?? null, ipAddress: addresses.of(raw) });
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(FORM, { parseAs: 'string', bodyLimit: MAX_BODY_BYTES }, readForm);
  scope.setErrorHandler<FastifyError>(async (error, request, reply) => {
    const { status, name, message, retryAfter } = explained(error);
    if (status >= 500) request.log.error({ err: error }, 'the request of a service failed');
    if (retryAfter !== undefined) void reply.header('retry-after', retryAfter);
    return refuse(reply, status, name, message);
  });
  const asking = new WeakMap<FastifyRequest, Service>();
  const begun = new WeakMap<FastifyRequest, number>();
  const inTime = <Result>(request: FastifyRequest, work: () => Promise<Result>): Promise<Result> => {
    const since = begun.get(request);
    return deadline === undefined || since === undefined ? work() : deadline.within(since, work);
  };
  // Authenticates before the body is read.
  scope.addHook('onRequest', async (request, reply) => {
    void reply.header('cache-control', 'no-store');
    await restOfTurn();
    begun.set(request, performance.now());
    const { authorization } = request.headers;
    const credentials = authorization === undefined ? null : basicCredentialsIn(authorization);
    const service =
      credentials === null ? null : await inTime(request, () => services.authenticate(credentials, clientOf(request)));
    const scope = SCOPES[request.routeOptions.url ?? ''];
    if (service !== null) {
      asking.set(request, service);
      if (scope !== undefined && service.scopes.includes(scope)) return;
      const remedy = `Expected one that \`services create\` has made with \`--may ${scope}\``;
      return refuse(reply, 403, 'unauthorized_client', `${remedy}; this one may: ${service.scopes.join(', ')}.`);
    }
    void reply.header('www-authenticate', 'Basic realm="services", charset="UTF-8"');
    const expected = 'Expected the name and the secret of a service, as HTTP Basic, as `services create` printed them.';
    return refuse(reply, 401, 'invalid_client', expected);
  });

  const serviceOf = (request: FastifyRequest): Service => {
    const service = asking.get(request);
    if (service === undefined) throw new Error('a request of no service was not refused');
    return service;
  };
  scope.post(INTROSPECTION, async (request) => {
    const token = tokenIn(request);
    return inTime(request, () => introspection.introspect(token, serviceOf(request)));
  });
  scope.post(REVOCATION, async (request, reply) => {
    const token = tokenIn(request);
    const outcome = await inTime(request, () => introspection.revoke(token, clientOf(request), serviceOf(request)));
    if (outcome === 'done') return reply.send();
    if (outcome === 'foreign') {
      const whose = 'This token does not have the audience of this service. Nothing was ended.';
      return refuse(reply, 400, 'invalid_grant', whose);
    }
    const why = 'This token has no session, so it cannot be revoked. It expires by itself.';
    return refuse(reply, 400, 'unsupported_token_type', why);
  });
  scope.get(FEED, async (request) => {
    const cursor = cursorIn(request);
    return inTime(request, () => revocations.page(cursor));
  });
}

const readForm = async (_request: FastifyRequest, body: string): Promise<URLSearchParams> => new URLSearchParams(body);

/** @throws InvalidInput */
function cursorIn({ query }: FastifyRequest): string | undefined {
  const { since } = query as { readonly since?: unknown };
  if (since === undefined || typeof since === 'string') return since;
  throw new InvalidInput('since', 'Got `since` several times, expected it once, or not at all.');
}

/** @throws InvalidInput */
function tokenIn({ body }: FastifyRequest): string {
  const given = body instanceof URLSearchParams ? body.getAll('token') : [];
  const values = given.filter((value) => value !== ''); // RFC 6749 3.2: a parameter without a value counts as omitted
  const [token] = values;
  if (token !== undefined && values.length === 1) return token;
  throw new InvalidInput('token', `Got ${values.length} values of \`token\`, expected one, in a form.`);
}

/** An error as RFC 6749 5.2 has it. */
const refuse = (reply: FastifyReply, status: number, error: string, description: string): FastifyReply =>
  reply.code(status).send({ error, error_description: description });

/** The error as clients see it: internal errors are masked. */
function explained(error: FastifyError | AuthError) {
  const { message } = error;
  if (error instanceof Throttled) return { status: 429, name: 'throttled', message, retryAfter: error.retryAfter };
  if (error instanceof AuthError) {
    return error.action === 'WAIT'
      ? { status: 503, name: 'temporarily_unavailable', message, retryAfter: 1 }
      : { status: 400, name: 'invalid_request', message };
  }
  const status = error.statusCode ?? 500;
  if (status >= 500) return { status: 500, name: 'server_error', message: 'Internal server error' };
  return { status, name: 'invalid_request', message: `${message}. Expected a form (${FORM}) with \`token\`.` };
}
