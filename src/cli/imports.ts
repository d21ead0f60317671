import { open } from 'node:fs/promises';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { readDump, type DumpFormat } from './django/dump.ts';
import type { Remark, Watcher } from './django/report.ts';
import { withSystem, type CliOptions } from './system.ts';
import { CliError, type Terminal } from './terminal.ts';

interface Flags {
  readonly json?: boolean;
  readonly dryRun?: boolean;
  readonly format: DumpFormat;
}

interface UserFlags extends Flags {
  readonly model: string;
  readonly usernameField: string;
  readonly timeZone?: string;
}

const importing = (parent: Command, what: string): Command =>
  parent
    .command('import <file>')
    .description(`${what} (- reads it from standard input); exit code 1 if a row was refused`)
    .addOption(new Option('--format <format>', 'how the dump is written').choices(['json', 'jsonl']).default('json'))
    .option('--dry-run', 'show what would be imported, and write nothing')
    .option('--json', 'print the summary as JSON');

/** Adds `users import`. */
export function addUserImport(users: Command, options: CliOptions): void {
  const { terminal } = options;
  const watcher = watcherOn(terminal);
  importing(users, 'import the accounts of a Django dump (`manage.py dumpdata auth.user`), with ids and passwords')
    .option(
      '--model <name>',
      'the user model in the dump, if the project has a custom one (AUTH_USER_MODEL)',
      'auth.user',
    )
    .option(
      '--username-field <name>',
      'the field with the sign-in name (USERNAME_FIELD), or pk for the primary key',
      'username',
    )
    .option(
      '--time-zone <name>',
      'TIME_ZONE of a project with USE_TZ = False, such as Europe/Berlin (default: UTC)',
      timeZone,
    )
    .action(async (file: string, flags: UserFlags) => {
      const { usernameField } = flags;
      const model = { model: flags.model.toLowerCase(), usernameField, timeZone: flags.timeZone };
      const rows = readDump(await openInput(file, terminal), flags.format);
      const summary = await withSystem(options, ({ django }) =>
        flags.dryRun === true ? django.rehearseUsers(rows, model, watcher) : django.importUsers(rows, model, watcher),
      );
      const leftOut = Object.entries(summary.leftOut).map(([field, count]) => `${field} (${count})`);
      const shown = flags.json === true ? summary : { ...summary, leftOut: leftOut.join(', ') || 'nothing' };
      printSummary(terminal, shown, flags);
      if (summary.activeByDefault > 0) terminal.warn(activeByDefault(summary.activeByDefault));
    });
}

const activeByDefault = (count: number): string =>
  `${count} of the imported users are active because their rows have no is_active. If the model computes it from another field, disable those who are not with \`users disable\`.\n`;

/** @throws InvalidArgumentError if there is no such zone */
function timeZone(name: string): string {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    throw new InvalidArgumentError('Expected the name of a time zone, such as Europe/Berlin.');
  }
}

/** Adds `tokens import`. */
export function addTokenImport(tokens: Command, options: CliOptions): void {
  const { terminal } = options;
  const watcher = watcherOn(terminal);
  importing(
    tokens,
    'import the outstanding and blacklisted tokens that `manage.py dumpdata token_blacklist` of Django has written',
  ).action(async (file: string, flags: Flags) => {
    const rows = readDump(await openInput(file, terminal), flags.format);
    const summary = await withSystem(options, ({ django }) =>
      flags.dryRun === true ? django.rehearseTokens(rows, watcher) : django.importTokens(rows, watcher),
    );
    printSummary(terminal, summary, flags);
  });
}

function printSummary(terminal: Terminal, summary: { readonly bad: number }, flags: Flags): void {
  terminal.clearProgress();
  terminal.printRecord({ dryRun: flags.dryRun === true, ...summary }, flags);
  if (summary.bad === 0) return;
  terminal.exitCode = 1;
  terminal.warn('Some rows were refused. Correct them and import again: what is there is skipped.\n');
}

const watcherOn = (terminal: Terminal): Watcher => ({
  remark: ({ row, pk, text }: Remark) => {
    terminal.clearProgress();
    // Quoted, so that control characters of the file do not reach the terminal.
    const name = pk === null ? '' : `, pk ${JSON.stringify(pk)}`;
    terminal.warn(`Row ${row}${name}: ${text.replace(/\.?$/, '.')}\n`);
  },
  progress: (rows) => terminal.showProgress(`${rows} rows`),
});

/** @throws CliError if there is no such file to read */
async function openInput(file: string, terminal: Terminal): Promise<AsyncIterable<Uint8Array>> {
  if (file === '-') return terminal.input();
  const handle = await open(file).catch((error: unknown) => refuse(file, error));
  return chunksOf(file, handle.createReadStream());
}

async function* chunksOf(file: string, stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    refuse(file, error);
  }
}

function refuse(file: string, error: unknown): never {
  const why = error instanceof Error ? error.message : String(error);
  throw new CliError(`${file} cannot be read: ${why}. Expected a file that \`manage.py dumpdata\` has written.`);
}
