import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { SocketServer } from '../sockets/socket-server.ts';

/** What sockets need of the server that has them. */
export interface UpgradeParts {
  /** Loads what carries subscriptions, at the first socket. */
  readonly open: () => Promise<SocketServer>;
  readonly addressOf: (request: IncomingMessage) => string | null;
  readonly report: (error: unknown) => void;
}

const PATH = /^\/graphql\/?(?:\?|$)/;
/** RFC 9110 7.8: what a server does not upgrade to, it ignores. */
const DROPPED = new Set(['upgrade', 'connection', 'http2-settings']);

/**
 * Has WebSockets at `/graphql`. Returns what closes them, within so many milliseconds.
 *
 * Node.js hands over every connection with an `Upgrade` header once anybody listens, and some HTTP clients of Java ask for h2c with
 * each request. Those are answered as if they had not asked.
 */
export function serveUpgrades(server: Server, parts: UpgradeParts): (patience: number) => Promise<void> {
  let opening: Promise<SocketServer> | null = null;
  let isLeaving = false;
  const take = async (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const address = parts.addressOf(request) ?? '';
    const sockets = await (opening ??= parts.open());
    if (isLeaving || !sockets.hasRoom) refuse(socket);
    else sockets.open(request, socket, head, address);
  };
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {}); // a client that is gone
    if (request.headers.upgrade?.toLowerCase() !== 'websocket' || !PATH.test(request.url ?? '')) {
      putBack(server, request, socket, head);
      return;
    }
    take(request, socket, head).catch((error: unknown) => {
      parts.report(error);
      socket.destroy();
    });
  });
  return async (patience) => {
    isLeaving = true;
    await (await opening)?.close(patience);
  };
}

function refuse(socket: Duplex): void {
  socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n');
}

/** Gives a connection back, with the request as if it had asked for no upgrade. */
function putBack(
  server: Server,
  { method, url, httpVersion, rawHeaders }: IncomingMessage,
  socket: Duplex,
  head: Buffer,
) {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    if (!DROPPED.has(name.toLowerCase())) lines.push(`${name}: ${value}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
}
