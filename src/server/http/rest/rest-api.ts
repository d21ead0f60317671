import { execute, type ExecutionResult, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import { headerOf } from '../../../contracts/request-text.ts';
import { challengeOf } from '../../../graphql/challenge.ts';
import type { AuthContext, ContextInput } from '../../../graphql/context.ts';
import { localized } from '../../../graphql/languages/localized.ts';
import { ADDRESSES, type Address } from './addresses.ts';
import { formIn, PARSES, valuesOf } from './form.ts';
import { Refusal, refusal, refusalOf } from './refusal.ts';

/** A request to one of the old addresses. */
export interface RestRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** The path as the client wrote it, where that is another: a slash at the end counts in a DPoP proof. */
  readonly target?: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Of the client, proxies taken into account. */
  readonly ip: string | undefined;
  readonly body: Uint8Array;
}

/** What it is answered. */
export interface RestAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string;
}

type SetHeader = (name: string, value: string | readonly string[]) => void;

/** What the addresses need. */
export interface RestParts {
  /** The base address, `/api/token/` for instance. */
  readonly path: string;
  readonly schema: GraphQLSchema;
  readonly context: (input: ContextInput) => Promise<AuthContext>;
  /** What `WWW-Authenticate` says. */
  readonly challenge: string;
  readonly formatError: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;
  /** Is told of each request to an address, by the address's name. */
  readonly asked?: (address: string, userAgent: string | undefined) => void;
}

/**
 * simplejwt's REST addresses. Each one runs an operation of the schema, so that what stands behind the GraphQL API stands
 * behind them too: throttles, metrics, events. They neither read nor set the refresh cookie: their clients keep both tokens.
 */
export class RestApi {
  readonly #parts: RestParts;
  readonly #addresses: ReadonlyMap<string, Address>;

  constructor(parts: RestParts) {
    this.#parts = parts;
    const base = new URL(parts.path.endsWith('/') ? parts.path : `${parts.path}/`, 'http://localhost');
    this.#addresses = new Map(
      [...ADDRESSES].map(([relative, address]) => [withoutSlash(new URL(relative || '.', base).pathname), address]),
    );
  }

  /** The paths that are served, each with or without a slash at the end. */
  get paths(): readonly string[] {
    return [...this.#addresses.keys()];
  }

  /** Answers a request; null if its path is none of these. */
  async answer(request: RestRequest): Promise<RestAnswer | null> {
    const address = this.#addresses.get(withoutSlash(request.path));
    if (address === undefined) return null;
    this.#parts.asked?.(address.name, headerOf(request.headers, 'user-agent'));
    const allow = address.method === 'GET' ? 'GET, HEAD, OPTIONS' : 'POST, OPTIONS';
    // RFC 6749 5.1: a response that may hold a token must not be cached.
    const headers: Record<string, string> = { 'content-type': 'application/json', 'cache-control': 'no-store', allow };
    try {
      const body = JSON.stringify(await this.#run(address, request, (name, value) => (headers[name] = String(value))));
      return { status: 200, headers, body };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const words = await inLanguage(error.body, headerOf(request.headers, 'accept-language'));
      return { status: error.status, headers: { ...headers, ...error.headers }, body: JSON.stringify(words) };
    }
  }

  async #run(address: Address, request: RestRequest, setHeader: SetHeader): Promise<object> {
    const { method, path, target = path, headers, ip, body } = request;
    if (!acceptsJson(headerOf(headers, 'accept'))) throw refusal(406, 'Could not satisfy the request Accept header.');
    if (method === 'OPTIONS') return { name: address.name, renders: ['application/json'], parses: PARSES };
    const isAllowed = address.method === (method === 'HEAD' ? 'GET' : method);
    // As there, a guarded address asks who calls before it looks at the method.
    if (!isAllowed && address.method === 'POST') throw refusal(405, `Method "${method}" not allowed.`);
    const form = address.method === 'GET' ? {} : formIn(headerOf(headers, 'content-type'), body);
    const variableValues = valuesOf(address.fields, form);
    const { schema, context, formatError, challenge } = this.#parts;
    const req = { headers: withoutOrigin(headers), ip, method, url: target };
    const contextValue = await context({ req, res: { getHeader: () => undefined, setHeader } });
    const { data, errors }: ExecutionResult = await execute({
      schema,
      document: address.document,
      variableValues,
      contextValue,
    });
    const [error] = errors ?? [];
    if (error) {
      const due = challengeOf(errors, challenge) ?? challenge;
      throw refusalOf(formatError(error.toJSON(), error), due, address.blacklistedIsInput === true);
    }
    if (!isAllowed) throw refusal(405, `Method "${method}" not allowed.`);
    return address.answer(data?.['result'] as never);
  }
}

/** The messages in a body, in the language that the client prefers. Codes are no messages, and stay. */
async function inLanguage(body: unknown, preferred: string | undefined): Promise<unknown> {
  if (typeof body === 'string') return localized(body, preferred);
  if (Array.isArray(body)) return Promise.all(body.map((part) => inLanguage(part, preferred)));
  const parts = Object.entries(body as object).map(
    async ([name, part]) => [name, await inLanguage(part, preferred)] as const,
  );
  return Object.fromEntries(await Promise.all(parts));
}

const withoutSlash = (path: string): string => path.replace(/\/$/, '');

/** Whether an `Accept` header lets JSON pass. */
function acceptsJson(accept = '*/*'): boolean {
  const ranges = accept.split(',').map((range) => range.split(';')[0]?.trim().toLowerCase());
  return ranges.some((range) => range === '*/*' || range === 'application/*' || range === 'application/json');
}

/** Without `Origin` a request has no refresh cookie. */
function withoutOrigin(headers: RestRequest['headers']): RestRequest['headers'] {
  const { origin: _origin, ...rest } = headers;
  return rest;
}
