import type { Command } from 'commander';
import type { Client } from '../contracts/hooks.ts';
import type { SessionRecord } from '../contracts/store/store.ts';
import { isImported } from '../core/sessions/standing.ts';
import { expectUser, withSystem, type CliOptions } from './system.ts';
import { CliError, type PrintedRow } from './terminal.ts';

interface Flags {
  readonly json?: boolean;
  readonly session?: string;
  readonly all?: boolean;
}

/** Adds `sessions ...`. */
export function addSessionCommands(program: Command, options: CliOptions): void {
  const { terminal } = options;
  const sessions = program.command('sessions').description('list and end the sessions of a user');

  sessions
    .command('list <name>')
    .description("list a user's live sessions, the newest first")
    .option('--json', 'print JSON')
    .action(async (name: string, flags: Flags) => {
      const found = await withSystem(options, async (system) => {
        const { id } = await expectUser(system, name);
        return system.sessions.list(id);
      });
      terminal.printRows(found.map(toRow), flags);
    });

  sessions
    .command('revoke <name>')
    .description('end one session of a user or all of them; takes effect immediately')
    .option('--session <id>', 'the session to end, as `sessions list` shows it')
    .option('--all', 'end all of them')
    .option('--json', 'print JSON')
    .action(async (name: string, flags: Flags) => {
      const { session, all = false } = flags;
      if ((session === undefined) !== all) throw new CliError('Say which: --session <id>, or --all.');
      const ended = await withSystem(options, async (system) => {
        const { id } = await expectUser(system, name);
        if (session === undefined) return system.sessions.revokeAll(id);
        const living = await system.sessions.list(id);
        if (!living.some((record) => record.id === session)) {
          throw new CliError(`"${name}" has no live session with this id. \`sessions list\` shows those there are.`);
        }
        await system.sessions.revoke(id, session);
        return 1;
      });
      terminal.printRecord({ ended }, flags);
    });
}

/** The last three columns are filled where two clients seem to hold the tokens of the session: event `token_replayed`. */
function toRow(session: SessionRecord): PrintedRow {
  const { id, createdAt, lastUsedAt, expiresAt, ipAddress, userAgent, replay } = session;
  const reported = replay?.reported ?? null;
  return {
    id,
    createdAt,
    lastUsedAt,
    expiresAt,
    imported: isImported(session),
    ipAddress,
    userAgent,
    replays: reported && reported.rotations,
    refreshedBy: reported && describe(reported.refreshedBy),
    replayedBy: reported && describe(reported.replayedBy),
  };
}

const describe = ({ userAgent, ipAddress }: Client): string =>
  `${userAgent ?? 'unknown program'} at ${ipAddress ?? 'unknown address'}`;
