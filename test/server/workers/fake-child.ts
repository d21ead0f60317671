import { EventEmitter } from 'node:events';
import type { NodeWorker } from '../../../src/server/workers/child.ts';
import { requestIn } from '../../../src/server/workers/messages.ts';

export const REPORT = { type: 'simplejwt:listening', url: 'http://127.0.0.1:4000/graphql' };
/** What others say on the same channel. */
export const FOREIGN = [
  { type: 'prom-client:getMetricsRes' },
  { type: 'listening' },
  { url: REPORT.url },
  'listening',
  null,
];

/** Lets promises that are settled go on. */
export const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A child that says and does what the test wants. */
export class FakeChild extends EventEmitter implements NodeWorker {
  readonly heard: unknown[] = [];
  readonly signals: string[] = [];
  /** Signals that end it. */
  mortalTo: readonly string[] = ['SIGTERM', 'SIGKILL'];
  readonly process: { pid: number | undefined; kill(signal: NodeJS.Signals): boolean } = {
    pid: 1,
    kill: (signal) => {
      this.signals.push(signal);
      if (this.mortalTo.includes(signal)) this.ends(null, signal);
      return true;
    },
  };
  isConnected = () => true;
  send(message: object): boolean {
    return this.heard.push(message) > 0;
  }
  /** The requests it heard. */
  get requests(): unknown[] {
    return this.heard.map(requestIn);
  }
  async says(message: unknown): Promise<void> {
    this.emit('message', message);
    await settle();
  }
  ends(code: number | null, signal: string | null = null): void {
    this.emit('exit', code, signal);
  }
}
