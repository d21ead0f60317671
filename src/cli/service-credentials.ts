import type { Command } from 'commander';
import { withSystem, type CliOptions } from './system.ts';
import { CliError } from './terminal.ts';

interface Flags {
  readonly json?: boolean;
}

/** Adds `services ...`. */
export function addServiceCommands(program: Command, options: CliOptions): void {
  const { terminal } = options;
  const commands = program.command('services').description('say which other programs may ask about tokens over HTTP');

  commands
    .command('create <name>')
    .description('let a service ask, and print its secret, which is shown this once')
    .option('--json', 'print JSON')
    .action(async (name: string, flags: Flags) => {
      const { secret, createdAt } = await withSystem(options, ({ services }) => services.create(name));
      terminal.printRecord({ name, secret, createdAt }, flags);
    });

  commands
    .command('list')
    .description('list all services by name')
    .option('--json', 'print JSON')
    .action(async (flags: Flags) => {
      const found = await withSystem(options, ({ services }) => services.list());
      terminal.printRows(
        found.map(({ name, createdAt }) => ({ name, createdAt })),
        flags,
      );
    });

  commands
    .command('delete <name>')
    .description('refuse a service from now on')
    .option('--json', 'print JSON')
    .action(async (name: string, flags: Flags) => {
      if (!(await withSystem(options, ({ services }) => services.delete(name)))) {
        throw new CliError(`There is no service named "${name}". \`services list\` shows those there are.`);
      }
      terminal.printRecord({ deleted: name }, flags);
    });
}
