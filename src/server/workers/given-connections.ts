import type { Worker } from 'node:cluster';

/** What `node:cluster` sends with a connection that a worker is to serve, and what the worker answers. */
interface Giving {
  readonly act: 'newconn';
  readonly seq: number;
}
interface Taking {
  readonly ack?: number;
}

/** Node's own handle of a connection. */
interface Connection {
  close(): void;
}

/**
 * Closes the connections that a worker was given and had not taken when it ended. `node:cluster` holds each open until the
 * worker answers. Without this it holds those of a killed worker for ever, and their clients wait as long.
 */
export function closeWhatIsNotTaken({ process }: Pick<Worker, 'process'>): void {
  const send = process.send?.bind(process);
  if (send === undefined) return;
  const given = new Map<unknown, Connection>();
  const noting = (...args: [message: Partial<Giving>, connection?: Connection]): unknown => {
    const [{ act, seq }, connection] = args;
    if (act === 'newconn' && connection !== undefined) given.set(seq, connection);
    return Reflect.apply(send, null, args);
  };
  process.send = noting as typeof send;
  process.on('internalMessage', ({ ack }: Taking) => given.delete(ack));
  process.once('exit', () => {
    for (const connection of given.values()) connection.close();
    given.clear();
  });
}
