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

/** How long a thread is kept without a job. To start one takes time, to keep one takes memory. */
const MAX_IDLE_MS = 20_000;

type Job = readonly ['hashSync', data: string, cost: number] | readonly ['compareSync', data: string, hash: string];

/** The threads of the process that have no job, each with the timer that ends it. */
const idle: { readonly thread: Worker; readonly timer: NodeJS.Timeout }[] = [];

/**
 * bcrypt in threads that give way to the one that answers requests: at the same priority, hashes on every core make
 * all others wait. A thread does one job at a time; there are as many as jobs at once.
 */
export async function hashInThread(data: string, cost: number): Promise<string> {
  return String(await run(['hashSync', data, cost]));
}

/** As {@link hashInThread}. */
export async function compareInThread(data: string, hash: string): Promise<boolean> {
  return (await run(['compareSync', data, hash])) === true;
}

/** A hash that nothing has; comparing with it takes the time of a real comparison. */
export function hashOfNothing(cost: number): string {
  return `$2b$${String(cost).padStart(2, '0')}$${randomBytes(27).toString('hex').slice(0, 53)}`;
}

async function run(job: Job): Promise<unknown> {
  try {
    return await runInThread(job);
  } catch (error) {
    if (!isFolderGone(error)) throw error;
    return runInPool(job);
  }
}

async function runInThread(job: Job): Promise<unknown> {
  const thread = takeIdle() ?? new Worker(THREAD, { eval: true, execArgv: [], workerData: BCRYPT_FILE });
  thread.ref();
  thread.postMessage(job);
  const [result]: unknown[] = await once(thread, 'message'); // rejects where the thread fails, which ends it
  rest(thread);
  return result;
}

/** The one that worked last, so that those which are not needed end. */
function takeIdle(): Worker | undefined {
  const last = idle.pop();
  clearTimeout(last?.timer);
  return last?.thread;
}

function rest(thread: Worker): void {
  thread.unref(); // an idle thread keeps no program from ending
  const end = () => {
    idle.splice(
      idle.findIndex((one) => one.thread === thread),
      1,
    );
    void thread.terminate();
  };
  idle.push({ thread, timer: setTimeout(end, MAX_IDLE_MS).unref() });
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
