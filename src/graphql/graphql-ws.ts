import {
  specifiedRules,
  validate,
  type ExecutionResult,
  type FormattedExecutionResult,
  type GraphQLError,
  type GraphQLFormattedError,
  type ValidationRule,
} from 'graphql';
import { authErrorIn } from '../contracts/errors.ts';
import { headerOf, type RequestHeaders } from '../contracts/request-text.ts';
import type { Settings } from '../contracts/settings/settings-table.ts';
import type { AuthContext, ContextInput, IncomingRequest } from './context.ts';

/** A connection, as `graphql-ws` hands it to its hooks: of `ws`, `@fastify/websocket` and whatever has the same `extra`. */
export interface SocketContext {
  readonly connectionParams?: Readonly<Record<string, unknown>> | undefined;
  readonly extra: unknown;
}

/** What the hooks need to know of your server. */
export interface SocketOptions {
  /** The client's address, where it is not that of the connection: behind a proxy that you trust. */
  readonly addressOf?: (context: SocketContext) => string | null | undefined;
}

/** A result, whether or not what is missing may be undefined. */
type Executed = { readonly [Name in keyof ExecutionResult]?: ExecutionResult[Name] | undefined };

/** Options of `useServer`. */
export interface SocketHooks {
  /** Refuses a token that is not good, and closes the socket when its token, session or account ends, or its key is retired. */
  readonly onConnect: (context: SocketContext) => Promise<boolean>;
  readonly onClose: (context: SocketContext) => void;
  readonly context: (context: SocketContext) => Promise<AuthContext>;
  /** Asks of a document what `auth.validationRules` ask, too. */
  readonly validate: typeof validate;
  /** Shows the errors of a result as `auth.formatError` does. */
  readonly onNext: (
    context: SocketContext,
    id: string,
    payload: unknown,
    args: unknown,
    result: Executed,
  ) => FormattedExecutionResult | undefined;
  /** The same for errors of what was not executed. */
  readonly onError: (
    context: SocketContext,
    id: string,
    payload: unknown,
    errors: readonly GraphQLError[],
  ) => readonly GraphQLFormattedError[];
}

/** What the hooks are made of. */
export interface SocketParts {
  readonly context: (input: ContextInput) => Promise<AuthContext>;
  readonly settings: Pick<Settings, 'authHeaderName'>;
  readonly validationRules: readonly ValidationRule[];
  readonly formatError: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;
  readonly report: (error: unknown) => void;
}

/** How a socket is closed; the reason is `extensions.reason` of an error. */
export interface Closing {
  readonly code: number;
  readonly reason: string;
}

/** Not one of IANA's: what `graphql-ws` closes with, so that its client connects again with another token. */
const FORBIDDEN = 4403;
/** RFC 6455 7.4.1 and IANA: 1011 is an error of the server, 1013 asks to try again later. */
const INTERNAL_ERROR = 1011;
const TRY_AGAIN_LATER = 1013;

/** How a socket is closed for an error. What a client must not know is `internal_error`. */
export function closingFor(error: unknown): Closing {
  const refusal = authErrorIn(error);
  if (refusal === null) return { code: INTERNAL_ERROR, reason: 'internal_error' };
  return { code: refusal.action === 'WAIT' ? TRY_AGAIN_LATER : FORBIDDEN, reason: refusal.reason };
}

/** What `graphql-ws` has beside the connection. */
interface Extra {
  readonly socket: { close(code: number, reason: string): void };
  readonly request?: IncomingRequest;
}

function extraOf({ extra }: SocketContext): Extra {
  const { socket } = Object(extra) as Partial<Extra>;
  if (typeof socket?.close === 'function') return extra as Extra;
  throw new TypeError('auth.graphqlWs: got no extra.socket, expected `useServer` of graphql-ws for ws or its like.');
}

const KEPT = ['user-agent', 'accept-language', 'origin', 'host'] as const;

/** The headers of the request that opened a socket, as far as they say something of its operations. */
export const keptHeaders = (headers: RequestHeaders): Readonly<Record<string, string>> =>
  Object.fromEntries(
    KEPT.flatMap((name) => {
      const value = headerOf(headers, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );

/** The payload of `connection_init` has the headers of all operations; the request that opened the socket has the rest. */
export function requestOf({ connectionParams = {}, extra }: SocketContext, ip?: string | null): ContextInput {
  const { request } = Object(extra) as Partial<Extra>;
  const headers = { ...(request && keptHeaders(request.headers)), ...connectionParams };
  const { socket, url, originalUrl } = request ?? {};
  const req = { headers, method: 'GET', url, originalUrl, ip: request?.ip, ...(socket && { socket }) };
  return { req, ip, connection: connectionParams };
}

/** Makes the hooks by which a socket lives as long as who opened it is signed in. */
export function createSocketHooks(
  { context, settings, validationRules, formatError, report }: SocketParts,
  { addressOf }: SocketOptions = {},
): SocketHooks {
  const headerName = settings.authHeaderName.toLowerCase();
  const shown = (errors: readonly GraphQLError[]) => errors.map((error) => formatError(error.toJSON(), error));
  const closers = new WeakMap<SocketContext, () => void>();
  const contextOf = (of: SocketContext) => context(requestOf(of, addressOf?.(of)));
  return {
    context: contextOf,
    onConnect: async (of) => {
      const { socket } = extraOf(of);
      let isClosed = false;
      closers.set(of, () => (isClosed = true));
      // Without a token anybody may ask for what is open.
      if (headerOf(of.connectionParams ?? {}, headerName) === undefined) return true;
      const close = (error: unknown) => {
        const { code, reason } = closingFor(error);
        if (code === INTERNAL_ERROR) report(error);
        socket.close(code, reason);
      };
      try {
        const { auth } = await contextOf(of);
        const watch = await auth.watch(close);
        closers.set(of, () => watch.close());
        if (isClosed) watch.close();
        return true;
      } catch (error) {
        close(error);
        return false;
      }
    },
    onClose: (of) => closers.get(of)?.(),
    validate: (schema, document, rules = specifiedRules, ...rest) =>
      validate(schema, document, [...rules, ...validationRules], ...rest),
    onNext: (_of, _id, _payload, _args, { data = null, errors, extensions }) =>
      errors === undefined ? undefined : { data, errors: shown(errors), ...(extensions && { extensions }) },
    onError: (_of, _id, _payload, errors) => shown(errors),
  };
}
