import type { EventEmitter } from 'node:events';
import { isReport, messageOf, numbersIn, type Report, type Request } from './messages.ts';

/** How a worker ended. Both are null if it could not be started. */
export interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
}

/** The part of Node's `Worker` that is used here. */
export interface NodeWorker extends EventEmitter {
  readonly process: { readonly pid?: number | undefined; kill(signal: NodeJS.Signals): boolean };
  isConnected(): boolean;
  send(message: object, callback: () => void): boolean;
}

/** A worker as its supervisor sees it. */
export class Child {
  /** Resolves to its report once it serves, or to how it ended before that. */
  readonly started: Promise<Report | Ending>;
  readonly ended: Promise<Ending>;
  readonly #worker: NodeWorker;
  readonly #startedAt = performance.now();
  #isListening = false;
  #numbers: readonly unknown[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(worker: NodeWorker) {
    this.#worker = worker;
    this.ended = new Promise((resolve) => {
      worker.once('exit', (code: number | null, signal: string | null) => resolve({ code, signal }));
      worker.on('error', () => {
        if (this.pid === undefined) resolve({ code: null, signal: null });
      });
    });
    const listening = new Promise<Report>((resolve) => {
      worker.on('message', (message: unknown) => {
        if (!isReport(message)) return;
        this.#isListening = true;
        resolve(message);
      });
    });
    worker.on('message', (message: unknown) => {
      const numbers = numbersIn(message);
      if (numbers === undefined) return;
      this.#numbers = numbers;
      for (const resolve of this.#waiting) resolve();
    });
    this.started = Promise.race([listening, this.ended]);
    void this.ended.then(() => (this.#isListening = false));
  }

  get pid(): number | undefined {
    return this.#worker.process.pid;
  }

  get isListening(): boolean {
    return this.#isListening;
  }

  /** Milliseconds since its start. */
  get age(): number {
    return performance.now() - this.#startedAt;
  }

  /** What it counted, as it was told last. */
  get lastNumbers(): readonly unknown[] {
    return this.#numbers;
  }

  /** What it counted until now; what it told last where it ends, or takes longer than `limit` milliseconds. */
  async numbers(limit: number): Promise<readonly unknown[]> {
    if (!this.#isListening) return this.#numbers;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(goOn, limit);
      const waiting = this.#waiting;
      function goOn() {
        clearTimeout(timer);
        waiting.delete(goOn);
        resolve();
      }
      waiting.add(goOn);
      void this.ended.then(goOn);
      this.ask('numbers');
    });
    return this.#numbers;
  }

  ask(request: Request): void {
    // A worker that has just exited receives nothing; `ended` resolves then.
    if (this.#worker.isConnected()) this.#worker.send(messageOf(request), () => {});
  }

  /** Shuts it down gracefully; after `limit` milliseconds it is killed. Resolves when it has exited. */
  async leave(limit: number): Promise<Ending> {
    // Before it listens it has no requests to finish, and handles no messages either.
    if (this.#isListening) this.ask('leave');
    else this.#worker.process.kill('SIGTERM');
    const timer = setTimeout(() => this.kill(), limit);
    const ending = await this.ended;
    clearTimeout(timer);
    return ending;
  }

  kill(): void {
    this.#worker.process.kill('SIGKILL');
  }
}
