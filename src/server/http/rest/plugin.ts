import type { IncomingMessage } from 'node:http';
import type { FastifyError, FastifyPluginAsync } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Monitor } from '../../../contracts/monitor.ts';
import type { Auth } from '../../../graphql/auth.ts';
import { programOf } from './program.ts';
import { RestApi } from './rest-api.ts';

const NO_BODY = new Uint8Array();
/** `@fastify/cors` adds its headers, and leaves the answer to `OPTIONS` to the address. By itself it refuses what no browser sends. */
const DESCRIBED = { cors: { strictPreflight: false, preflightContinue: true } };

/** The address of a client, as the server knows it; undefined where there is none. */
export type AddressOf = (request: IncomingMessage) => string | undefined;

/** What the addresses of our server are made of. */
export interface RestPluginParts {
  readonly path: string;
  /** Of a body, in bytes. */
  readonly bodyLimit: number;
  readonly auth: Pick<Auth, 'context' | 'formatError' | 'challenge'>;
  readonly schema: GraphQLSchema;
  /** Is told who asks. */
  readonly monitor: Monitor | null;
}

/** The addresses of our own server. */
export function restPluginOf(
  { path, bodyLimit, auth, schema, monitor }: RestPluginParts,
  addressOf: AddressOf,
): FastifyPluginAsync {
  const { context, formatError, challenge } = auth;
  const asked = (address: string, userAgent: string | undefined) =>
    monitor?.tell({ kind: 'rest_requested', address, program: programOf(userAgent) });
  return createRestPlugin(new RestApi({ path, schema, context, formatError, challenge, asked }), {
    bodyLimit,
    addressOf,
  });
}

/**
 * The addresses as a plugin of Fastify, in a scope of its own: a body is read as bytes, whatever it says it is.
 *
 * @param bodyLimit in bytes
 * @param addressOf left out, clients have the address that Fastify says they have
 */
export function createRestPlugin(
  api: RestApi,
  { bodyLimit, addressOf }: { readonly bodyLimit: number; readonly addressOf?: AddressOf },
): FastifyPluginAsync {
  return async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser<Buffer>(
      '*',
      { parseAs: 'buffer', bodyLimit },
      async (_request: unknown, body: Buffer) => body,
    );
    scope.setErrorHandler<FastifyError>(async (error, request, reply) => {
      const status = error.statusCode ?? 500;
      if (status >= 500) request.log.error({ err: error }, 'the request failed');
      return reply.code(status).send({ detail: status >= 500 ? 'Internal server error' : error.message });
    });
    const { ignoreTrailingSlash, routerOptions } = scope.initialConfig;
    const isEitherServed = ignoreTrailingSlash === true || routerOptions?.ignoreTrailingSlash === true;
    for (const path of api.paths.flatMap((each) => (isEitherServed ? each : [each, `${each}/`]))) {
      scope.all(path, { config: DESCRIBED }, async ({ method, headers, ip: given, raw, body }, reply) => {
        const ip = addressOf === undefined ? given : addressOf(raw);
        const bytes = body instanceof Uint8Array ? new Uint8Array(body) : NO_BODY;
        const answer = await api.answer({ method, path, target: raw.url, headers, ip, body: bytes });
        if (answer === null) throw new Error(`The path ${path} was registered, and is not served.`);
        // Bytes, since to text Fastify adds a charset that simplejwt does not name.
        return reply.code(answer.status).headers(answer.headers).send(Buffer.from(answer.body));
      });
    }
  };
}
