import { text } from 'node:stream/consumers';
import { read } from 'read';

/** A value in a table of the command line. */
type Cell = string | number | boolean | Date | null;
export type Row = Readonly<Record<string, Cell>>;

/** A mistake of whoever typed the command; printed without a stack. */
export class CliError extends Error {
  override name = 'CliError';
}

const shown = (cell: Cell): string => {
  if (cell === null) return '-';
  return cell instanceof Date ? cell.toISOString() : String(cell);
};

/** Prints a value as JSON. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Prints rows as aligned columns under their names, or as JSON. */
export function printRows(rows: readonly Row[], { json = false }: { json?: boolean }): void {
  if (json) return printJson(rows);
  if (rows.length === 0) return;
  const columns = Object.keys(rows[0] ?? {});
  const lines = [columns, ...rows.map((row) => columns.map((column) => shown(row[column] ?? null)))];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)));
  for (const line of lines) {
    process.stdout.write(
      `${line
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    );
  }
}

/** Prints one record as `name: value` lines, or as JSON. */
export function printRecord(record: Row, { json = false }: { json?: boolean }): void {
  if (json) return printJson(record);
  for (const [name, value] of Object.entries(record)) process.stdout.write(`${name}: ${shown(value)}\n`);
}

/**
 * Takes a password from standard input, or asks for it twice without showing it. Never from the arguments, which
 * other users of the machine can see.
 */
export async function readPassword({ passwordStdin = false }: { passwordStdin?: boolean }): Promise<string> {
  if (passwordStdin) return (await text(process.stdin)).replace(/\r?\n$/, '');
  if (!process.stdin.isTTY)
    throw new CliError('There is no terminal to ask for the password. Pipe it in and add --password-stdin.');
  const password = await ask('Password: ');
  const again = await ask('Password (again): ');
  if (password !== again) throw new CliError('The two passwords differ. Nothing was changed.');
  return password;
}

async function ask(prompt: string): Promise<string> {
  const giveUp = () => {
    process.stderr.write('\nCancelled. Nothing was changed.\n');
    process.exitCode = 1;
  };
  // At the end of the input nothing is left to wait for, and Node.js would go without a word.
  process.once('exit', giveUp);
  try {
    return await read({ prompt, silent: true, replace: '*' });
  } catch {
    process.stderr.write('\n');
    throw new CliError('Cancelled. Nothing was changed.');
  } finally {
    process.off('exit', giveUp);
  }
}

/** A token given as an argument, or as `-` on standard input, where no other user of the machine sees it. */
export async function readToken(argument: string): Promise<string> {
  return argument === '-' ? (await text(process.stdin)).trim() : argument;
}
