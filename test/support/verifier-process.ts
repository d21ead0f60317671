import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** Another service in a process of its own: one token a line goes in, one answer a line comes out. */
export class VerifierProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #exited: Promise<unknown>;
  readonly #lines: AsyncIterator<string>;
  #last: Promise<unknown> = Promise.resolve();

  constructor(command: string, script: URL, args: readonly string[]) {
    this.#child = spawn(command, [fileURLToPath(script), ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#exited = once(this.#child, 'exit');
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** @throws Error if it has ended */
  verify(token: string): Promise<string> {
    const answer = this.#last.then(async () => {
      this.#child.stdin.write(`${token}\n`);
      const { done, value } = await this.#lines.next();
      if (done === true) throw new Error(`${this.#child.spawnargs.join(' ')} ended without an answer`);
      return value;
    });
    this.#last = answer;
    return answer;
  }

  async end(): Promise<void> {
    this.#child.kill();
    await this.#exited;
  }
}
