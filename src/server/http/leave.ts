import type { Server, ServerResponse } from 'node:http';
import { Server as Listener, type Socket } from 'node:net';

/**
 * The answers of one connection that are not sent yet. Not one `Set` for all: adding and deleting makes tables of it that keep
 * each other, and with them the answers, until a major garbage collection.
 */
type RunningAnswers = ServerResponse[];

/**
 * Lets a server leave without losing a request. What it gives back stops accepting connections and resolves when all
 * have ended: each with its next answer, which says so (RFC 9112 9.6), or after `patience` milliseconds without one.
 */
export function createLeave(server: Server, patience: number): () => Promise<void> {
  const connections = new Map<Socket, RunningAnswers>();
  let isLeaving = false;
  server.on('connection', (socket: Socket) => {
    connections.set(socket, []);
    socket.once('close', () => connections.delete(socket));
  });
  server.prependListener('request', (_request, response: ServerResponse) => {
    const answers = connections.get(response.req.socket) ?? [];
    answers.push(response);
    response.once('close', () => answers.splice(answers.indexOf(response), 1));
    if (isLeaving) sayLast(response, answers);
  });
  return async () => {
    isLeaving = true;
    for (const answers of connections.values()) {
      for (const response of answers) sayLast(response, answers);
    }
    const left = new Promise<void>((resolve) => server.once('close', () => resolve()));
    // HTTP's own `close` ends idle connections at once, under requests that are on their way.
    Listener.prototype.close.call(server);
    // An immediate comes after the sockets were read: what has arrived by then is no longer idle.
    const letGo = setInterval(() => setImmediate(() => server.closeIdleConnections()), patience);
    await left;
    clearInterval(letGo);
  };
}

/** Makes an answer the last of its connection. Those before it are not: what follows such an answer is never sent. */
function sayLast(response: ServerResponse, answers: RunningAnswers): void {
  if (response.headersSent) return;
  for (const other of answers) {
    if (!other.headersSent) other.removeHeader('connection');
  }
  response.setHeader('connection', 'close');
}
