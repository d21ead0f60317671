import { once } from 'node:events';
import { WebSocket } from 'ws';

/** A message of graphql-transport-ws. */
export interface SocketMessage {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

/** How a socket was closed. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
}

interface Answered {
  readonly data?: { readonly sessionEvents: SocketEvent } | null;
  readonly errors?: unknown;
}

/** As `EVENTS` asks for it. */
export interface SocketEvent {
  readonly id: string;
  readonly kind: string;
  readonly at: string;
  readonly reason: string | null;
  readonly session: { readonly id: string; readonly current: boolean; readonly userAgent: string | null };
}

export const EVENTS = `subscription Events($since: DateTime) {
  sessionEvents(since: $since) { id kind at reason session { id current userAgent ipAddress } }
}`;

/** A client that sends what it is told, and keeps what comes. */
export class TestSocket {
  readonly closed: Promise<Closed>;
  readonly messages: SocketMessage[] = [];
  readonly raw: WebSocket;
  readonly #waiting: ((message: SocketMessage) => void)[] = [];
  #read = 0;

  constructor(url: string, options: { readonly headers?: Record<string, string>; readonly protocol?: string } = {}) {
    const { headers = {}, protocol = 'graphql-transport-ws' } = options;
    this.raw = new WebSocket(url.replace(/^http/, 'ws'), protocol, { headers });
    this.closed = once(this.raw, 'close').then(([code, reason]: unknown[]) => ({
      code: Number(code),
      reason: String(reason),
    }));
    this.closed.catch(() => {});
    this.raw.on('error', () => {}); // who waits for it to open is told
    this.raw.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as SocketMessage;
      this.messages.push(message);
      this.#waiting.shift()?.(message);
    });
  }

  /** Opens one as the holder of a token, and begins the protocol. */
  static async open(url: string, access: string | null, options: { readonly headers?: Record<string, string> } = {}) {
    const socket = new TestSocket(url, options);
    await once(socket.raw, 'open');
    socket.send({
      type: 'connection_init',
      ...(access !== null && { payload: { Authorization: `Bearer ${access}` } }),
    });
    return socket;
  }

  /** The same, and subscribes to the events. */
  static async listen(url: string, access: string, variables = {}): Promise<TestSocket> {
    const socket = await TestSocket.open(url, access);
    await socket.next();
    socket.subscribe(EVENTS, { variables });
    return socket;
  }

  send(message: object): void {
    this.raw.send(JSON.stringify(message));
  }

  subscribe(query: string, { id = '1', variables = {} } = {}): void {
    this.send({ id, type: 'subscribe', payload: { query, variables } });
  }

  /** The message after the one before. */
  async next(): Promise<SocketMessage> {
    const message = this.messages[this.#read];
    this.#read += 1;
    if (message !== undefined) return message;
    const arrived = new Promise<SocketMessage>((resolve) => this.#waiting.push(resolve));
    return Promise.race([arrived, this.closed.then(({ code, reason }) => Promise.reject(new Closing(code, reason)))]);
  }

  /** The next event. */
  async event(): Promise<SocketEvent> {
    const { payload } = await this.next();
    const { data } = payload as Answered;
    if (data == null) throw new Error(`expected an event, got ${JSON.stringify(payload)}`);
    return data.sessionEvents;
  }

  /** All events so far, and those after: none is read by `event` any more. */
  get events(): SocketEvent[] {
    return this.messages.flatMap(({ payload }) => (payload as Answered | undefined)?.data?.sessionEvents ?? []);
  }

  async close(): Promise<void> {
    this.raw.close();
    await this.closed;
  }
}

/** There is no further message. */
class Closing extends Error {
  constructor(code: number, reason: string) {
    super(`expected a message, but the socket was closed: ${code} ${reason}`);
  }
}

/**
 * How many seconds something took, counted in timers of 50 ms: a machine that is busy delays these, too, and then says nothing of
 * the server.
 */
export async function secondsUntil(event: Promise<unknown>): Promise<number> {
  const state = { isOver: false };
  void event.finally(() => (state.isOver = true));
  let ticks = 0;
  for (; !state.isOver; ticks += 1) await new Promise((resolve) => setTimeout(resolve, 50));
  return ticks / 20;
}
