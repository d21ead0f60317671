import type { Command } from 'commander';
import { duration, REFUSED } from '../contracts/settings/kinds.ts';
import { ALGORITHMS, type Algorithm } from '../contracts/settings/settings-table.ts';
import type { KeyKeeper } from '../core/keys/key-keeper.ts';
import type { ListedKey } from '../core/keys/key-ring.ts';
import type { CliOptions } from './system.ts';
import { CliError, type PrintedRow } from './terminal.ts';

interface Flags {
  readonly json?: boolean;
  readonly algorithm?: string;
  readonly activateAfter?: string;
  readonly emergency?: boolean;
}

const ACTIVATE_AFTER = '10m';
const STILL_ACCEPTED =
  'JWT_SIGNING_KEY still verifies the tokens from before the ring. To refuse them too, leave it out and restart the servers.\n';
const delay = duration('0s', '30d');

/** Adds `keys ...`. */
export function addKeyCommands(
  program: Command,
  { keys: open, terminal }: Pick<CliOptions, 'keys' | 'terminal'>,
): void {
  const keys = program
    .command('keys')
    .description('generate, rotate and retire the keys of the key ring in JWT_KEYS_DIR');

  keys
    .command('list')
    .description('list the keys by age, with the state of each')
    .option('--json', 'print JSON')
    .action(async (flags: Flags) => {
      const { keys: found, unusable } = await open().list();
      terminal.printRows(found.map(toRow), flags);
      for (const { file, problem } of unusable) terminal.warn(`${file}: ${problem}\n`);
    });

  keys
    .command('generate')
    .description('generate the first key of the ring, which signs immediately')
    .option('--algorithm <name>', 'algorithm of the key (default: JWT_ALGORITHM)')
    .option('--json', 'print JSON')
    .action(async (flags: Flags) => {
      terminal.printRecord(toRow(await open().generate(algorithmOf(flags))), flags);
    });

  keys
    .command('rotate')
    .description(
      'publish a new key, which signs after --activate-after; old keys verify until their last token has expired',
    )
    .option('--algorithm <name>', 'algorithm of the new key (default: that of the latest key)')
    .option(
      '--activate-after <duration>',
      `time between publishing the key and signing with it (default: ${ACTIVATE_AFTER})`,
    )
    .option('--emergency', 'sign with the new key immediately, and refuse the tokens of all other keys')
    .option('--json', 'print JSON')
    .action(async (flags: Flags) => {
      const keeper = open();
      terminal.printRecord(toRow(await rotate(keeper, flags)), flags);
      if (flags.emergency === true && keeper.acceptsUnnamed) terminal.warn(STILL_ACCEPTED);
    });

  keys
    .command('retire <kid>')
    .description('remove a key that does not sign; its tokens are refused')
    .option('--json', 'print JSON')
    .action(async (kid: string, flags: Flags) => {
      terminal.printRecord(toRow(await open().retire(kid)), flags);
    });
}

function rotate(keeper: KeyKeeper, flags: Flags): Promise<ListedKey> {
  const algorithm = algorithmOf(flags);
  if (flags.emergency === true) {
    if (flags.activateAfter !== undefined) throw new CliError('--emergency signs immediately: omit --activate-after.');
    return keeper.replaceAll(algorithm);
  }
  const activateAfter = delay.read(flags.activateAfter ?? ACTIVATE_AFTER);
  if (activateAfter === REFUSED)
    throw new CliError(`--activate-after: got "${flags.activateAfter}", expected ${delay.accepts}.`);
  return keeper.rotate({ ...(algorithm && { algorithm }), activateAfter });
}

function algorithmOf({ algorithm: name }: Flags): Algorithm | undefined {
  if (name === undefined) return undefined;
  const algorithm = ALGORITHMS.find((known) => known === name);
  if (algorithm !== undefined) return algorithm;
  const hint = name === 'EdDSA' ? '; jsonwebtoken does not have EdDSA' : '';
  throw new CliError(`--algorithm: got "${name}", expected one of ${ALGORITHMS.join(', ')}${hint}.`);
}

const toRow = ({ kid, algorithm, state, createdAt, signsFrom, retiresAt }: ListedKey): PrintedRow => ({
  kid,
  algorithm,
  state,
  createdAt,
  signsFrom,
  retiresAt,
});
