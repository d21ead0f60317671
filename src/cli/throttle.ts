import type { Command } from 'commander';
import { withSystem, type CliOptions } from './system.ts';

interface Flags {
  readonly json?: boolean;
}

/** Adds `throttle ...`. */
export function addThrottleCommands(program: Command, options: CliOptions): void {
  program
    .command('throttle')
    .description('what servers count to make those wait who try too often')
    .command('forget')
    .description('forget all attempts, so that nobody has to wait')
    .option('--json', 'print JSON')
    .action(async (flags: Flags) => {
      const forgotten = await withSystem(options, (system) => system.forgetAttempts());
      options.terminal.printRecord({ forgotten }, flags);
    });
}
