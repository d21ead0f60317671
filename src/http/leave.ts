import type { Server, ServerResponse } from 'node:http';
import { Server as Listener } from 'node:net';

/**
 * Lets a server leave without losing a request. What it gives back stops accepting connections and resolves when all
 * have ended: each with its next answer, which says so (RFC 9112 9.6), or after `patience` milliseconds without one.
 */
export function createLeave(server: Server, patience: number): () => Promise<void> {
  const running = new Set<ServerResponse>();
  let isLeaving = false;
  server.prependListener('request', (_request, response: ServerResponse) => {
    running.add(response);
    response.once('close', () => running.delete(response));
    if (isLeaving) sayLast(response, running);
  });
  return async () => {
    isLeaving = true;
    for (const response of running) sayLast(response, running);
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
function sayLast(response: ServerResponse, running: ReadonlySet<ServerResponse>): void {
  if (response.headersSent) return;
  for (const other of running) {
    if (other.req.socket === response.req.socket && !other.headersSent) other.removeHeader('connection');
  }
  response.setHeader('connection', 'close');
}
