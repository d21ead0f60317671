import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('suite-process.mjs', import.meta.url));
/** Modules that were once imported stay in memory. */
const MOST_MEGABYTES = 900;

/** Runs suites one after another, in a process that is replaced when one hangs. */
export class SuiteRunner {
  #process = null;
  #count = 0;

  constructor(mutants, env) {
    this.mutants = mutants;
    this.env = env;
  }

  /**
   * @param tests the numbers of the tests to run; null for all
   * @returns {Promise<{ red, unloaded, reached, ms }>} `red` is the first test that failed: its number, and why; it may say that it hung
   */
  async run(mutant, suite, deadlineMs, tests = null) {
    this.#count += 1;
    this.#process ??= fork(PROGRAM, [this.mutants], {
      env: this.env,
      execArgv: ['--experimental-vm-modules'], // as jest has it
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#process.send({ mutant, suite, tests, index: this.#count });
    const over = new AbortController();
    const ended = [
      once(this.#process, 'message', over).then(([answer]) => answer),
      once(this.#process, 'exit', over).then(() => 'its process ended'),
      new Promise((resolve) => {
        const timer = setTimeout(resolve, deadlineMs, 'it hung');
        over.signal.addEventListener('abort', () => clearTimeout(timer));
      }),
    ];
    for (const end of ended) end.catch(() => {});
    const answer = await Promise.race(ended);
    over.abort();
    if (typeof answer !== 'string') {
      if (answer.megabytes > MOST_MEGABYTES) this.close();
      return answer;
    }
    this.close();
    return { red: { number: null, why: answer }, unloaded: null, reached: [], ms: deadlineMs };
  }

  close() {
    this.#process?.kill('SIGKILL');
    this.#process = null;
  }
}
