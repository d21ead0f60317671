import type { Server, ServerResponse } from 'node:http';
import { Server as Listener, type Socket } from 'node:net';

/**
 * The answers of one connection that are not sent yet. Not one `Set` for all: adding and deleting makes tables of it that keep
 * each other, and with them the answers, until a major garbage collection.
 */
type RunningAnswers = ServerResponse[];

/**
 * Graceful shutdown. The returned function stops accepting connections and resolves when all are closed: each after its
 * next response, which has `Connection: close` (RFC 9112 9.6), or after `patience` milliseconds without a request.
 */
export function createLeave(server: Server, patience: number): () => Promise<void> {
  const connections = new Map<Socket, RunningAnswers>();
  let isLeaving = false;
  server.on('connection', (socket: Socket) => {
    connections.set(socket, []);
    socket.once('close', () => connections.delete(socket));
  });
  function ended(this: ServerResponse): void {
    const answers = connections.get(this.req.socket);
    answers?.splice(answers.indexOf(this), 1);
  }
  server.prependListener('request', (_request, response: ServerResponse) => {
    const answers = connections.get(response.req.socket) ?? [];
    answers.push(response);
    response.on('close', ended);
    if (isLeaving) sayLast(response, answers);
  });
  return async () => {
    isLeaving = true;
    for (const answers of connections.values()) {
      for (const response of answers) sayLast(response, answers);
    }
    const left = new Promise<void>((resolve) => server.once('close', () => resolve()));
    // `http.Server.close` closes idle connections at once, even if a request for one is already on its way.
    Listener.prototype.close.call(server);
    // An immediate runs after the sockets were read, so a connection whose request has arrived no longer counts as idle.
    const letGo = setInterval(() => setImmediate(() => server.closeIdleConnections()), patience);
    await left;
    clearInterval(letGo);
  };
}

/** Marks a response as the last of its connection, and no earlier one: Node.js sends nothing after a marked response. */
function sayLast(response: ServerResponse, answers: RunningAnswers): void {
  if (response.headersSent) return;
  for (const other of answers) {
    if (!other.headersSent) other.removeHeader('connection');
  }
  response.setHeader('connection', 'close');
}
