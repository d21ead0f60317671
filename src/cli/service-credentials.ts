import type { Command } from 'commander';
import { SERVICE_SCOPES } from '../contracts/store/service-scopes.ts';
import type { Service } from '../core/trust/service-credentials.ts';
import { withSystem, type CliOptions } from './system.ts';
import { CliError, type PrintedRow } from './terminal.ts';

interface Flags {
  readonly json?: boolean;
  readonly audience?: string;
  readonly may?: string;
}

const NOT_IN_TOKENS =
  'JWT_AUDIENCE does not contain this audience: every token is inactive to the service, unless a hook adds the claim `aud`.\n';

/** Adds `services ...`. */
export function addServiceCommands(program: Command, options: CliOptions): void {
  const { terminal } = options;
  const commands = program
    .command('services')
    .description('manage the services that may introspect and revoke tokens over HTTP, and read the revocation feed');

  commands
    .command('create <name>')
    .description('register a service and print its secret, which cannot be shown again')
    .option('--audience <name>', 'restrict it to tokens whose `aud` contains this audience (default: all tokens)')
    .option('--may <scopes>', `its permissions, separated by commas (default: ${SERVICE_SCOPES.join(',')})`)
    .option('--json', 'print JSON')
    .action(async (name: string, flags: Flags) => {
      const { audience } = flags;
      const scopes = flags.may?.split(',').map((scope) => scope.trim());
      const service = await withSystem(options, ({ services }) => services.create(name, { audience, scopes }));
      const { secret } = service;
      terminal.printRecord({ name, secret, ...toRow(service) }, flags);
      if (audience !== undefined && !audiencesOf(options).includes(audience)) terminal.warn(NOT_IN_TOKENS);
    });

  commands
    .command('list')
    .description('list all services by name')
    .option('--json', 'print JSON')
    .action(async (flags: Flags) => {
      const found = await withSystem(options, ({ services }) => services.list());
      terminal.printRows(found.map(toRow), flags);
    });

  commands
    .command('delete <name>')
    .description('delete a service; its requests are refused immediately')
    .option('--json', 'print JSON')
    .action(async (name: string, flags: Flags) => {
      if (!(await withSystem(options, ({ services }) => services.delete(name)))) {
        throw new CliError(`There is no service named "${name}". \`services list\` shows those there are.`);
      }
      terminal.printRecord({ deleted: name }, flags);
    });
}

const toRow = ({ name, createdAt, audience, scopes }: Service): PrintedRow => ({
  name,
  createdAt,
  audience,
  may: scopes.join(','),
});

function audiencesOf({ settings }: Pick<CliOptions, 'settings'>): readonly string[] {
  const value = settings().find(({ name }) => name === 'JWT_AUDIENCE')?.value;
  return typeof value === 'string' ? value.split(',') : [];
}
