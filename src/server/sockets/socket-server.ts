import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import { handleProtocols, makeServer, type Context, type Server, type ServerOptions } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import type { SystemEvent } from '../../contracts/events.ts';
import type { ServerSettings } from '../../contracts/settings/settings-table.ts';
import type { AuthContext, ContextInput } from '../../graphql/context.ts';
import { closingFor, keptHeaders, requestOf } from '../../graphql/graphql-ws.ts';
import { SocketDocuments } from './documents.ts';

/** Of one user, in this process. Each tab has one. */
const MAX_OF_USER = 50;
/** On one socket. */
const MAX_SUBSCRIPTIONS = 20;
/** Shorter than the patience of proxies, which is a minute with most. */
const PING_MS = 25_000;
/** RFC 6455 7.4.1 and IANA: the server restarts, an error of the server, try again later. */
const CLOSING = {
  restart: [1012, 'service_restart'],
  failed: [1011, 'internal_error'],
  late: [1013, 'throttled'],
} as const;

/** What carries subscriptions. */
export interface SocketServerParts {
  readonly settings: ServerSettings;
  readonly schema: GraphQLSchema;
  readonly introspection: boolean;
  readonly context: (input: ContextInput) => Promise<AuthContext>;
  readonly formatError: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;
  readonly report: (error: unknown) => void;
  readonly tell: (event: SystemEvent) => void;
}

/** Who opened a socket: all that is kept of the request. */
interface Extra {
  readonly socket: WebSocket;
  readonly request: { readonly headers: Readonly<Record<string, string>>; readonly url: string; readonly ip: string };
  /** Ends the watch, once there is one. */
  release: () => void;
}

type SocketContext = Context<Record<string, unknown>, Extra>;

/** Subscriptions over WebSockets, by the protocol `graphql-transport-ws`. A socket lives as long as who opened it is signed in. */
export class SocketServer {
  readonly #parts: SocketServerParts;
  readonly #sockets: WebSocketServer;
  readonly #protocol: Server<Extra>;
  readonly #documents: SocketDocuments;
  /** Those that have not answered the latest ping. */
  readonly #silent = new Set<WebSocket>();
  readonly #ofUser = new Map<string, number>();
  readonly #pings: NodeJS.Timeout;

  constructor(parts: SocketServerParts) {
    const { settings, schema, introspection } = parts;
    this.#parts = parts;
    this.#documents = new SocketDocuments(schema, settings, introspection);
    this.#sockets = new WebSocketServer({
      noServer: true,
      maxPayload: settings.maxBodyBytes,
      perMessageDeflate: false, // it costs each socket tens of kilobytes
      handleProtocols: (protocols) => handleProtocols(protocols),
    });
    this.#protocol = makeServer<Record<string, unknown>, Extra>(this.#hooks());
    this.#pings = setInterval(() => this.#ping(), PING_MS).unref();
  }

  /** Whether there is room for another socket. */
  get hasRoom(): boolean {
    return this.#sockets.clients.size < this.#parts.settings.maxSockets;
  }

  /** Takes over a request to upgrade. */
  open(request: IncomingMessage, socket: Duplex, head: Buffer, ip: string): void {
    const headers = keptHeaders(request.headers);
    this.#sockets.handleUpgrade(request, socket, head, (opened) =>
      this.#opened(opened, { headers, url: request.url ?? '', ip }),
    );
  }

  /** Closes all sockets, so that their clients connect to another server; those that do not answer within `patience` ms are cut. */
  async close(patience: number): Promise<void> {
    clearInterval(this.#pings);
    const { clients } = this.#sockets;
    const left = Array.from(clients, (socket) => new Promise((resolve) => socket.once('close', resolve)));
    for (const socket of clients) socket.close(...CLOSING.restart);
    const timer = setTimeout(() => {
      for (const socket of clients) socket.terminate();
    }, patience);
    await Promise.all(left);
    clearTimeout(timer);
  }

  #opened(socket: WebSocket, request: Extra['request']): void {
    this.#parts.tell({ kind: 'socket_opened' });
    const extra: Extra = { socket, request, release: () => {} };
    const closed = this.#protocol.opened(
      {
        protocol: socket.protocol,
        send: (text) =>
          new Promise((resolve) => {
            if (socket.readyState === socket.OPEN) socket.send(text, () => resolve());
            else resolve();
          }),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (receive) =>
          socket.on('message', (data: Buffer) => {
            receive(data.toString()).catch((error: unknown) => {
              this.#parts.report(error);
              socket.close(...CLOSING.failed);
            });
          }),
      },
      extra,
    );
    socket.on('error', () => {}); // a broken frame, after which `ws` closes
    socket.on('pong', () => this.#silent.delete(socket));
    socket.once('close', (code, reason) => {
      this.#silent.delete(socket);
      extra.release();
      this.#parts.tell({ kind: 'socket_closed', reason: String(reason) });
      closed(code, String(reason)).catch(this.#parts.report);
    });
  }

  #ping(): void {
    for (const socket of this.#silent) socket.terminate();
    for (const socket of this.#sockets.clients) {
      this.#silent.add(socket);
      socket.ping();
    }
  }

  #hooks(): ServerOptions<Record<string, unknown>, Extra> {
    return {
      context: (of) => this.#contextOf(of),
      onConnect: (of) => this.#connect(of),
      onSubscribe: ({ subscriptions }, _id, { query, operationName, variables }) => {
        if (Object.keys(subscriptions).length > MAX_SUBSCRIPTIONS) return [new TooMany()];
        const document = this.#documents.read(query);
        if (!('kind' in document)) {
          this.#parts.tell({ kind: 'document_refused', code: String(document[0]?.extensions['code']) });
          return [...document];
        }
        return { schema: this.#parts.schema, document, operationName, variableValues: variables };
      },
      onNext: (_of, _id, _payload, _args, { data = null, errors }) =>
        errors === undefined ? undefined : { data, errors: this.#formatted(errors, 'BAD_USER_INPUT') },
      onError: (_of, _id, _payload, errors) => this.#formatted(errors, 'INTERNAL_SERVER_ERROR'),
    };
  }

  #contextOf(of: SocketContext): Promise<AuthContext> {
    return this.#parts.context(requestOf(of));
  }

  /** Lets in who is signed in, and nobody else: there is no subscription for others. */
  async #connect(of: SocketContext): Promise<boolean> {
    const { extra } = of;
    const close = (error: unknown) => {
      const { code, reason } = closingFor(error);
      if (code === CLOSING.failed[0]) this.#parts.report(error);
      extra.socket.close(code, reason);
    };
    try {
      const { auth } = await this.#contextOf(of);
      const watch = await auth.throttle.attempt('subscription', { client: auth.client }, () => auth.watch(close));
      return this.#admit(extra, watch);
    } catch (error) {
      close(error);
      return false;
    }
  }

  #admit(extra: Extra, watch: Awaited<ReturnType<AuthContext['auth']['watch']>>): boolean {
    const { socket } = extra;
    const { userId } = watch.token;
    const others = this.#ofUser.get(userId) ?? 0;
    const isLeft = socket.readyState !== socket.OPEN;
    if (isLeft || others >= MAX_OF_USER) {
      watch.close();
      socket.close(...CLOSING.late);
      return false;
    }
    this.#ofUser.set(userId, others + 1);
    extra.release = () => {
      watch.close();
      const rest = (this.#ofUser.get(userId) ?? 1) - 1;
      if (rest > 0) this.#ofUser.set(userId, rest);
      else this.#ofUser.delete(userId);
    };
    return true;
  }

  /** As answers to POST have them; `code` is for what has none, and is of no field. */
  #formatted(errors: readonly GraphQLError[], code: string): GraphQLFormattedError[] {
    return errors.map((error) => {
      const known = error.extensions['code'] ?? (error.path === undefined ? code : 'INTERNAL_SERVER_ERROR');
      return this.#parts.formatError({ ...error.toJSON(), extensions: { ...error.extensions, code: known } }, error);
    });
  }
}

class TooMany extends GraphQLError {
  constructor() {
    super(`This socket has ${MAX_SUBSCRIPTIONS} subscriptions already, which is the maximum.`, {
      extensions: { code: 'BAD_USER_INPUT' },
    });
  }
}
