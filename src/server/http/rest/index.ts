/**
 * simplejwt's REST addresses in a server of your own, for applications that were written for simplejwt:
 * `graphql-simplejwt/rest`.
 */
import type { FastifyPluginAsync } from 'fastify';
import type { Auth } from '../../../graphql/auth.ts';
import { adminResolvers, resolversFor, schemaOf } from '../../../graphql/schema.ts';
import { createRestPlugin } from './plugin.ts';
import { RestApi } from './rest-api.ts';

/** Where the addresses are. */
export interface RestOptions {
  /** The base address. `hello` is beside it: `/api/hello/`. */
  readonly path: string;
}

/** simplejwt's addresses: use one of the two. */
export interface Rest {
  /** For Fastify. */
  readonly plugin: FastifyPluginAsync;
  /**
   * For all that speaks `Request` and `Response`. Another path is answered with 404.
   *
   * @param ip the client's address, proxies taken into account; without it, attempts are counted as of one address
   */
  readonly fetch: (request: Request, ip?: string) => Promise<Response>;
}

/** In bytes: the longest token, with room around it. */
const MAX_BODY_BYTES = 16_384;

/**
 * Makes simplejwt's addresses for a token system.
 *
 * @example
 * ```ts
 * const rest = createRest(auth, { path: '/api/token/' });
 * await app.register(rest.plugin);
 * ```
 */
export function createRest(auth: Pick<Auth, 'context' | 'formatError' | 'challenge'>, { path }: RestOptions): Rest {
  const { context, formatError, challenge } = auth;
  const schema = schemaOf([...resolversFor({ registration: false }), ...adminResolvers]);
  const api = new RestApi({ path, context, formatError, challenge, schema });
  return {
    plugin: createRestPlugin(api, { bodyLimit: MAX_BODY_BYTES }),
    fetch: async (request, ip) => {
      const body = new Uint8Array(await request.arrayBuffer());
      if (body.length > MAX_BODY_BYTES) return Response.json({ detail: 'Request body is too large' }, { status: 413 });
      const { pathname } = new URL(request.url);
      const headers = Object.fromEntries(request.headers);
      const answer = await api.answer({ method: request.method, path: pathname, headers, ip, body });
      if (answer === null) return Response.json({ detail: 'Not found.' }, { status: 404 });
      const isHead = request.method === 'HEAD';
      return new Response(isHead ? null : answer.body, { status: answer.status, headers: answer.headers });
    },
  };
}
