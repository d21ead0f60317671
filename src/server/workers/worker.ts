import cluster from 'node:cluster';
import { requestIn, type Numbers, type Report, type Request } from './messages.ts';

/** Tells the supervisor where this worker serves, and does what it asks for from then on. */
export function obeySupervisor(url: string, duties: Readonly<Record<Request, () => void>>): void {
  process.on('message', (message: unknown) => {
    const request = requestIn(message);
    if (request) duties[request]();
  });
  const report: Report = { type: 'simplejwt:listening', url };
  process.send?.(report);
}

/** Tells the supervisor what this worker has counted. Does nothing in a process that has no supervisor. */
export function tellNumbers(numbers: readonly unknown[]): void {
  const message: Numbers = { type: 'simplejwt:counted', numbers };
  if (cluster.worker?.isConnected()) cluster.worker.send(message);
}

/** Lets a worker end, which its supervisor's channel keeps alive. Does nothing in a process that has no supervisor. */
export function partFromSupervisor(): void {
  cluster.worker?.disconnect();
}
