import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { preParsingHookHandler } from 'fastify';
import type { AuthContext, ContextInput, IncomingRequest } from '../../graphql/context.ts';
import {
  answerTypeOf,
  bodyOf,
  hasPlainHeaders,
  isPlainOperation,
  type PlainOperation,
  type PlainRoad,
} from '../operations/plain-road.ts';

/** What answers plain requests. */
export interface PlainRequestParts {
  readonly plain: Pick<PlainRoad, 'run'>;
  readonly context: (input: ContextInput) => Promise<AuthContext>;
  /** The header by which proxies name a client: a request with it is Fastify's, unless `askedBy` reads it. */
  readonly addressHeader: string;
  /** Who makes a request. Default: who is at the other end of its connection. */
  readonly askedBy?: ((request: IncomingMessage) => IncomingRequest) | undefined;
  /** Of a body, in bytes. */
  readonly bodyLimit: number;
}

/** What was read of a request that Fastify is to answer after all, and what went wrong if anything did. */
interface Read {
  readonly chunks: readonly Buffer[];
  readonly error?: unknown;
}

/**
 * Answers plain operations before Fastify sees the request: its routing, hooks, logger and parsers would only find out that there is
 * nothing for them to do. Whatever turns out to be less plain is handed over with what was read, so Fastify alone says what is
 * wrong with a request, and `test/server/operations/plain-road.test.ts` compares the two.
 */
export class PlainRequests {
  readonly #parts: PlainRequestParts;
  readonly #handedOver = new WeakMap<IncomingMessage, Read>();

  constructor(parts: PlainRequestParts) {
    this.#parts = parts;
  }

  /** Takes its place before what answers a server's requests now. */
  standBefore(server: Server): void {
    const [next] = server.listeners('request') as ((request: IncomingMessage, response: ServerResponse) => void)[];
    if (next === undefined) throw new Error('a server without a listener for requests');
    const handOver = (request: IncomingMessage, response: ServerResponse, read: Read) => {
      this.#handedOver.set(request, read);
      next(request, response);
    };
    server.removeListener('request', next).on('request', (request, response) => {
      if (!this.#mayTake(request)) {
        next(request, response);
        return;
      }
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const operation = operationIn(chunks);
        if (operation === null) handOver(request, response, { chunks });
        else
          this.#answer(request, response, operation).catch((error) => handOver(request, response, { chunks, error }));
      });
    });
  }

  /** Gives Fastify the body of a request that was read. */
  readonly body: preParsingHookHandler = (request, _reply, payload, done) => {
    const read = this.#handedOver.get(request.raw);
    done(null, read === undefined ? payload : Readable.from(read.chunks));
  };

  /** @throws what the answer to this request failed with */
  expectNoFailure(request: IncomingMessage): void {
    const error = this.#handedOver.get(request)?.error;
    if (error !== undefined) throw error;
  }

  #mayTake({ method, url, headers }: IncomingMessage): boolean {
    const { addressHeader, askedBy, bodyLimit } = this.#parts;
    if (method !== 'POST' || url !== '/graphql' || !hasPlainHeaders(headers)) return false;
    if (askedBy === undefined && headers[addressHeader] !== undefined) return false;
    return Number(headers['content-length']) <= bodyLimit; // not where there is none
  }

  async #answer(request: IncomingMessage, response: ServerResponse, operation: PlainOperation): Promise<void> {
    const { plain, context, askedBy } = this.#parts;
    const req = askedBy === undefined ? request : askedBy(request);
    const given = await plain.run(operation, await context({ req, res: response }));
    const body = bodyOf(given);
    for (const [name, value] of given.headers) response.setHeader(name, value);
    response.writeHead(given.status, {
      'cache-control': 'no-store', // RFC 6749 5.1: a response that may hold a token must not be cached
      'content-type': answerTypeOf(request),
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  }
}

/** The operation in a body; null where there is none, or Fastify's parser might refuse what it finds: names that reach into prototypes. */
function operationIn(chunks: readonly Buffer[]): PlainOperation | null {
  const [first, ...more] = chunks;
  if (first === undefined) return null;
  const text = (more.length === 0 ? first : Buffer.concat(chunks)).toString('utf8');
  if (text.includes('__proto__') || text.includes('constructor') || text.includes(String.raw`\u`)) return null;
  try {
    const parsed: unknown = JSON.parse(text);
    return isPlainOperation(parsed) ? parsed : null;
  } catch {
    return null;
  }
}
