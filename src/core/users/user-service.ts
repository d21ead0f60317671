import { createHash, randomUUID } from 'node:crypto';
import type { Actor, Audit } from '../../contracts/audit.ts';
import type { Clock } from '../../contracts/clock.ts';
import { InvalidInput, NoActiveAccount, Overloaded } from '../../contracts/errors.ts';
import type { Client, Hooks, SecurityEventName, User } from '../../contracts/hooks.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { RevocationReason, Store, UserRecord } from '../../contracts/store/store.ts';
import type { PasswordHasher } from './password-hasher.ts';
import { checkNewPassword, checkPassword, checkText } from './password-policy.ts';
import { givenUserId } from './user-id.ts';
import { MAX_USERNAME_LENGTH, newUsername, usernameKey } from './username.ts';

/** What a new account needs; `id` only where it comes from another system. */
export interface NewUser {
  readonly username: string;
  readonly password: string;
  readonly id?: string;
  /** Default: false. */
  readonly isAdmin?: boolean;
}

/** What may be changed in the account of somebody else. */
export type AccountChanges = Partial<Pick<User, 'isActive' | 'isAdmin'>>;

/** Accounts: who they are, whether they may sign in, and what ends when they change. */
export class UserService {
  readonly #store: Store;
  readonly #settings: Settings;
  readonly #hasher: PasswordHasher;
  readonly #hooks: Hooks;
  readonly #clock: Clock;
  readonly #audit: Audit;

  constructor(parts: {
    readonly store: Store;
    readonly settings: Settings;
    readonly hasher: PasswordHasher;
    readonly hooks: Hooks;
    readonly clock: Clock;
    readonly audit: Audit;
  }) {
    this.#store = parts.store;
    this.#settings = parts.settings;
    this.#hasher = parts.hasher;
    this.#hooks = parts.hooks;
    this.#clock = parts.clock;
    this.#audit = parts.audit;
  }

  /**
   * Signs a user in. Unknown, wrong and inactive cost the same work and read the same.
   *
   * @throws InvalidInput, NoActiveAccount, Overloaded, StoreUnavailable
   */
  async authenticate(username: string, password: string, client: Client): Promise<User> {
    checkText('username', username, MAX_USERNAME_LENGTH);
    checkPassword('password', password);
    const record = await this.#store.users.findByUsernameKey(usernameKey(username));
    const matches = await this.#hasher.verify(password, record?.passwordHash);
    if (record === null || !matches || !(await this.isAllowed(record))) {
      this.#audit('sign_in_failed', { userId: record?.id ?? null, client });
      await this.#hooks.onLoginFailed?.({ username, password: '********************' }, client);
      throw new NoActiveAccount();
    }
    if (this.#hasher.needsRehash(record.passwordHash)) await this.#upgradeHash(record, password);
    const user = await this.#noteLogin(record);
    await this.#hooks.onLoginSuccess?.(user, client);
    this.#audit('sign_in', { userId: user.id, client });
    return user;
  }

  async #upgradeHash({ id, passwordHash }: UserRecord, password: string): Promise<void> {
    try {
      await this.#store.users.replacePasswordHash(id, passwordHash, await this.#hasher.hash(password));
    } catch (error) {
      if (!(error instanceof Overloaded)) throw error; // a later sign-in will do
    }
  }

  async #noteLogin(record: UserRecord): Promise<User> {
    if (!this.#settings.updateLastLogin) return toUser(record);
    const updated = await this.#store.users.update(record.id, { lastLogin: new Date(this.#clock()) });
    // With the password of before a change, nothing of after it is handed out.
    if (updated?.passwordChangedAt.getTime() !== record.passwordChangedAt.getTime()) throw new NoActiveAccount();
    return toUser(updated);
  }

  /** simplejwt's user authentication rule: may this user sign in and refresh? */
  async isAllowed(record: UserRecord): Promise<boolean> {
    const rule = this.#hooks.userAuthenticationRule;
    if (rule !== undefined) return rule(toUser(record));
    return record.isActive || !this.#settings.checkUserIsActive;
  }

  /** Whether nothing that ends a user's sessions has happened since they were read. */
  async isUnchanged({ id, isActive, passwordChangedAt }: User): Promise<boolean> {
    const record = await this.#store.users.findById(id);
    return record?.isActive === isActive && record.passwordChangedAt.getTime() === passwordChangedAt.getTime();
  }

  /** Whether a disabled user is refused in guarded fields. */
  isRefused(user: Pick<User, 'isActive'>): boolean {
    return this.#settings.checkUserIsActive && !user.isActive;
  }

  /** The user a token names, by the field that `userIdField` says. */
  async findByClaim(claim: string): Promise<UserRecord | null> {
    return this.#settings.userIdField === 'id'
      ? this.#store.users.findById(claim)
      : this.#store.users.findByUsernameKey(usernameKey(claim));
  }

  /** The value of the user id claim for a user. */
  claimOf(user: Pick<User, 'id' | 'username'>): string {
    return user[this.#settings.userIdField];
  }

  async find(id: string): Promise<User | null> {
    const record = await this.#store.users.findById(id);
    return record && toUser(record);
  }

  async findByUsername(username: string): Promise<User | null> {
    const record = await this.#store.users.findByUsernameKey(usernameKey(username.slice(0, MAX_USERNAME_LENGTH + 1)));
    return record && toUser(record);
  }

  /** Users in the order of their names, at most `limit` after the name `after`, whose name begins with `prefix`. */
  async list(limit: number, after?: string, prefix = ''): Promise<User[]> {
    const page = { after: after === undefined ? null : usernameKey(after), limit, prefix: usernameKey(prefix) };
    return (await this.#store.users.list(page)).map(toUser);
  }

  /**
   * Makes an account. A bad password is refused before the store is asked, and a taken name after the same work as a
   * free one.
   *
   * @throws InvalidInput, Overloaded, StoreUnavailable
   */
  async create({ username: given, password, id = newId(), isAdmin = false }: NewUser): Promise<User> {
    const username = newUsername(given);
    await checkNewPassword('password', password, username);
    const now = new Date(this.#clock());
    const record: UserRecord = {
      id: givenUserId(id),
      username,
      usernameKey: usernameKey(username),
      passwordHash: await this.#hasher.hash(password),
      passwordChangedAt: now,
      isActive: true,
      isAdmin,
      lastLogin: null,
      createdAt: now,
    };
    const outcome = await this.#store.users.insert(record);
    if (outcome === 'id_taken') throw new InvalidInput('id', 'A user with that id already exists.');
    if (outcome === 'username_taken') {
      throw new InvalidInput('username', 'A user with that username already exists.', 'username_taken');
    }
    this.#audit('user_created', { userId: id });
    if (isAdmin) this.#audit('admin_granted', { userId: id });
    return toUser(record);
  }

  /**
   * Changes a user's own password, given the current one, and ends all their sessions.
   *
   * @throws InvalidInput, NoActiveAccount, Overloaded, StoreUnavailable
   */
  async changePassword(id: string, current: string, next: string): Promise<User> {
    checkPassword('currentPassword', current);
    const record = await this.#store.users.findById(id);
    if (record === null || !(await this.isAllowed(record))) throw new NoActiveAccount();
    await checkNewPassword('newPassword', next, record.username);
    const matches = await this.#hasher.verify(current, record.passwordHash);
    if (!matches || !(await this.#replacePassword(record, next))) {
      throw new InvalidInput('currentPassword', 'Your old password was entered incorrectly. Please enter it again.');
    }
    this.#audit('password_changed', { userId: id });
    await this.#endSessions(id, 'password_changed');
    const changed = await this.find(id);
    if (changed === null) throw new NoActiveAccount();
    return changed;
  }

  /** Resolves to false if somebody else has changed it in the meantime. */
  async #replacePassword({ id, passwordHash }: UserRecord, password: string): Promise<boolean> {
    const replacement = await this.#hasher.hash(password);
    return this.#store.users.replacePasswordHash(id, passwordHash, replacement, new Date(this.#clock()));
  }

  /**
   * Sets a password and ends all sessions of the user. Null if there is no such user.
   *
   * @throws InvalidInput, Overloaded, StoreUnavailable
   */
  async setPassword(id: string, password: string): Promise<User | null> {
    const record = await this.#store.users.findById(id);
    if (record === null) return null;
    await checkNewPassword('newPassword', password, record.username);
    const passwordHash = await this.#hasher.hash(password);
    const changed = await this.#store.users.update(id, { passwordHash, passwordChangedAt: new Date(this.#clock()) });
    if (changed) this.#audit('password_changed', { userId: id });
    await this.#endSessions(id, 'password_changed');
    return changed && toUser(changed);
  }

  /** Enables or disables a user; whoever is refused from now on loses their sessions. Null if there is no such user. */
  setActive(id: string, isActive: boolean): Promise<User | null> {
    return this.change(id, { isActive });
  }

  /** Sets any of these in one step; who is made an admin, or is none any more, stays signed in. */
  async change(id: string, { isActive, isAdmin }: AccountChanges, by: Actor = {}): Promise<User | null> {
    const changes = { ...(isActive !== undefined && { isActive }), ...(isAdmin !== undefined && { isAdmin }) };
    const changed = await this.#store.users.update(id, changes);
    const note = (event: SecurityEventName) => changed && this.#audit(event, { ...by, userId: id });
    if (isActive !== undefined) note(isActive ? 'user_enabled' : 'user_disabled');
    if (isAdmin !== undefined) note(isAdmin ? 'admin_granted' : 'admin_revoked');
    if (isActive === false && this.isRefused({ isActive })) await this.#endSessions(id, 'user_disabled', by);
    return changed && toUser(changed);
  }

  /** Deletes a user and ends all their sessions. Resolves to whether there was such a user. */
  async delete(id: string): Promise<boolean> {
    const existed = await this.#store.users.delete(id);
    if (existed) this.#audit('user_deleted', { userId: id });
    await this.#endSessions(id, 'user_deleted');
    return existed;
  }

  async #endSessions(userId: string, reason: RevocationReason, by: Actor = {}): Promise<void> {
    const sessions = await this.#store.sessions.revokeAll(userId, { at: new Date(this.#clock()), reason });
    if (sessions > 0) this.#audit('sessions_ended', { ...by, userId, sessions, reason });
  }
}

const newId = (): string => randomUUID().replaceAll('-', '');

/** What goes into the claim that a password change invalidates; nothing can be learned of the password from it. */
export function passwordFingerprint(user: UserRecord | User): string {
  return createHash('sha256').update(`${user.id} ${user.passwordChangedAt.toISOString()}`).digest('hex').slice(0, 32);
}

/** A user without the secrets. */
export function toUser({ passwordHash: _hash, usernameKey: _key, ...user }: UserRecord): User {
  return user;
}
