import type { Command } from 'commander';
import type { Inspection } from '../core/tokens/token-service.ts';
import { addTokenImport } from './imports.ts';
import { withSystem, type CliOptions } from './system.ts';
import { CliError, type Terminal } from './terminal.ts';

interface Flags {
  readonly json?: boolean;
  readonly sliding?: boolean;
}

/** Adds `tokens ...`. */
export function addTokenCommands(program: Command, options: CliOptions): void {
  const { terminal } = options;
  const tokens = program.command('tokens').description('inspect and revoke tokens');

  tokens
    .command('inspect <token>')
    .description(
      'decode a token (- reads it from standard input), and say whether it is valid, or why not; exit code 1 if it is not',
    )
    .option('--json', 'print JSON')
    .action(async (argument: string, flags: Flags) => {
      const token = await terminal.readToken(argument);
      printInspection(terminal, await withSystem(options, (system) => system.tokens.inspect(token)), flags);
    });

  tokens
    .command('blacklist <token>')
    .description('revoke this refresh token and end its session (- reads it from standard input)')
    .option('--sliding', 'it is a sliding token')
    .option('--json', 'print JSON')
    .action(async (argument: string, flags: Flags) => {
      const token = await terminal.readToken(argument);
      const type = flags.sliding === true ? 'sliding' : 'refresh';
      const { jti, blacklistedAt } = await withSystem(options, (system) => system.tokens.blacklist(token, type));
      terminal.printRecord({ jti, blacklistedAt }, flags);
    });

  tokens
    .command('flush-expired')
    .description('remove expired sessions, blacklist entries and other records')
    .option('--json', 'print JSON')
    .action(async (flags: Flags) => {
      const { notice, ...removed } = await withSystem(options, (system) => system.flushExpired());
      if (notice !== undefined) terminal.warn(`${notice}\n`);
      terminal.printRecord(removed, flags);
    });

  addTokenImport(tokens, options);
}

function printInspection(
  terminal: Terminal,
  { header, claims, valid, problem }: Inspection,
  flags: Pick<Flags, 'json'>,
): void {
  if (header === undefined)
    throw new CliError('This is not a token: expected three parts separated by dots, without `Bearer`.');
  if (!valid) terminal.exitCode = 1;
  if (flags.json === true) {
    return terminal.printJson({
      valid,
      reason: problem?.reason ?? null,
      message: problem?.message ?? null,
      header,
      claims,
    });
  }
  terminal.printJson({ header, claims });
  terminal.printRecord(
    valid ? { valid } : { valid, message: problem?.message ?? null, reason: problem?.reason ?? null },
    flags,
  );
}
