import type { ErrorAction, ErrorReason } from '../contracts/errors.ts';
import { TokenBlacklistDocument, TokenObtainPairDocument, TokenRefreshDocument } from './generated/operations.ts';

const TIMEOUT_MS = 10_000;

/** What a `TokenRequestError` says where no answer came. */
export const UNREACHABLE = 'The server cannot be reached. Try again when you are online.';

/** Replaces `Internal server error`, which does not say what to do. */
const FAILED = 'The server failed, and its log says why. Try again in a moment.';

/**
 * What came of a request for tokens that brought none:
 * - `refused`: the server said no to these credentials or this token, and will again;
 * - `unavailable`: no answer, one that says to wait, or one that is not the server's (a hotel's sign-in page). It tells
 *   nothing about the tokens;
 * - `failed`: the server does not understand the request: another server, another version, a page it does not know.
 */
export type TokenRequestOutcome = 'refused' | 'unavailable' | 'failed';

/** A request for tokens brought none. `message` is the server's, or says that it did not answer. */
export class TokenRequestError extends Error {
  override name = 'TokenRequestError';
  constructor(
    message: string,
    readonly outcome: TokenRequestOutcome,
    /** The server's `extensions.reason`; null where it gave none. */
    readonly reason: ErrorReason | null = null,
    /** Seconds after which trying again makes sense, where the server says so. */
    readonly retryAfter: number | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The tokens of an answer. `refresh` is null where a cookie holds it, or where refresh tokens are not rotated. */
export interface AnsweredTokens {
  readonly access: string;
  readonly refresh: string | null;
}

/** simplejwt's operations, as far as a client needs them. */
export interface TokenApi {
  /** @throws TokenRequestError */
  obtain(username: string, password: string): Promise<AnsweredTokens>;
  /** @throws TokenRequestError; `unavailable` also where the signal ends it */
  refresh(refresh: string | null, signal: AbortSignal): Promise<AnsweredTokens>;
  /** @throws TokenRequestError */
  blacklist(refresh: string | null): Promise<void>;
}

/** How to reach the server. */
export interface TokenApiOptions {
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly credentials: RequestCredentials;
  /** What is sent beside the content type. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** An operation with the types of its variables and of what it answers. */
export interface TypedOperation<Data, Variables> {
  readonly __apiType?: (variables: Variables) => Data;
  toString(): string;
}

/** The operations over HTTP, with nothing but `fetch`. */
export function createTokenApi(options: TokenApiOptions): TokenApi {
  return {
    obtain: async (username, password) =>
      (await send(options, TokenObtainPairDocument, { username, password })).tokenObtainPair,
    refresh: async (refresh, signal) => (await send(options, TokenRefreshDocument, { refresh }, signal)).tokenRefresh,
    blacklist: async (refresh) => {
      await send(options, TokenBlacklistDocument, { refresh });
    },
  };
}

/**
 * Sends one operation.
 *
 * @throws TokenRequestError; `unavailable` also where the signal ends it
 */
export async function send<Data, Variables>(
  options: TokenApiOptions,
  document: TypedOperation<Data, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Data> {
  const { data, errors } = await post(options, JSON.stringify({ query: document.toString(), variables }), signal);
  const [error] = errors ?? [];
  if (error !== undefined) throw refusalOf(error);
  return data as Data;
}

interface GraphQLAnswer {
  readonly data?: unknown;
  readonly errors?: readonly AnsweredError[];
}

interface AnsweredError {
  readonly message: string;
  readonly extensions?: {
    readonly code?: string;
    readonly action?: ErrorAction;
    readonly reason?: ErrorReason;
    readonly retryAfter?: number;
  };
}

async function post(
  { url, fetch, credentials, headers: added }: TokenApiOptions,
  body: string,
  signal?: AbortSignal,
): Promise<GraphQLAnswer> {
  const abort = new AbortController();
  const giveUp = () => abort.abort();
  const timer = setTimeout(giveUp, TIMEOUT_MS);
  signal?.addEventListener('abort', giveUp);
  try {
    const headers = { 'content-type': 'application/json', accept: 'application/json', ...added };
    const response = await fetch(url, { method: 'POST', headers, body, credentials, signal: abort.signal }).catch(
      unavailable(UNREACHABLE),
    );
    const notGraphQL = unavailable(notGraphQLAt(url, response.status));
    const answer: unknown = await response.json().catch(notGraphQL);
    return isAnswer(answer) ? answer : notGraphQL();
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
  }
}

/** A proxy, or a network that wants its own sign-in first. */
const notGraphQLAt = (url: string, status: number): string =>
  `Something else answered in the server's place: expected GraphQL from ${url}, got HTTP ${status}. Try again in a moment.`;

const unavailable =
  (message: string) =>
  (cause?: unknown): never => {
    throw new TokenRequestError(message, 'unavailable', null, null, { cause });
  };

function isAnswer(value: unknown): value is GraphQLAnswer {
  return typeof value === 'object' && value !== null && ('data' in value || 'errors' in value);
}

const WAITING = new Set(['SERVICE_UNAVAILABLE', 'TOO_MANY_REQUESTS', 'INTERNAL_SERVER_ERROR']);

function refusalOf({ message, extensions }: AnsweredError): TokenRequestError {
  const { code = '', action, reason = null, retryAfter = null } = extensions ?? {};
  const words = code === 'INTERNAL_SERVER_ERROR' ? FAILED : message;
  const outcome = action === 'WAIT' ? 'unavailable' : outcomeOf(code);
  return new TokenRequestError(words, outcome, reason, retryAfter);
}

function outcomeOf(code: string): TokenRequestOutcome {
  if (code === 'UNAUTHENTICATED') return 'refused';
  return WAITING.has(code) ? 'unavailable' : 'failed';
}
