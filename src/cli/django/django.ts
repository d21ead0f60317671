import type { Clock } from '../../contracts/clock.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { Store } from '../../contracts/store/store.ts';
import { AccountImport } from '../../core/users/account-import.ts';
import type { PasswordHasher } from '../../core/users/password-hasher.ts';
import { BlacklistImport, type TokenSummary } from './blacklist-import.ts';
import type { DumpRow } from './dump.ts';
import { rehearseBlacklist, rehearseUsers } from './rehearsal.ts';
import type { Watcher } from './report.ts';
import { UserImport, type UserModel, type UserSummary } from './user-import.ts';

/** Moves what a Django project has into a store, or rehearses that. */
export class Django {
  readonly #store: Store;
  readonly #settings: Pick<Settings, 'leeway'>;
  readonly #hasher: PasswordHasher;
  readonly #clock: Clock;

  constructor(parts: {
    readonly store: Store;
    readonly settings: Pick<Settings, 'leeway'>;
    readonly hasher: PasswordHasher;
    readonly clock: Clock;
  }) {
    this.#store = parts.store;
    this.#settings = parts.settings;
    this.#hasher = parts.hasher;
    this.#clock = parts.clock;
  }

  /** @throws DumpError, StoreUnavailable */
  importUsers(rows: AsyncIterable<DumpRow>, model: UserModel, watcher: Watcher): Promise<UserSummary> {
    const accounts = new AccountImport(this.#store.users, this.#hasher);
    return new UserImport(accounts, watcher, this.#clock).run(rows, model);
  }

  /** What `importUsers` would do now; nothing is written. */
  rehearseUsers(rows: AsyncIterable<DumpRow>, model: UserModel, watcher: Watcher): Promise<UserSummary> {
    const accounts = new AccountImport(rehearseUsers(this.#store.users), this.#hasher);
    return new UserImport(accounts, watcher, this.#clock).run(rows, model);
  }

  /** @throws DumpError, StoreUnavailable */
  importTokens(rows: AsyncIterable<DumpRow>, watcher: Watcher): Promise<TokenSummary> {
    return new BlacklistImport(this.#store.blacklist, watcher, this.#clock, this.#settings.leeway).run(rows);
  }

  /** What `importTokens` would do now; nothing is written. */
  rehearseTokens(rows: AsyncIterable<DumpRow>, watcher: Watcher): Promise<TokenSummary> {
    const blacklist = rehearseBlacklist(this.#store.blacklist);
    return new BlacklistImport(blacklist, watcher, this.#clock, this.#settings.leeway).run(rows);
  }
}
