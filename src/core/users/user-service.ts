import { randomBytes } from 'node:crypto';
import type { Clock } from '../../contracts/clock.ts';
import { NoActiveAccount } from '../../contracts/errors.ts';
import type { Actor, Events } from '../../contracts/events.ts';
import type { Client, Hooks, SecurityEventName, User } from '../../contracts/hooks.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { Store, UserRecord } from '../../contracts/store/store.ts';
import { givenUsernameKey, MAX_USERNAME_LENGTH, usernameKey } from '../../contracts/username-key.ts';
import { toUser } from '../sessions/account.ts';
import type { SessionService } from '../sessions/session-service.ts';
import { isAllowed, isRefused } from '../sessions/standing.ts';
import { accountsNamed, countedName } from './accounts-named.ts';
import { expectInserted, newAccount, type NewAccount, type NewUser } from './new-account.ts';
import { wrongPassword, type PasswordCheck } from './password-check.ts';
import type { PasswordHasher } from './password-hasher.ts';
import { checkNewPassword, checkPassword, checkText } from './password-policy.ts';
import { removeTraces } from './traces.ts';
import { expectWhole } from './whole-record.ts';

/** What an admin may change in an account. */
export type AccountChanges = Partial<Pick<User, 'isActive' | 'isAdmin'>>;

/** What the service is made of. */
export interface UserParts {
  readonly store: Store;
  readonly settings: Settings;
  readonly hasher: PasswordHasher;
  readonly passwords: PasswordCheck;
  /** Asks for a code where the account has a second factor. Left out where there are none. */
  readonly secondFactors?: { challenge(record: UserRecord, knownAs: string | null): Promise<void> } | undefined;
  /** Is told of who signs in by what is the address of another account. */
  readonly throttle: { noteOther(client: Client, account: string): void };
  readonly sessions: SessionService;
  readonly hooks: Hooks;
  readonly clock: Clock;
  readonly events: Events;
}

/** Accounts: who they are, whether they may sign in, and what ends when they change. */
export class UserService {
  readonly #parts: UserParts;

  constructor(parts: UserParts) {
    this.#parts = parts;
  }

  /**
   * Signs a user in. Unknown, wrong and inactive cost the same work and read the same.
   *
   * @throws InvalidInput, NoActiveAccount, SecondFactorRequired, Overloaded, StoreUnavailable
   */
  async authenticate(username: string, password: string, client: Client): Promise<User> {
    checkText('username', username, MAX_USERNAME_LENGTH);
    checkPassword('password', password);
    const accounts = await accountsNamed(username, this.#parts);
    const { record, right } = await this.#parts.passwords.holderOf(password, accounts);
    if (record === null || right === null || !(await isAllowed(record, this.#parts))) {
      if (record !== null)
        expectWhole(record, record.emailKey === undefined ? usernameKey(username) : record.usernameKey);
      this.#parts.events.audit('sign_in_failed', { userId: record?.id ?? null, client });
      await this.#parts.hooks.onLoginFailed?.({ username, password: '********************' }, client);
      throw new NoActiveAccount();
    }
    const isOther = record !== accounts[0];
    const account = countedName(username, this.#parts.settings);
    if (isOther) this.#parts.throttle.noteOther(client, account);
    await this.#parts.passwords.upgrade(record, right);
    await this.#parts.secondFactors?.challenge(record, isOther ? null : account);
    return this.completeSignIn(record, client);
  }

  /**
   * Ends a sign-in of somebody who has proved who they are.
   *
   * @throws NoActiveAccount if the password was changed meanwhile, StoreUnavailable, and what the hook throws
   */
  async completeSignIn(record: UserRecord, client: Client): Promise<User> {
    const user = await this.#noteLogin(record);
    await this.#parts.hooks.onLoginSuccess?.(user, client);
    this.#parts.events.audit('sign_in', { userId: user.id, client });
    return user;
  }

  async #noteLogin(record: UserRecord): Promise<User> {
    if (!this.#parts.settings.updateLastLogin) return toUser(record);
    const updated = await this.#parts.store.users.update(record.id, { lastLogin: new Date(this.#parts.clock()) });
    // With the password of before a change, nothing of after it is handed out.
    if (updated?.passwordChangedAt.getTime() !== record.passwordChangedAt.getTime()) throw new NoActiveAccount();
    return toUser(updated);
  }

  /** Whether nothing that ends a user's sessions has happened since they were read. */
  async isUnchanged({ id, isActive, passwordChangedAt }: User): Promise<boolean> {
    const record = await this.find(id);
    return record?.isActive === isActive && record.passwordChangedAt.getTime() === passwordChangedAt.getTime();
  }

  async find(id: string): Promise<User | null> {
    const record = await this.#parts.store.users.findById(id);
    return record && toUser(record);
  }

  async findByUsername(username: string): Promise<User | null> {
    const record = await this.#parts.store.users.findByUsernameKey(givenUsernameKey(username));
    return record && toUser(record);
  }

  /** Users in the order of their names, at most `limit` after the name `after`, with `search` somewhere in name or address. */
  async list(limit: number, after?: string, search = ''): Promise<User[]> {
    const place = { after: after === undefined ? null : usernameKey(after), limit };
    const part = search !== '' && { part: usernameKey(search) };
    return (await this.#parts.store.users.list({ ...place, ...part })).map(toUser);
  }

  /** How many users there are with `search` somewhere in name or address. */
  count(search = ''): Promise<number> {
    return this.#parts.store.users.count(search === '' ? undefined : usernameKey(search));
  }

  /**
   * Makes an account. A bad password is refused before the store is asked, and a taken name after the same work as a
   * free one.
   *
   * @example
   * ```ts
   * const alice = await auth.users.create({ username: 'alice', password: 'correct horse battery staple' });
   * ```
   *
   * @throws InvalidInput, Overloaded, StoreUnavailable
   */
  async create({ password, ...account }: NewUser & NewAccount, by: Actor = {}): Promise<User> {
    const record = newAccount(account, '', this.#now(), this.#parts.settings);
    await checkNewPassword('password', password, { ...this.#parts, username: record.username });
    return this.#insert({ ...record, passwordHash: await this.#parts.hasher.hash(password) }, by);
  }

  /**
   * Makes an account without a password, which is set by a link.
   *
   * @throws InvalidInput, StoreUnavailable
   */
  invite(account: NewAccount, by: Actor): Promise<User> {
    // Django's form of a hash that no password has; random, as a link is bound to it.
    const hash = `!${randomBytes(30).toString('base64url')}`;
    return this.#insert(newAccount(account, hash, this.#now(), this.#parts.settings), by);
  }

  async #insert(record: UserRecord, by: Actor): Promise<User> {
    expectInserted(await this.#parts.store.users.insert(record));
    this.#parts.events.audit('user_created', { ...by, userId: record.id });
    if (record.isAdmin) this.#parts.events.audit('admin_granted', { ...by, userId: record.id });
    return toUser(record);
  }

  #now(): Date {
    return new Date(this.#parts.clock());
  }

  /**
   * Changes a user's own password, given the current one, and ends all their sessions.
   *
   * @throws InvalidInput, NoActiveAccount, Overloaded, StoreUnavailable
   */
  async changePassword(id: string, current: string, next: string): Promise<User> {
    checkPassword('currentPassword', current);
    const record = await this.#allowed(id);
    await checkNewPassword('newPassword', next, { ...this.#parts, username: record.username });
    await this.#parts.passwords.expectRight(record, current);
    const replacement = await this.#parts.hasher.hash(next);
    if (!(await this.replacePassword(record, replacement))) throw wrongPassword();
    this.#parts.events.audit('password_changed', { userId: id });
    await this.#parts.sessions.endAll(id, 'password_changed');
    const changed = await this.find(id);
    if (changed === null) throw new NoActiveAccount();
    return changed;
  }

  /**
   * Asks a user for the password again.
   *
   * @throws InvalidInput, NoActiveAccount, Overloaded, StoreUnavailable
   */
  async confirm(id: string, password: string): Promise<UserRecord> {
    checkPassword('currentPassword', password);
    const record = await this.#allowed(id);
    await this.#parts.passwords.expectRight(record, password);
    return record;
  }

  async #allowed(id: string): Promise<UserRecord> {
    const record = await this.#parts.store.users.findById(id);
    if (record === null || !(await isAllowed(record, this.#parts))) throw new NoActiveAccount();
    return record;
  }

  /** Puts a hash in the place of the one that was read. Resolves to false if it was changed in the meantime. */
  replacePassword({ id, passwordHash }: UserRecord, replacement: string): Promise<boolean> {
    const facts = { passwordChangedAt: this.#now(), formerHashClaim: null };
    return this.#parts.store.users.replacePasswordHash(id, passwordHash, replacement, facts);
  }

  /**
   * Sets a password and ends all sessions of the user. Null if there is no such user.
   *
   * @throws InvalidInput, Overloaded, StoreUnavailable
   */
  async setPassword(id: string, password: string, by: Actor = {}): Promise<User | null> {
    const record = await this.#parts.store.users.findById(id);
    if (record === null) return null;
    await checkNewPassword('newPassword', password, { ...this.#parts, username: record.username });
    const passwordHash = await this.#parts.hasher.hash(password);
    const changed = await this.#parts.store.users.update(id, {
      passwordHash,
      passwordChangedAt: this.#now(),
      formerHashClaim: null,
    });
    if (changed) this.#parts.events.audit('password_changed', { ...by, userId: id });
    await this.#parts.sessions.endAll(id, 'password_changed', by);
    return changed && toUser(changed);
  }

  /** Enables or disables a user. A user who is refused from now on loses all sessions. Null if there is no such user. */
  setActive(id: string, isActive: boolean): Promise<User | null> {
    return this.change(id, { isActive });
  }

  /** Sets any of these in one step; who is made an admin, or is none any more, stays signed in. */
  async change(id: string, { isActive, isAdmin }: AccountChanges, by: Actor = {}): Promise<User | null> {
    const changes = { ...(isActive !== undefined && { isActive }), ...(isAdmin !== undefined && { isAdmin }) };
    const changed = await this.#parts.store.users.update(id, changes);
    const note = (event: SecurityEventName) => changed && this.#parts.events.audit(event, { ...by, userId: id });
    if (isActive !== undefined) note(isActive ? 'user_enabled' : 'user_disabled');
    if (isAdmin !== undefined) note(isAdmin ? 'admin_granted' : 'admin_revoked');
    if (isActive === false && isRefused({ isActive }, this.#parts.settings)) {
      await this.#parts.sessions.endAll(id, 'user_disabled', by);
    }
    return changed && toUser(changed);
  }

  /** Deletes a user and ends all their sessions. Resolves to whether there was such a user. */
  async delete(id: string, by: Actor = {}): Promise<boolean> {
    const existed = await this.#parts.store.users.delete(id);
    if (existed) this.#parts.events.audit('user_deleted', { ...by, userId: id });
    await this.#parts.sessions.endAll(id, 'user_deleted', by);
    await removeTraces(this.#parts.store, id);
    return existed;
  }
}
