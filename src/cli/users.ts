import type { Command } from 'commander';
import type { User } from '../contracts/hooks.ts';
import type { AccountChanges } from '../core/users/user-service.ts';
import { toRow } from './user-row.ts';
import { addAddressCommands } from './addresses.ts';
import { addUserImport } from './imports.ts';
import { expectUser, withSystem, type CliOptions, type CliSystem } from './system.ts';
import { CliError } from './terminal.ts';
import { addUserRoomCommands } from './user-rooms.ts';

const PAGE = 500;

interface Flags {
  readonly json?: boolean;
  readonly passwordStdin?: boolean;
  readonly id?: string;
  readonly admin?: boolean;
  readonly email?: string;
}

/** @throws CliError unless one of name and id is given, and there is such a user */
async function expectOne(system: CliSystem, name: string | undefined, { id }: Flags): Promise<User> {
  if (name !== undefined && id === undefined) return expectUser(system, name);
  if (name !== undefined || id === undefined) throw new CliError('Say which: a name, or --id <id>.');
  const user = await system.users.find(id);
  if (user === null) throw new CliError(`There is no user with the id "${id}". \`users list\` shows those there are.`);
  return user;
}

/** Adds `users ...`. */
export function addUserCommands(program: Command, options: CliOptions): void {
  const { terminal } = options;
  const users = program.command('users').description('create and manage accounts');

  users
    .command('create <name>')
    .description('create an account; asks for the password')
    .option('--password-stdin', 'take the password from standard input')
    .option('--id <id>', 'use this id, for example the id of the user in another system')
    .option('--admin', 'make the user an admin, who manages all accounts by API and console')
    .option('--email <address>', 'their e-mail address, which counts as verified; needs EMAIL')
    .option('--json', 'print JSON')
    .action(async (username: string, flags: Flags) => {
      const password = await terminal.readPassword(flags);
      const user = await withSystem(options, (system) =>
        system.users.create({
          username,
          password,
          isAdmin: flags.admin === true,
          ...(flags.id !== undefined && { id: flags.id }),
          ...(flags.email !== undefined && { email: flags.email }),
        }),
      );
      terminal.printRecord(toRow(user), flags);
    });

  users
    .command('list')
    .description('list all accounts by name')
    .option('--json', 'print JSON')
    .action(async (flags: Flags) => {
      const found = await withSystem(options, async (system) => {
        const all: User[] = [];
        for (;;) {
          const page = await system.users.list(PAGE, all.at(-1)?.username);
          all.push(...page);
          if (page.length < PAGE) return all;
        }
      });
      terminal.printRows(found.map(toRow), flags);
    });

  users
    .command('show [name]')
    .description('show one account, by its name or its id')
    .option('--id <id>', 'look up by the id that logs and tokens contain')
    .option('--json', 'print JSON')
    .action(async (name: string | undefined, flags: Flags) => {
      terminal.printRecord(toRow(await withSystem(options, (system) => expectOne(system, name, flags))), flags);
    });

  const addChange = (verb: string, changes: AccountChanges, description: string) =>
    users
      .command(`${verb} <name>`)
      .description(description)
      .option('--json', 'print JSON')
      .action(async (name: string, flags: Flags) => {
        const user = await withSystem(options, async (system) => {
          const { id } = await expectUser(system, name);
          await system.users.change(id, changes);
          return expectUser(system, name);
        });
        terminal.printRecord(toRow(user), flags);
      });
  addChange('enable', { isActive: true }, 'let a disabled user sign in again');
  addChange('disable', { isActive: false }, 'disable an account and end all its sessions immediately');
  addChange('grant-admin', { isAdmin: true }, 'make a user an admin, who manages all accounts');
  addChange(
    'revoke-admin',
    { isAdmin: false },
    'remove the admin role, effective immediately; the user stays signed in',
  );

  users
    .command('delete <name>')
    .description('delete an account and end all its sessions immediately')
    .option('--json', 'print JSON')
    .action(async (name: string, flags: Flags) => {
      const user = await withSystem(options, async (system) => {
        const found = await expectUser(system, name);
        await system.users.delete(found.id);
        return found;
      });
      terminal.printRecord({ deleted: user.username, id: user.id }, flags);
    });

  users
    .command('set-password <name>')
    .description('set a password and end all sessions of the user immediately; asks for the password')
    .option('--password-stdin', 'take the password from standard input')
    .option('--json', 'print JSON')
    .action(async (name: string, flags: Flags) => {
      const password = await terminal.readPassword(flags);
      const user = await withSystem(options, async (system) => {
        const { id } = await expectUser(system, name);
        await system.users.setPassword(id, password);
        return expectUser(system, name);
      });
      terminal.printRecord(toRow(user), flags);
    });

  addUserRoomCommands(users, options);
  addAddressCommands(users, options);
  addUserImport(users, options);
}
