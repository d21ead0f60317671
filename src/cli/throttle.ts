import type { Command } from 'commander';
import { withSystem, type CliOptions } from './system.ts';

interface Flags {
  readonly json?: boolean;
}

/** Adds `throttle ...`. */
export function addThrottleCommands(program: Command, options: CliOptions): void {
  program
    .command('throttle')
    .description('manage the counts of attempts that throttling uses')
    .command('forget')
    .description('reset all counts, so that no client is throttled')
    .option('--json', 'print JSON')
    .action(async (flags: Flags) => {
      const forgotten = await withSystem(options, (system) => system.forgetAttempts());
      options.terminal.printRecord({ forgotten }, flags);
    });
}
