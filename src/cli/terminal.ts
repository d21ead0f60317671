import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { read } from 'read';
import { visible, visibleLines } from '../contracts/visible.ts';

/** A value in a table of the command line. */
type Cell = string | number | boolean | Date | null;
export type PrintedRow = Readonly<Record<string, Cell>>;

/** A usage error; printed without a stack trace. */
export class CliError extends Error {
  override name = 'CliError';
}

type Input = Readable & { readonly isTTY?: boolean };
type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** What commands read and print: the streams of the process, or those of a test. */
export interface Streams {
  /** Called when something is read, for a process opens its standard input by looking at it. */
  stdin(): Input;
  readonly stdout: Output;
  readonly stderr: Output;
}

interface Format {
  readonly json?: boolean;
}

/** The terminal of a command: output, prompts and the exit code. */
export class Terminal {
  /** What the process ends with where nothing is thrown. */
  exitCode: 0 | 1 = 0;
  readonly #streams: Streams;

  constructor(streams: Streams) {
    this.#streams = streams;
  }

  /** Columns of a screen; 80 where the output goes elsewhere. */
  widthOf(name: 'stdout' | 'stderr'): number {
    const { isTTY, columns = 80 } = this.#streams[name];
    return isTTY === true ? columns : 80;
  }

  /** Prints to standard output. Controls in what clients have sent reach no terminal. */
  print(words: string): void {
    this.#streams.stdout.write(visibleLines(words));
  }

  /** Prints what is no part of the answer. */
  warn(words: string): void {
    this.#streams.stderr.write(visibleLines(words));
  }

  /** Shows how far it is, where there is a screen. */
  showProgress(words: string): void {
    const { stderr } = this.#streams;
    if (stderr.isTTY) stderr.write(`\r${words}`);
  }

  clearProgress(): void {
    this.showProgress('\u001b[K');
  }

  /** Prints a value as JSON. */
  printJson(value: unknown): void {
    this.print(`${JSON.stringify(value, null, 2)}\n`);
  }

  /** Prints rows as aligned columns under their names, or as JSON. */
  printRows(rows: readonly PrintedRow[], { json = false }: Format): void {
    if (json) return this.printJson(rows);
    if (rows.length === 0) return;
    const columns = Object.keys(rows[0] ?? {});
    const lines = [columns, ...rows.map((row) => columns.map((column) => shown(row[column] ?? null)))];
    const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)));
    for (const line of lines) {
      const cells = line.map((cell, index) => cell.padEnd(widths[index] ?? 0));
      this.print(`${cells.join('  ').trimEnd()}\n`);
    }
  }

  /** Prints one record as `name: value` lines, or as JSON. */
  printRecord(record: PrintedRow, { json = false }: Format): void {
    if (json) return this.printJson(record);
    for (const [name, value] of Object.entries(record)) this.print(`${name}: ${shown(value)}\n`);
  }

  /** Standard input, for a command that reads all of it. */
  input(): Readable {
    return this.#streams.stdin();
  }

  /**
   * Takes a password from standard input, or asks for it twice without showing it. Never from the arguments, which
   * other users of the machine can see.
   */
  async readPassword({ passwordStdin = false }: { readonly passwordStdin?: boolean }): Promise<string> {
    if (passwordStdin) return (await text(this.input())).replace(/\r?\n$/, '');
    if (!this.#streams.stdin().isTTY)
      throw new CliError('There is no terminal to ask for the password. Pipe it in and add --password-stdin.');
    const password = await this.#ask('Password: ');
    const again = await this.#ask('Password (again): ');
    if (password !== again) throw new CliError('The two passwords differ. Nothing was changed.');
    return password;
  }

  async #ask(prompt: string): Promise<string> {
    const input = this.#streams.stdin();
    const answer = read({ prompt, silent: true, replace: '*', input, output: this.#streams.stdout });
    // The reader pauses its input when it is done. Without an answer its promise would stay pending for ever.
    const over = once(input, 'pause').then(() => setImmediate(undefined));
    const given = await Promise.race([answer.catch(() => undefined), over]);
    if (given !== undefined) return given;
    this.warn('\n');
    throw new CliError('Cancelled. Nothing was changed.');
  }

  /** A token given as an argument, or as `-` on standard input, where no other user of the machine sees it. */
  async readToken(argument: string): Promise<string> {
    return argument === '-' ? (await text(this.input())).trim() : argument;
  }
}

const shown = (cell: Cell): string => {
  if (cell === null) return '-';
  return cell instanceof Date ? cell.toISOString() : visible(String(cell));
};
