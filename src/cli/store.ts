import type { Command } from 'commander';
import type { CliOptions } from './system.ts';

interface Flags {
  readonly json?: boolean;
  readonly force?: boolean;
  readonly endSessions?: boolean;
}

/** Adds `store ...`. */
export function addStoreCommands(
  program: Command,
  { keeper: open, terminal }: Pick<CliOptions, 'keeper' | 'terminal'>,
): void {
  const store = program.command('store').description('back up the store, restore it, migrate it, and see its version');

  store
    .command('version')
    .description("show the version of the store's schema, and the latest that this program knows")
    .option('--json', 'print JSON')
    .action(async (flags: Flags) => {
      terminal.printRecord({ ...(await (await open()).version()) }, flags);
    });

  store
    .command('migrate')
    .description('bring the store up to date and build its indexes, ahead of the first start of a new version')
    .option('--json', 'print JSON')
    .action(async (flags: Flags) => {
      const versions = await (await open()).migrate((message) => terminal.warn(`${message}\n`));
      terminal.printRecord({ ...versions }, flags);
    });

  store
    .command('backup <file>')
    .description('write the embedded store into a new file, while servers keep running')
    .option('--json', 'print JSON')
    .action(async (file: string, flags: Flags) => {
      terminal.printRecord({ backup: file, ...(await (await open()).backup(file)) }, flags);
    });

  store
    .command('restore <file>')
    .description('replace the embedded store with a backup, while no server runs')
    .option('--force', 'replace an existing store, which is kept under another name')
    .option('--end-sessions', 'end all sessions of the backup: everybody signs in again')
    .option('--json', 'print JSON')
    .action(async (file: string, flags: Flags) => {
      const { force = false, endSessions = false } = flags;
      terminal.printRecord({ restored: file, ...(await (await open()).restore(file, { force, endSessions })) }, flags);
    });
}
