import type { Command } from 'commander';
import { expectRoom, expectUser, withSystem, type CliOptions } from './system.ts';
import { CliError } from './terminal.ts';
import { toRow } from './user-row.ts';

interface Flags {
  readonly json?: boolean;
  readonly none?: boolean;
  readonly language?: string;
}

/** Adds the commands of `users` that are about addresses. */
export function addAddressCommands(users: Command, options: CliOptions): void {
  const { terminal } = options;

  users
    .command('invite <name> <address>')
    .description(
      'with EMAIL=on: create an account whose user sets the password by a link in a mail, which a running server sends',
    )
    .option('--language <tag>', 'the language of the mail, such as de')
    .option('--json', 'print JSON')
    .action(async (username: string, email: string, flags: Flags) => {
      const by = { actorId: null, client: { userAgent: null, ipAddress: null }, language: flags.language ?? null };
      const user = await withSystem(options, (system) =>
        expectRoom(system, 'recovery').invite({ username, email }, by),
      );
      terminal.printRecord(toRow(user), flags);
    });

  users
    .command('set-email <name> [address]')
    .description('with EMAIL=on: set the e-mail address of a user, which counts as verified')
    .option('--none', 'remove the address')
    .option('--json', 'print JSON')
    .action(async (name: string, address: string | undefined, flags: Flags) => {
      const { none = false } = flags;
      if ((address === undefined) !== none) throw new CliError('Say which: an address, or --none.');
      const user = await withSystem(options, async (system) => {
        const { id } = await expectUser(system, name);
        await expectRoom(system, 'recovery').setEmail(id, address ?? null);
        return expectUser(system, name);
      });
      terminal.printRecord(toRow(user), flags);
    });
}
