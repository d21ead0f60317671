import type { Command } from 'commander';
import { expectRoom, expectUser, withSystem, type CliOptions } from './system.ts';

interface Flags {
  readonly json?: boolean;
}

/** Adds the commands of `users` that need a setting. */
export function addUserRoomCommands(users: Command, options: CliOptions): void {
  const { terminal } = options;

  users
    .command('set-roles <name> [roles...]')
    .description('with ROLES=on: replace all roles of a user, effective immediately; without a role, remove all')
    .option('--json', 'print JSON')
    .action(async (name: string, given: readonly string[], flags: Flags) => {
      const { username, roles = [] } = await withSystem(options, async (system) => {
        const { id } = await expectUser(system, name);
        await expectRoom(system, 'roles').set(id, given);
        return expectUser(system, name);
      });
      terminal.printRecord({ username, roles: roles.join(' ') }, flags);
    });

  users
    .command('remove-second-factor <name>')
    .description(
      'with SECOND_FACTOR=on: remove the authenticator app and the recovery codes of a user who has lost them',
    )
    .option('--json', 'print JSON')
    .action(async (name: string, flags: Flags) => {
      const removed = await withSystem(options, async (system) => {
        const { id } = await expectUser(system, name);
        return expectRoom(system, 'factors').remove(id);
      });
      terminal.printRecord({ removed }, flags);
    });
}
