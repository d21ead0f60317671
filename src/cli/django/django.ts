import type { Clock } from '../../contracts/clock.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { Store } from '../../contracts/store/store.ts';
import { AccountImport } from '../../core/users/account-import.ts';
import type { OutstandingTarget } from '../../core/users/outstanding-tokens.ts';
import type { PasswordHasher } from '../../core/users/password-hasher.ts';
import { BlacklistImport, type TokenSummary } from './blacklist-import.ts';
import type { DumpRow } from './dump.ts';
import { rehearseTokens, rehearseUsers } from './rehearsal.ts';
import type { Watcher } from './report.ts';
import type { UserModel } from './rows.ts';
import { UserImport, type UserSummary } from './user-import.ts';

/** What moving needs. */
export interface DjangoParts {
  readonly store: Store;
  readonly settings: Pick<Settings, 'leeway' | 'slidingTokenRefreshExpClaim' | 'revokeTokenClaim' | 'email'>;
  readonly tokens: OutstandingTarget;
  readonly hasher: PasswordHasher;
  readonly clock: Clock;
}

/** Imports the accounts and tokens of a Django project into a store, or does a dry run. */
export class Django {
  readonly #parts: DjangoParts;

  constructor(parts: DjangoParts) {
    this.#parts = parts;
  }

  /** @throws DumpError, StoreUnavailable */
  importUsers(rows: AsyncIterable<DumpRow>, model: UserModel, watcher: Watcher): Promise<UserSummary> {
    const accounts = new AccountImport(this.#parts.store.users, this.#parts.hasher);
    return new UserImport({ accounts, watcher, clock: this.#parts.clock }).run(rows, this.#here(model));
  }

  /** What `importUsers` would do now; nothing is written. */
  rehearseUsers(rows: AsyncIterable<DumpRow>, model: UserModel, watcher: Watcher): Promise<UserSummary> {
    const accounts = new AccountImport(rehearseUsers(this.#parts.store.users), this.#parts.hasher);
    return new UserImport({ accounts, watcher, clock: this.#parts.clock }).run(rows, this.#here(model));
  }

  #here(model: UserModel): UserModel {
    return { ...model, hasEmail: this.#parts.settings.email };
  }

  /** @throws DumpError, StoreUnavailable */
  importTokens(rows: AsyncIterable<DumpRow>, watcher: Watcher): Promise<TokenSummary> {
    return new BlacklistImport({ ...this.#parts, watcher }).run(rows);
  }

  /** What `importTokens` would do now; nothing is written. */
  rehearseTokens(rows: AsyncIterable<DumpRow>, watcher: Watcher): Promise<TokenSummary> {
    return new BlacklistImport({ ...this.#parts, tokens: rehearseTokens(this.#parts.store), watcher }).run(rows);
  }
}
