import cluster from 'node:cluster';
import { requestIn, type Numbers, type Report, type Request } from './messages.ts';

/** Reports to the supervisor where this worker serves, and handles its requests from then on. */
export function obeySupervisor(url: string, duties: Readonly<Record<Request, () => void>>): void {
  process.on('message', (message: unknown) => {
    const request = requestIn(message);
    if (request) duties[request]();
  });
  const report: Report = { type: 'simplejwt:listening', url };
  process.send?.(report);
}

/** Sends the supervisor this worker's metrics. Does nothing in a process without a supervisor. */
export function tellNumbers(numbers: readonly unknown[]): void {
  const message: Numbers = { type: 'simplejwt:counted', numbers };
  if (cluster.worker?.isConnected()) cluster.worker.send(message);
}

/** Calls back when the supervisor is gone without a word: it was killed. No connection reaches this process any more. */
export function whenSupervisorEnds(leave: () => void): void {
  const { worker } = cluster;
  worker?.once('disconnect', () => {
    if (worker.exitedAfterDisconnect) return;
    worker.exitedAfterDisconnect = true; // or Node.js ends the process now, amid its requests
    leave();
  });
}

/** Closes the channel to the supervisor, which would keep the worker alive. Does nothing in a process without a supervisor. */
export function partFromSupervisor(): void {
  cluster.worker?.disconnect();
}
