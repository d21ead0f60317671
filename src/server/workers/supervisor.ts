import type { Logger } from 'pino';
import type { Ending, Child } from './child.ts';
import type { Report } from './messages.ts';
import { Restarts } from './restarts.ts';
import { Slot } from './slot.ts';

/** Workers cannot be kept running. The message is written for operators. */
export class WorkersError extends Error {
  override name = 'WorkersError';
}

/** What a supervisor is made of. */
export interface SupervisorOptions {
  readonly count: number;
  readonly fork: () => Child;
  readonly log: Logger;
  /** Milliseconds a worker has to leave. */
  readonly leaveLimit: number;
}

/** Keeps `count` workers running. It serves no requests itself. */
export class Supervisor {
  /** Rejects when workers cannot be kept running. */
  readonly failed: Promise<never>;
  readonly #log: Logger;
  readonly #restarts = new Restarts();
  readonly #slots: readonly Slot[];
  #fail: (error: WorkersError) => void = () => {};
  #isUp = false;
  #isClosing = false;
  #rolling: Promise<void> | undefined;
  #isToRollAgain = false;

  constructor({ count, fork, log, leaveLimit }: SupervisorOptions) {
    this.#log = log;
    this.failed = new Promise((_resolve, reject) => {
      this.#fail = reject;
    });
    const slot = { fork, log, leaveLimit, restarts: this.#restarts, mayRestart: () => this.#mayRestart() };
    this.#slots = Array.from({ length: count }, () => new Slot(slot));
  }

  /**
   * Starts one worker, and the others once it serves, so that the reason of a failed start is printed once. Resolves to the
   * report of the first worker, or to how it ended.
   */
  async start(): Promise<Report | Ending> {
    const [first, ...others] = this.#slots;
    if (!first) throw new RangeError('a supervisor has at least one worker');
    const start = await first.fill();
    if (!('url' in start) || this.#isClosing) return start;
    this.#isUp = true;
    first.ask('welcome');
    await Promise.all(others.map((slot) => slot.fill()));
    return start;
  }

  /** Whether it was asked to close. */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** Has one worker remove expired records. */
  flush(): void {
    this.#slots.find(({ isListening }) => isListening)?.ask('flush');
  }

  /** Replaces the workers one at a time (rolling restart). A call during a restart starts another one after it. */
  async roll(): Promise<void> {
    if (!this.#isUp) return;
    this.#isToRollAgain = true;
    this.#rolling ??= this.#rollWhileAsked();
    await this.#rolling;
  }

  /** Shuts all workers down gracefully. Resolves to how they ended. */
  async close(): Promise<readonly Ending[]> {
    this.#isClosing = true;
    return (await Promise.all(this.#slots.map((slot) => slot.close()))).flat();
  }

  /** Ends all workers at once. */
  kill(): void {
    for (const slot of this.#slots) slot.kill();
  }

  async #rollWhileAsked(): Promise<void> {
    while (this.#isToRollAgain && !this.#isClosing) {
      this.#isToRollAgain = false;
      await this.#rollOnce();
    }
    this.#rolling = undefined;
  }

  async #rollOnce(): Promise<void> {
    for (const slot of this.#slots) {
      const isReplaced = await slot.replace();
      if (this.#isClosing) return;
      if (!isReplaced) return this.#log.error('a new worker did not start; those that are left stay as they are');
    }
    this.#log.info('all workers were replaced');
  }

  #mayRestart(): boolean {
    if (!this.#isUp) return false;
    if (!this.#restarts.areInVain || this.#slots.some(({ isListening }) => isListening)) return true;
    void this.close();
    const problem = 'the last workers all ended soon after their start, and none is left';
    this.#fail(new WorkersError(`WORKERS: ${problem}; expected them to serve. The lines above say why.`));
    return false;
  }
}
