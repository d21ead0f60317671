import type { Clock } from '../contracts/clock.ts';
import type { User } from '../contracts/hooks.ts';
import type { ServerSettings } from '../contracts/settings/settings-table.ts';
import type { ShownSetting } from '../contracts/settings/shown-settings.ts';
import type { KeyKeeper } from '../core/keys/key-keeper.ts';
import type { TokenSystem } from '../core/token-system.ts';
import { openStore, type Keeper } from '../stores/open-store.ts';
import type { Django } from './django/django.ts';
import { CliError, type Terminal } from './terminal.ts';

const DAY_MS = 86_400_000;

/** What commands work with: the token system on the store that the settings name. */
export interface CliSystem extends Pick<
  TokenSystem,
  'users' | 'sessions' | 'rooms' | 'tokens' | 'services' | 'flushExpired' | 'close'
> {
  readonly django: Django;
  /** Nobody has to wait any more. Resolves to how many counts there were. */
  forgetAttempts(): Promise<number>;
}

/** What commands are given to do their work with. */
export interface CliOptions {
  readonly terminal: Terminal;
  start(): Promise<void>;
  open(): Promise<CliSystem>;
  settings(): ShownSetting[];
  /** The keeper of the key ring, for which no store is opened. */
  keys(): KeyKeeper;
  /** The keeper of the store that the settings name, which is not opened to be served. */
  keeper(): Promise<Keeper>;
}

/**
 * Opens the token system on the store that the settings name. What it is made of is loaded only now: many commands open
 * none.
 */
export async function openSystem({
  settings,
  clock,
  report,
}: {
  readonly settings: ServerSettings;
  readonly clock: Clock;
  readonly report: (error: unknown) => void;
}): Promise<CliSystem> {
  const [{ assembleTokenSystem }, { Django }, { PasswordHasher }, { OutstandingTokens }] = await Promise.all([
    import('../core/token-system.ts'),
    import('./django/django.ts'),
    import('../core/users/password-hasher.ts'),
    import('../core/users/outstanding-tokens.ts'),
  ]);
  const store = await openStore(settings);
  const system = await assembleTokenSystem({ settings, hooks: {}, clock, report, store });
  const hasher = new PasswordHasher(settings.passwordHashCost, clock);
  const tokens = new OutstandingTokens({ store, settings, clock, sessions: system.sessions });
  // No count lasts longer than a day; the networks from which accounts sign in do, and stay.
  const forgetAttempts = () => store.attempts.deleteExpired(new Date(clock() + DAY_MS));
  return { ...system, forgetAttempts, django: new Django({ store, settings, hasher, clock, tokens }) };
}

/** Runs a command on an open token system and closes it, whatever happens. */
export async function withSystem<Result>(
  { open }: Pick<CliOptions, 'open'>,
  work: (system: CliSystem) => Promise<Result>,
): Promise<Result> {
  const system = await open();
  try {
    return await work(system);
  } finally {
    await system.close();
  }
}

/** @throws CliError if there is no such user */
export async function expectUser({ users }: Pick<CliSystem, 'users'>, name: string): Promise<User> {
  const user = await users.findByUsername(name);
  if (user === null) throw new CliError(`There is no user named "${name}". \`users list\` shows those there are.`);
  return user;
}

/** The settings that turn on what some commands need. */
const ROOMS = { roles: 'ROLES', factors: 'SECOND_FACTOR', recovery: 'EMAIL' } as const;

/** @throws CliError if its setting is off */
export function expectRoom<Name extends keyof typeof ROOMS>(
  { rooms }: CliSystem,
  name: Name,
): NonNullable<CliSystem['rooms'][Name]> {
  const room = rooms[name];
  if (!room) throw new CliError(`${ROOMS[name]}: off, expected on. Set ${ROOMS[name]}=on here and for the server.`);
  return room;
}
