import { Command, CommanderError } from 'commander';
import type { Clock } from '../contracts/clock.ts';
import type { ServerSettings } from '../contracts/settings/settings-table.ts';
import type { ShownSetting } from '../contracts/settings/shown-settings.ts';
import { KeyKeeper } from '../core/keys/key-keeper.ts';
import { withDevelopmentKey } from '../server/development.ts';
import { openKeeper } from '../stores/open-store.ts';
import { explain } from './explain.ts';
import { addKeyCommands } from './keys.ts';
import { addServiceCommands } from './service-credentials.ts';
import { addSessionCommands } from './sessions.ts';
import { addStoreCommands } from './store.ts';
import { openSystem, type CliOptions } from './system.ts';
import { Terminal, type PrintedRow, type Streams } from './terminal.ts';
import { addThrottleCommands } from './throttle.ts';
import { addTokenCommands } from './tokens.ts';
import { addUserCommands } from './users.ts';

/** All that the command line has of the process it runs in, which a test replaces. */
export interface ProgramOptions extends Streams {
  readonly version: string;
  readonly clock: Clock;
  /** @throws SettingsError */
  settings(): ServerSettings;
  /** @throws SettingsError */
  showSettings(): ShownSetting[];
  /** Serves; resolves when it does. */
  start(settings: ServerSettings): Promise<void>;
}

/** The command line, ready to be run once. */
export interface Program {
  /** All commands, with what they accept. */
  readonly command: Command;
  /** Runs the command that the words behind the program's name say, and explains what fails; resolves to the exit code. */
  run(words: readonly string[]): Promise<number>;
}

/** The command line. Its changes to the store take effect immediately, also in running servers. */
export function createProgram(options: ProgramOptions): Program {
  const terminal = new Terminal(options);
  const { clock } = options;
  const report = (error: unknown) => terminal.warn(`${explain(error)}\n`);
  const command = createCommand(options.version, terminal, {
    terminal,
    start: () => options.start(withDevelopmentKey(options.settings())),
    open: () => openSystem({ settings: withDevelopmentKey(options.settings()), clock, report }),
    settings: () => options.showSettings(),
    keys: () => new KeyKeeper(options.settings(), clock),
    keeper: () => openKeeper(options.settings()),
  });
  return {
    command,
    run: async (words) => {
      try {
        await command.parseAsync(words, { from: 'user' });
        return terminal.exitCode;
      } catch (error) {
        if (error instanceof CommanderError) return error.exitCode; // it is explained already
        report(error);
        return 1;
      }
    },
  };
}

/** As it is set, so that `5m` stays `5m`, and the first sentence of what it means. */
const toRow = ({ name, given, default: standard, meaning }: ShownSetting): PrintedRow => ({
  name,
  value: given ?? (typeof standard === 'boolean' ? (standard ? 'on' : 'off') : standard),
  from: given === null ? 'default' : 'environment',
  meaning: `${meaning.split('. ')[0]?.replace(/\.$/, '')}.`,
});

function createCommand(version: string, terminal: Terminal, options: CliOptions): Command {
  const program = new Command('graphql-simplejwt')
    .description('A token server for GraphQL. Settings come from the environment; `settings show` lists them.')
    .version(version)
    .showHelpAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (words) => terminal.print(words),
      writeErr: (words) => terminal.warn(words),
      getOutHelpWidth: () => terminal.widthOf('stdout'),
      getErrHelpWidth: () => terminal.widthOf('stderr'),
    });

  program
    .command('start')
    .description('serve the API until SIGTERM or SIGINT')
    .action(() => options.start());

  program
    .command('settings')
    .description('show the settings in force')
    .command('show')
    .description('list all settings with value, source and meaning; secrets are masked')
    .option('--json', 'print JSON')
    .action((flags: { readonly json?: boolean }) => {
      const settings = options.settings();
      if (flags.json === true) return terminal.printJson(settings);
      terminal.printRows(settings.map(toRow), flags);
    });

  addUserCommands(program, options);
  addSessionCommands(program, options);
  addTokenCommands(program, options);
  addKeyCommands(program, options);
  addServiceCommands(program, options);
  addStoreCommands(program, options);
  addThrottleCommands(program, options);
  return program;
}
