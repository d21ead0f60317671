import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

/** On Linux a thread has a priority of its own; elsewhere it would be that of the whole process. */
const THREAD = `
  const os = require('node:os');
  const { parentPort, workerData } = require('node:worker_threads');
  const bcrypt = require(workerData);
  try {
    if (process.platform === 'linux') os.setPriority(os.constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {} // then it competes like any other
  parentPort.on('message', ([method, ...args]) => parentPort.postMessage(bcrypt[method](...args)));
`;
const BCRYPT_FILE = createRequire(import.meta.url).resolve('bcrypt');

type Job = readonly ['hashSync', data: string, cost: number] | readonly ['compareSync', data: string, hash: string];

/**
 * bcrypt in threads that give way to the one that answers requests: at the same priority, hashes on every core make
 * all others wait. A thread does one job at a time; there are as many as jobs at once.
 */
export class BcryptThreads {
  readonly #idle: Worker[] = [];
  #isClosed = false;

  async hash(data: string, cost: number): Promise<string> {
    return String(await this.#run(['hashSync', data, cost]));
  }

  async compare(data: string, hash: string): Promise<boolean> {
    return (await this.#run(['compareSync', data, hash])) === true;
  }

  /** A hash that nothing has; comparing with it takes the time of a real comparison. */
  hashOfNothing(cost: number): string {
    return `$2b$${String(cost).padStart(2, '0')}$${randomBytes(27).toString('hex').slice(0, 53)}`;
  }

  /** Ends the threads, those at work when they have done it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#idle.splice(0).map((thread) => thread.terminate()));
  }

  async #run(job: Job): Promise<unknown> {
    try {
      return await this.#runInThread(job);
    } catch (error) {
      if (!isFolderGone(error)) throw error;
      return runInPool(job);
    }
  }

  async #runInThread(job: Job): Promise<unknown> {
    const thread = this.#idle.pop() ?? new Worker(THREAD, { eval: true, execArgv: [], workerData: BCRYPT_FILE });
    thread.ref();
    thread.postMessage(job);
    const [result]: unknown[] = await once(thread, 'message'); // rejects where the thread fails, which ends it
    thread.unref(); // an idle thread keeps no program from ending
    this.#idle.push(thread);
    if (this.#isClosed) await this.close();
    return result;
  }
}

/** In Node's own thread pool, at normal priority: the working folder is the application's, and is not changed for this. */
async function runInPool([method, data, other]: Job): Promise<string | boolean> {
  const { default: bcrypt } = await import('bcrypt');
  return method === 'hashSync' ? bcrypt.hash(data, other) : bcrypt.compare(data, other);
}

/** A thread asks for the working folder as it starts, and fails where that was deleted, as when an old release is. */
function isFolderGone(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'syscall' in error && error.syscall === 'uv_cwd';
}
