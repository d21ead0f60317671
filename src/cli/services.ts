import type { User } from '../contracts/hooks.ts';
import type { ShownSetting } from '../contracts/settings/settings.ts';
import type { StoreKeeper } from '../contracts/store/store-keeper.ts';
import type { KeyKeeper } from '../core/keys/key-keeper.ts';
import type { TokenSystem } from '../core/token-system.ts';
import type { Django } from './django/django.ts';
import { CliError } from './terminal.ts';

/** What commands work with: the token system on the store that the settings name. */
export interface CliServices extends Pick<
  TokenSystem,
  'users' | 'sessions' | 'tokens' | 'services' | 'flushExpired' | 'close'
> {
  readonly django: Django;
}

/** What the command line is given by whoever starts it. */
export interface CliOptions {
  readonly version: string;
  start(): Promise<void>;
  open(): Promise<CliServices>;
  settings(): ShownSetting[];
  /** The keeper of the key ring, for which no store is opened. */
  keys(): KeyKeeper;
  /** The keeper of the store that the settings name, which is not opened to be served. */
  keeper(): Promise<StoreKeeper>;
}

/** Runs a command on open services and closes them, whatever happens. */
export async function withServices<Result>(
  { open }: Pick<CliOptions, 'open'>,
  work: (services: CliServices) => Promise<Result>,
): Promise<Result> {
  const services = await open();
  try {
    return await work(services);
  } finally {
    await services.close();
  }
}

/** @throws CliError if there is no such user */
export async function expectUser({ users }: Pick<CliServices, 'users'>, name: string): Promise<User> {
  const user = await users.findByUsername(name);
  if (user === null) throw new CliError(`There is no user named "${name}". \`users list\` shows those there are.`);
  return user;
}
