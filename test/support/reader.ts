import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packRelease } from './package.ts';
import { withReplacements } from './runbook.ts';

/** What a reader starts in a terminal, and leaves running there. */
export interface Started {
  /** All that it has printed so far. */
  readonly printed: () => string;
  stop(): Promise<void>;
}

interface Typed {
  /** What is typed at each prompt for a password. */
  readonly password?: string;
}

/** What the tests run with, and a reader does not have. */
const OF_THE_TESTS = /^(?:npm_|NODE_|JEST_|JWT_|PORT$|HOST$)/;

/**
 * A reader of the documents, who types into a terminal what they show: variables and the folder stay from one block to
 * the next. `npx`, `npm`, `git` and `curl` are the real ones, and so are the ports: they must be free.
 */
export class Reader {
  /** A new, empty folder, where the reader begins. */
  readonly folder = mkdtempSync(join(tmpdir(), 'reader-'));
  readonly #notes = mkdtempSync(join(tmpdir(), 'reader-terminal-'));
  readonly #env: NodeJS.ProcessEnv;
  readonly #running: Started[] = [];

  constructor(env: Readonly<Record<string, string>> = {}) {
    const own = Object.entries(process.env).filter(([name]) => !OF_THE_TESTS.test(name));
    this.#env = { ...Object.fromEntries(own), ...env };
    writeFileSync(join(this.#notes, 'state'), `cd '${this.folder}'\n`);
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text);
  }

  /** Runs commands that must succeed; resolves to what they printed. */
  async run(code: string, typed: Typed = {}): Promise<string> {
    const { child, printed, ended } = this.#type(code, typed, 'EXIT');
    const [exitCode] = await ended;
    child.stdin.end();
    if (exitCode !== 0) throw new Error(`${code}\nended with ${exitCode}:\n${printed()}`);
    return printed();
  }

  /** Runs commands of which the last one goes on; resolves once this was printed. */
  async start(code: string, pattern: RegExp, typed: Typed = {}): Promise<Started> {
    const { child, printed, ended } = this.#type(code, typed, 'DEBUG'); // before each command, for the last one goes on
    const seen = new Promise<void>((resolve) => {
      const look = () => pattern.test(printed()) && resolve();
      child.stdout.on('data', look);
      child.stderr.on('data', look);
    });
    const early = ended.then(([exitCode]) => {
      throw new Error(`${code}\nended with ${exitCode}, without ${pattern}:\n${printed()}`);
    });
    const stop = async () => {
      if (child.exitCode === null && child.signalCode === null) process.kill(-Number(child.pid), 'SIGTERM');
      child.stdin.end();
      await ended;
    };
    this.#running.push({ printed, stop });
    await Promise.race([seen, early]);
    early.catch(() => {}); // it ends when the reader stops it
    return { printed, stop };
  }

  async leave(): Promise<void> {
    for (const running of this.#running) await running.stop();
    for (const folder of [this.folder, this.#notes]) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #type(code: string, { password }: Typed, kept: 'EXIT' | 'DEBUG') {
    const state = join(this.#notes, 'state');
    const file = join(this.#notes, 'typed');
    const keep = join(this.#notes, 'keep');
    writeFileSync(keep, `{ export -p; printf 'cd %q\\n' "$PWD"; } > '${state}'\n`);
    writeFileSync(file, `set -a; . '${state}'; set -e\ntrap '. "${keep}"' ${kept}\n${code}\n`);
    const [program = '', ...args] =
      password === undefined ? ['bash', file] : ['script', '-qfec', `bash '${file}'`, '/dev/null'];
    const child: ChildProcessWithoutNullStreams = spawn(program, args, { env: this.#env, detached: true });
    let text = '';
    let answered = 0;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        const prompts = text.match(/password[^\n]*: ?/gi)?.length ?? 0;
        if (password === undefined) return;
        for (; answered < prompts; answered++) child.stdin.write(`${password}\n`);
      });
    }
    child.stdin.on('error', () => {}); // it ended without reading what it was given
    const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
    return { child, printed: () => text, ended };
  }
}

/** Installs packages as the documents say where the registry does not have them: by the path of a tarball. */
export async function installFrom(
  reader: Reader,
  command: string,
  packages: Readonly<Record<string, string>>,
): Promise<void> {
  const paths = Object.entries(packages).map(([name, path]) => [` ${name}`, ` '${path}'`] as const);
  await reader.run(withReplacements(command, Object.fromEntries(paths)));
}

/** The release of this build, as `npm pack` makes it. */
export const packedInto = (reader: Reader): Promise<string> =>
  packRelease(join(reader.folder, '..', `${reader.folder}-release`));
