import type { Clock } from '../../contracts/clock.ts';
import { InvalidInput } from '../../contracts/errors.ts';
import type { Events } from '../../contracts/events.ts';
import type { Client, Hooks, User } from '../../contracts/hooks.ts';
import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { Store, UserRecord } from '../../contracts/store/store.ts';
import { bondOf, linkNotValid, LINK_LIFETIMES, type Links } from '../mail/links.ts';
import type { Mailer } from '../mail/mailer.ts';
import type { SessionService } from '../sessions/session-service.ts';
import { accountsNamed } from '../users/accounts-named.ts';
import { toUser } from '../sessions/account.ts';
import { newEmail } from '../users/email.ts';
import { expectInserted, type NewAccount, type NewUser } from '../users/new-account.ts';
import { checkNewPassword } from '../users/password-policy.ts';
import type { PasswordHasher } from '../users/password-hasher.ts';
import type { UserService } from '../users/user-service.ts';

const DAY = 86_400;
/** A notice is worth something for so long. */
const NOTICE_LIFETIME = 3 * DAY;

/** Who asks for a mail. */
export interface Asking {
  readonly client: Client;
  /** The language they prefer, a tag of RFC 5646; null where it is not known. */
  readonly language: string | null;
}

/** What recovery works with. */
export interface RecoveryParts {
  readonly store: Store;
  readonly settings: Settings;
  readonly hooks: Hooks;
  readonly clock: Clock;
  readonly events: Events;
  readonly users: UserService;
  readonly sessions: SessionService;
  readonly hasher: PasswordHasher;
  readonly links: Links;
  readonly mailer: Mailer;
}

/** E-mail addresses of accounts, and new passwords by a link. */
export class Recovery {
  readonly #parts: RecoveryParts;

  constructor(parts: RecoveryParts) {
    this.#parts = parts;
  }

  /**
   * Makes an account. Its address is nobody's until a link comes back from it: one that another account has is taken as any other,
   * and a mail there tells its owner.
   *
   * @throws InvalidInput, Overloaded, StoreUnavailable
   */
  async register(account: NewUser, asking: Asking): Promise<User> {
    const user = await this.#parts.users.create({ ...account, isEmailOpen: true });
    const record = user.email === undefined ? null : await this.#parts.store.users.findById(user.id);
    if (record?.email !== undefined) await this.#sendVerification(record, record.email, asking);
    return user;
  }

  /**
   * Makes an account whose user chooses the password by a link.
   *
   * @throws InvalidInput, StoreUnavailable
   */
  async invite(
    account: NewAccount & { readonly email: string },
    by: Asking & { readonly actorId: string | null },
  ): Promise<User> {
    const { actorId, client, language } = by;
    const user = await this.#parts.users.invite(account, { actorId, client });
    await this.#parts.mailer.add({
      kind: 'invitation',
      userId: user.id,
      language,
      lifetime: LINK_LIFETIMES.invitation,
    });
    this.#parts.events.audit('user_invited', { userId: user.id, actorId, client });
    return user;
  }

  /**
   * Gives an account an address without a link, or takes it away. False if there is no such user.
   *
   * @throws InvalidInput, StoreUnavailable
   */
  async setEmail(id: string, given: string | null): Promise<boolean> {
    const next = given === null ? { email: null, emailKey: null } : newEmail(given);
    const { users, links } = this.#parts.store;
    const user = await users.findById(id);
    if (user === null) return false;
    const emailVerified = given === null ? null : false;
    const outcome = await users.replaceAddress(id, user.email ?? null, { ...next, emailVerified });
    expectInserted(outcome === 'email_taken' ? outcome : 'inserted');
    await links.deleteOfUser(id);
    if (outcome !== 'replaced') return false;
    if (user.emailKey !== undefined && user.emailKey !== next.emailKey) await this.#tellFormer(user, null);
    this.#parts.events.audit('email_changed', { userId: id });
    return true;
  }

  /**
   * Sends a link to the address that is to be the account's. Nothing changes before it comes back.
   *
   * @throws InvalidInput, NoActiveAccount, Overloaded, StoreUnavailable
   */
  async requestEmailChange(id: string, password: string, given: string, asking: Asking): Promise<string> {
    const { email, emailKey } = newEmail(given);
    const user = await this.#parts.users.confirm(id, password);
    const { client, language } = asking;
    if (user.emailKey !== undefined && user.emailKey !== emailKey) {
      const notice = { kind: 'notice_email_change_asked', userId: id, to: user.email ?? null } as const;
      await this.#parts.mailer.add({ ...notice, client, language, lifetime: NOTICE_LIFETIME });
    }
    await this.#sendVerification(user, email, asking);
    this.#parts.events.audit('email_change_asked', { userId: id, client });
    return email;
  }

  /**
   * Makes the address, to which a link was sent, that of the account. Resolves to the address.
   *
   * @throws InvalidInput, StoreUnavailable
   */
  async verifyEmail(token: string, client: Client): Promise<string> {
    const { links, store, events } = this.#parts;
    const { link, user } = await links.open(token, ['email_verify']);
    await links.redeem(link);
    const { email, emailKey } = newEmail(link.email);
    const next = { email, emailKey, emailVerified: true };
    const outcome = await store.users.replaceAddress(user.id, user.email ?? null, next);
    if (outcome === 'changed') throw linkNotValid();
    if (outcome === 'email_taken') {
      throw new InvalidInput('token', 'Another account has this e-mail address already.', 'email_taken');
    }
    const isOther = user.emailKey !== undefined && user.emailKey !== emailKey;
    if (isOther) await this.#tellFormer(user, client);
    events.audit(isOther ? 'email_changed' : 'email_verified', { userId: user.id, client });
    return email;
  }

  /**
   * Sends a link for a new password to the address of an account, if there are both. What is done here is the same where there are
   * not: the rest is seen to when the mail is written.
   *
   * @throws StoreUnavailable
   */
  async requestPasswordReset(usernameOrEmail: string, { client, language }: Asking): Promise<void> {
    const [account] = await accountsNamed(usernameOrEmail, this.#parts);
    const draft = { kind: 'password_reset', userId: account?.id ?? null, client, language } as const;
    await this.#parts.mailer.add({ ...draft, lifetime: LINK_LIFETIMES.password_reset });
  }

  /**
   * Sets a password by a link that was sent, and ends all sessions of the user. It starts none.
   *
   * @throws InvalidInput, Overloaded, StoreUnavailable
   */
  async resetPassword(token: string, password: string, client: Client): Promise<User> {
    const { links, users, hasher, events, sessions } = this.#parts;
    const { link, user } = await links.open(token, ['password_reset', 'invitation']);
    await checkNewPassword('newPassword', password, { ...this.#parts, username: user.username });
    const replacement = await hasher.hash(password);
    await links.redeem(link);
    // Of this, a change of the password and another reset, each with the password that there was, one succeeds.
    if (!(await users.replacePassword(user, replacement))) throw linkNotValid();
    events.audit('password_reset', { userId: user.id, client });
    await sessions.endAll(user.id, 'password_changed', { client });
    await links.revokeAll(user.id);
    await this.#noteVerified(user);
    return toUser(user);
  }

  /** The user of a link has the mailbox it was sent to: that of the account, for as long as the link is good. */
  async #noteVerified({ id, email, emailKey }: UserRecord): Promise<void> {
    if (email === undefined || emailKey === undefined) return;
    await this.#parts.store.users.replaceAddress(id, email, { email, emailKey, emailVerified: true });
  }

  #tellFormer({ id: userId, email }: UserRecord, client: Client | null): Promise<void> {
    const notice = { kind: 'notice_email_changed', userId, to: email ?? null } as const;
    return this.#parts.mailer.add({ ...notice, client, lifetime: NOTICE_LIFETIME });
  }

  #sendVerification(user: UserRecord, to: string, { client, language }: Asking): Promise<void> {
    const draft = { kind: 'email_verify', userId: user.id, bond: bondOf(user), to, client, language } as const;
    return this.#parts.mailer.add({ ...draft, lifetime: LINK_LIFETIMES.email_verify });
  }
}
