import type { ErrorReason } from '../contracts/errors.ts';
import { within } from './awaitable.ts';
import { TokenBlacklistDocument, TokenObtainPairDocument, TokenRefreshDocument } from './generated/operations.ts';
import { isText, textOrNull } from './is-text.ts';

const TIMEOUT_MS = 10_000;

/** What a `TokenRequestError` says where no answer came. */
const UNREACHABLE = 'The server cannot be reached. Try again when online.';

const BROKEN = 'INTERNAL_SERVER_ERROR';

/** Replaces `Internal server error`, which does not say what to do. */
const FAILED = 'The server failed. Its log says why. Try again in a moment.';

/**
 * What came of a request for tokens that brought none:
 * - `refused`: the server said no to these credentials or this token, and will again; or somebody else has signed in;
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
    /** With the reason `second_factor_required`: what the code is sent with, by `signInWithCode`. */
    readonly challenge: string | null = null,
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
  /**
   * What should be tokens, if it is: what has the form of an answer may have none in it.
   *
   * @throws TokenRequestError
   */
  checked(pair: unknown): AnsweredTokens;
  /** @throws TokenRequestError */
  obtain(username: string, password: string): Promise<AnsweredTokens>;
  /** @throws TokenRequestError; `unavailable` also where the signal ends it */
  refresh(refresh: string | null, signal: AbortSignal): Promise<AnsweredTokens>;
  /** @throws TokenRequestError */
  blacklist(refresh: string | null): Promise<unknown>;
}

/** How to reach the server. */
export interface TokenApiOptions {
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly credentials: 'include' | 'omit' | 'same-origin';
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
  const checked = (pair: unknown): AnsweredTokens => {
    const { access, refresh = null } = Object(pair) as Partial<AnsweredTokens>;
    if (isText(access) && isText(refresh ?? '')) return { access, refresh };
    throw notGraphQL(options.url, 'no tokens');
  };
  return {
    checked,
    obtain: async (username, password) =>
      checked((await send(options, TokenObtainPairDocument, { username, password })).tokenObtainPair),
    refresh: async (refresh, signal) =>
      checked((await send(options, TokenRefreshDocument, { refresh }, signal)).tokenRefresh),
    blacklist: (refresh) => send(options, TokenBlacklistDocument, { refresh }),
  };
}

/**
 * Sends one operation. A `fetch` of one's own may ignore the signal, or wait for the tokens that it is to bring: it is not
 * waited for.
 *
 * @throws TokenRequestError; `unavailable` also where the signal ends it
 */
export async function send<Data, Variables>(
  { url, fetch, credentials, headers: added }: TokenApiOptions,
  document: TypedOperation<Data, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Data> {
  const abort = new AbortController();
  const noAnswer = (cause?: unknown) => new TokenRequestError(UNREACHABLE, 'unavailable', null, null, null, { cause });
  const ask = async () => {
    if (signal?.aborted) throw noAnswer();
    const json = 'application/json';
    const headers = { 'content-type': json, accept: json, ...added };
    const body = JSON.stringify({ query: document.toString(), variables });
    const response = await fetch(url, { method: 'POST', headers, body, credentials, signal: abort.signal });
    const answer: unknown = await response.json().catch(() => {});
    const { data, errors } = Object(answer) as GraphQLAnswer;
    const [error = null] = [errors].flat() as readonly unknown[];
    if (error === null && isObject(data)) return data as Data;
    throw isObject(error) ? refusalOf(error) : notGraphQL(url, `HTTP ${response.status}`);
  };
  try {
    return await within(TIMEOUT_MS, ask(), noAnswer, signal);
  } catch (error) {
    throw error instanceof TokenRequestError ? error : noAnswer(error);
  } finally {
    abort.abort();
  }
}

interface GraphQLAnswer {
  readonly data?: unknown;
  readonly errors?: unknown;
}

/** What is in it is not checked yet. */
interface AnsweredError {
  readonly message?: unknown;
  readonly extensions?: {
    readonly code?: unknown;
    readonly action?: unknown;
    readonly reason?: unknown;
    readonly retryAfter?: unknown;
    readonly challenge?: unknown;
  };
}

const isObject = (value: unknown): value is object => value === Object(value);

/** A proxy, or a network that wants its own sign-in first. */
export const notGraphQL = (url: string, got: string): TokenRequestError =>
  new TokenRequestError(`Expected GraphQL from ${url}, got ${got}. Try again in a moment.`, 'unavailable');

function refusalOf({ message, extensions }: AnsweredError): TokenRequestError {
  const { code, action, reason, retryAfter, challenge } = extensions ?? {};
  const words = code === BROKEN || !isText(message) ? FAILED : message;
  const seconds = typeof retryAfter === 'number' && retryAfter >= 0 ? retryAfter : null;
  return new TokenRequestError(
    words,
    outcomeOf(code, action, reason),
    textOrNull(reason) as ErrorReason | null,
    seconds,
    textOrNull(challenge),
  );
}

/**
 * `WAIT` signs nobody out: the server is busy, or a clock is behind and a token not valid yet. Nor does a proof (RFC 9449) that says
 * too little, as long as it is of the key of the session.
 */
function outcomeOf(code: unknown, action: unknown, reason: unknown): TokenRequestOutcome {
  if (action === 'WAIT' || code === BROKEN) return 'unavailable';
  return code === 'UNAUTHENTICATED' && (action ?? !/dpop/.test(reason as string)) ? 'refused' : 'failed';
}
