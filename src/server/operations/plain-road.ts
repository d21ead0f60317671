import type { ApolloServer, ApolloServerPlugin } from '@apollo/server';
import {
  execute,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { challengeOf } from '../../graphql/challenge.ts';
import type { AuthContext } from '../../graphql/context.ts';
import { CHALLENGE_HEADER } from './challenge.ts';

/**
 * The plain road: how nearly all operations are answered, past Apollo Server's HTTP side, which spends half of a short
 * request on reading headers it has seen before. It skips, with the same answer in the end:
 * - negotiation: what common clients accept is in a table, beside what Apollo Server answers each of them with;
 * - protection against CSRF: the content type is JSON alone, which keeps a request from being a simple one of CORS;
 * - parsing and validation: whether a document may run depends on its text alone, so a text that Apollo Server has let
 *   pass is not asked about again;
 * - plugins: those of ours that see a successful operation are called here (the challenge), the others see refusals.
 * All else takes Apollo Server's own road: GET, batches, forms, `extensions`, a text that is new or was refused, and
 * variables or a name that do not fit. test/server/operations/plain-road.test.ts compares both roads, answer for answer.
 */
export class PlainRoad {
  readonly #parts: PlainRoadParts;
  readonly #documents = new LRUCache<string, DocumentNode>({ max: MAX_DOCUMENTS });

  constructor(parts: PlainRoadParts) {
    this.#parts = parts;
  }

  /** Keeps the documents that Apollo Server lets pass. */
  documentKeeper(): ApolloServerPlugin<AuthContext> {
    return {
      requestDidStart: async () => ({
        didResolveOperation: async ({ source, document }) => {
          if (source.length <= MAX_TEXT_LENGTH) this.#documents.set(source, document);
        },
      }),
    };
  }

  /** @throws what Apollo Server's plugins throw */
  async run(operation: PlainOperation, contextValue: AuthContext): Promise<Answer> {
    const { query, variables: variableValues, operationName } = operation;
    const document = this.#documents.get(query);
    if (document !== undefined) {
      const { schema } = this.#parts;
      const result = await execute({ schema, document, variableValues, operationName, contextValue });
      // Without data nothing was run, since variables or name do not fit the document: Apollo Server says so its own way.
      if (result.data !== undefined) return this.#answer(result);
    }
    return this.#askApollo(operation, contextValue);
  }

  async #askApollo({ query, variables, operationName }: PlainOperation, contextValue: AuthContext): Promise<Answer> {
    const operation = { query, ...(variables && { variables }), ...(operationName != null && { operationName }) };
    const { http, body } = await this.#parts.apollo().executeOperation(operation, { contextValue });
    // An answer in parts needs directives that the schema does not have.
    const result = body.kind === 'single' ? body.singleResult : body.initialResult;
    return { status: http.status ?? 200, headers: http.headers, result };
  }

  #answer({ errors, data }: ExecutionResult): Answer {
    if (errors === undefined) return { status: 200, headers: [], result: { data } };
    const challenge = challengeOf(errors, this.#parts.challenge);
    return {
      status: 200,
      headers: challenge === null ? [] : [[CHALLENGE_HEADER, challenge]],
      result: { errors: errors.map((error) => this.#format(error)), data },
    };
  }

  #format(error: GraphQLError): GraphQLFormattedError {
    const code = error.extensions['code'] ?? 'INTERNAL_SERVER_ERROR';
    return this.#parts.formatError({ ...error.toJSON(), extensions: { ...error.extensions, code } }, error);
  }
}

/** What the plain road needs. */
export interface PlainRoadParts {
  readonly schema: GraphQLSchema;
  /** What a challenge says by default. */
  readonly challenge: string;
  readonly formatError: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;
  /** Who knows all that is not plain; started before it is asked. */
  readonly apollo: () => ApolloServer<AuthContext>;
}

/** What a client asks for, as nearly all of them send it. */
export interface PlainOperation {
  readonly query: string;
  readonly variables?: Record<string, unknown> | null;
  readonly operationName?: string | null;
}

/** What it is answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Iterable<readonly [name: string, value: string]>;
  readonly result: {
    readonly errors?: readonly GraphQLFormattedError[] | undefined;
    readonly data?: unknown;
    readonly extensions?: unknown;
  };
}

/** As much of a request as is looked at. */
export interface PlainRequest<Body = unknown> {
  readonly method: string;
  readonly headers: Readonly<Partial<Record<'host' | 'accept' | 'content-type', string | undefined>>>;
  readonly body: Body;
}

const MAX_DOCUMENTS = 500;
/** In characters. What a client sends over and over again is shorter. */
const MAX_TEXT_LENGTH = 4000;

const JSON_TYPE = 'application/json; charset=utf-8';
const RESPONSE_TYPE = 'application/graphql-response+json; charset=utf-8';
/** Content types of plain requests: JSON in UTF-8, as common clients spell it. */
export const PLAIN_TYPES: ReadonlySet<string | undefined> = new Set([
  'application/json',
  'application/json; charset=utf-8',
]);
const ANSWER_TYPES: ReadonlyMap<string | undefined, string> = new Map([
  [undefined, JSON_TYPE],
  ['*/*', JSON_TYPE],
  ['application/json', JSON_TYPE],
  ['application/graphql-response+json', RESPONSE_TYPE],
  // Apollo Client 4, and GraphiQL
  ['application/graphql-response+json,application/json;q=0.9', RESPONSE_TYPE],
  ['application/graphql-response+json, application/json;q=0.9', RESPONSE_TYPE],
  // urql 6
  [
    'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed',
    RESPONSE_TYPE,
  ],
]);

/** A Host that is odd is left to the integration, which refuses one that is none. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?$/i;

/** Whether a request may take the plain road: a POST of one operation in JSON, from a client whose `Accept` is known. */
export function isPlain<Request extends PlainRequest>(
  request: Request,
): request is Request & PlainRequest<PlainOperation> {
  const { method, headers, body } = request;
  return method === 'POST' && hasPlainHeaders(headers) && isPlainOperation(body);
}

/** As much of the question as can be told before there is a body. */
export const hasPlainHeaders = (headers: PlainRequest['headers']): boolean =>
  HOST.test(headers.host ?? '') && PLAIN_TYPES.has(headers['content-type']) && ANSWER_TYPES.has(headers.accept);

export function isPlainOperation(body: unknown): body is PlainOperation {
  if (!isRecord(body)) return false;
  const { query, variables, operationName, extensions } = body;
  return (
    typeof query === 'string' &&
    (variables == null || isRecord(variables)) &&
    (operationName == null || typeof operationName === 'string') &&
    extensions == null
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The content type of an answer to a plain request. */
export const answerTypeOf = ({ headers }: Pick<PlainRequest, 'headers'>): string =>
  ANSWER_TYPES.get(headers.accept) ?? JSON_TYPE;

/** The body of an answer: errors first, as people look for them first. */
export function bodyOf({ result: { errors, data, extensions } }: Answer): string {
  return `${JSON.stringify({ errors, data, extensions })}\n`;
}
