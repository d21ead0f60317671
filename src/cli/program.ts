import { Command } from 'commander';
import { addKeyCommands } from './keys.ts';
import { addServiceCommands } from './service-credentials.ts';
import type { CliOptions } from './services.ts';
import { addSessionCommands } from './sessions.ts';
import { addStoreCommands } from './store.ts';
import { printJson, printRows } from './terminal.ts';
import { addTokenCommands } from './tokens.ts';
import { addUserCommands } from './users.ts';

/** The command line. Whatever it changes in the store bites in a running server at once. */
export function createProgram(options: CliOptions): Command {
  const program = new Command('graphql-simplejwt')
    .description('A token server for GraphQL. Settings come from the environment: see docs/settings.md.')
    .version(options.version)
    .showHelpAfterError();

  program
    .command('start')
    .description('serve the API until SIGTERM or SIGINT')
    .action(() => options.start());

  program
    .command('settings')
    .description('see the settings in force')
    .command('show')
    .description('list all settings with their values; secrets are masked')
    .option('--json', 'print JSON')
    .action((flags: { readonly json?: boolean }) => {
      const settings = options.settings();
      if (flags.json === true) return printJson(settings);
      printRows(
        settings.map(({ name, value }) => ({ name, value })),
        flags,
      );
    });

  addUserCommands(program, options);
  addSessionCommands(program, options);
  addTokenCommands(program, options);
  addKeyCommands(program, options);
  addServiceCommands(program, options);
  addStoreCommands(program, options);
  return program;
}
