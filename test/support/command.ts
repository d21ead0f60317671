import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { pino } from 'pino';
import { createProgram, type ProgramOptions } from '../../src/cli/program.ts';
import { systemClock } from '../../src/contracts/clock.ts';
import { settingsFromEnvironment } from '../../src/contracts/settings/settings.ts';
import { showSettings } from '../../src/contracts/settings/shown-settings.ts';
import { startServer } from '../../src/server/server.ts';
import type { CliResult } from './process.ts';

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
  readonly version: string;
};
const QUESTIONS = ['Password: ', 'Password (again): '];

/** Keeps what is printed. */
class Printed extends Writable {
  text = '';
  constructor(
    readonly isTTY: boolean,
    private readonly seen: (text: string) => void = () => {},
  ) {
    super({ decodeStrings: false });
  }
  override _write(chunk: string | Buffer, _encoding: string, done: () => void): void {
    this.text += String(chunk);
    done();
    this.seen(this.text);
  }
}

type Environment = Readonly<Record<string, string>>;

/**
 * Runs one command to its end in this process, without a terminal: all that the program does in a process of its own,
 * without the time that a process takes to start. `start` is for what cannot start; a server that can ends at once.
 */
export function runCommand(
  words: readonly string[],
  { env = {}, input = '' }: { readonly env?: Environment; readonly input?: string } = {},
): Promise<CliResult> {
  return run(words, { env, stdin: Readable.from([Buffer.from(input)]), stdout: new Printed(false) });
}

/** Runs one command to its end in this process, at a terminal, whose user types these answers to questions for a password. */
export function runAtTerminal(
  words: readonly string[],
  { env, typed }: { readonly env: Environment; readonly typed: readonly string[] },
): Promise<CliResult> {
  const keyboard = Object.assign(new PassThrough(), { isTTY: true });
  let asked = 0;
  const answer = (screen: string) => {
    const question = QUESTIONS[asked];
    if (question === undefined || !screen.includes(question)) return;
    const keys = typed[asked] ?? '';
    asked += 1;
    setImmediate(() => keyboard.write(keys));
  };
  return run(words, { env, stdin: keyboard, stdout: new Printed(true, answer) });
}

interface Surroundings {
  readonly env: Environment;
  readonly stdin: ReturnType<ProgramOptions['stdin']>;
  readonly stdout: Printed;
}

async function run(words: readonly string[], { env, stdin, stdout }: Surroundings): Promise<CliResult> {
  const stderr = new Printed(stdout.isTTY);
  const program = createProgram({
    version,
    clock: systemClock,
    settings: () => settingsFromEnvironment(env),
    showSettings: () => showSettings(env),
    start: async (settings) => {
      const server = await startServer({ settings, log: pino({ level: 'silent' }) });
      await server.close();
    },
    stdin: () => stdin,
    stdout,
    stderr,
  });
  const code = await program.run(words);
  return { code, stdout: stdout.text, stderr: stderr.text };
}
