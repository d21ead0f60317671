import type { Logger } from 'pino';
import type { Ending, Child } from './child.ts';
import type { Report, Request } from './messages.ts';
import type { Restarts } from './restarts.ts';

/** What slots need of their supervisor. */
export interface SlotOptions {
  readonly fork: () => Child;
  readonly log: Logger;
  readonly restarts: Restarts;
  /** Milliseconds a worker has to leave. */
  readonly leaveLimit: number;
  /** Whether to start another worker after one that exited unexpectedly. */
  readonly mayRestart: () => boolean;
}

/** The place of one worker. When the worker exits unexpectedly, another is started in its place. */
export class Slot {
  readonly #options: SlotOptions;
  #worker: Child | undefined;
  /** The worker that is starting to replace it. */
  #next: Child | undefined;
  #pause: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: SlotOptions) {
    this.#options = options;
  }

  get isListening(): boolean {
    return this.#worker?.isListening ?? false;
  }

  ask(request: Request): void {
    this.#worker?.ask(request);
  }

  /** Starts a worker in it; resolves as `Child.started` does. */
  fill(): Promise<Report | Ending> {
    const worker = this.#options.fork();
    this.#put(worker);
    return worker.started;
  }

  /** Starts a new worker, and shuts the old one down once the new one serves. If it does not, the old one stays: false. */
  async replace(): Promise<boolean> {
    this.#next = this.#options.fork();
    const next = this.#next;
    const start = await next.started;
    this.#next = undefined;
    if (!('url' in start)) return false;
    const old = this.#worker;
    this.#put(next);
    await old?.leave(this.#options.leaveLimit);
    return true;
  }

  /** Shuts its workers down and starts no more. Resolves to how they ended. */
  close(): Promise<readonly Ending[]> {
    this.#isClosed = true;
    clearTimeout(this.#pause);
    return Promise.all(this.#workers().map((worker) => worker.leave(this.#options.leaveLimit)));
  }

  kill(): void {
    for (const worker of this.#workers()) worker.kill();
  }

  #workers(): Child[] {
    return [this.#worker, this.#next].filter((worker) => worker !== undefined);
  }

  #put(worker: Child): void {
    clearTimeout(this.#pause);
    this.#worker = worker;
    void worker.started.then((start) => {
      if ('url' in start) this.#options.log.info({ worker: worker.pid, url: start.url }, 'a worker listens');
    });
    void worker.ended.then((ending) => this.#onEnded(worker, ending));
  }

  #onEnded(worker: Child, ending: Ending): void {
    if (this.#isClosed || worker !== this.#worker) return;
    const { log, restarts, mayRestart } = this.#options;
    const pause = restarts.pauseAfter(worker.age);
    if (!mayRestart()) return;
    log.error({ worker: worker.pid, ...ending, pause }, 'a worker has exited and is replaced');
    this.#pause = setTimeout(() => void this.fill(), pause);
  }
}
