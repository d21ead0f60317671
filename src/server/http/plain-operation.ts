import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Answer, Operation } from '../../graphql/operation.ts';

const JSON_TYPE = 'application/json; charset=utf-8';
const RESPONSE_TYPE = 'application/graphql-response+json; charset=utf-8';
const CONTENT_TYPES: ReadonlySet<string | undefined> = new Set(['application/json', 'application/json; charset=utf-8']);
/** What common clients accept, and what Apollo Server answers each of them with. */
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

/**
 * Whether a request needs nothing of Apollo Server's HTTP side, which spends half of a short request on reading headers it
 * has seen before: a POST of a single operation in JSON, from a client that accepts what it would be answered anyway. The
 * content type keeps it from being a simple request of CORS, as Apollo's protection against CSRF demands.
 */
export function isPlain(request: FastifyRequest): request is FastifyRequest<{ Body: Operation }> {
  const { method, headers, body } = request;
  return (
    method === 'POST' &&
    HOST.test(headers.host ?? '') &&
    CONTENT_TYPES.has(headers['content-type']) &&
    ANSWER_TYPES.has(headers.accept) &&
    isPlainOperation(body)
  );
}

function isPlainOperation(body: unknown): body is Operation {
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

/** Sends what a plain operation is answered, as Apollo Server's HTTP side would. */
export function sendAnswer(request: FastifyRequest, reply: FastifyReply, answer: Answer): string {
  for (const [name, value] of answer.headers) void reply.header(name, value);
  void reply.code(answer.status).header('content-type', ANSWER_TYPES.get(request.headers.accept));
  // Errors first, as people look for them first.
  const { errors, data, extensions } = answer.result;
  return `${JSON.stringify({ errors, data, extensions })}\n`;
}
