import type { Clock } from '../../contracts/clock.ts';
import type { EventListener, SystemEvent } from '../../contracts/events.ts';
import type { SecurityEvent } from '../../contracts/hooks.ts';
import { kept } from '../../contracts/client-address.ts';
import { newId } from '../../contracts/claims.ts';
import { KEPT_EVENTS } from '../../contracts/store/mail-store.ts';
import type { AccountEventRecord, ListPosition, MailKind, Store } from '../../contracts/store/store.ts';
import { MailBudget } from '../mail/mail-budget.ts';
import type { Mailer } from '../mail/mailer.ts';
import { budget } from '../throttle/rule.ts';
import { KnownDevices } from './known-devices.ts';

/** No event is kept for longer. */
const MEMORY_MS = 180 * 86_400_000;
/** A notice is worth something for so many seconds. */
const LIFETIME = 3 * 86_400;

/** What users are told of, and the mail that tells them; null is for what they did or will see themselves. */
const NOTICES: Partial<Record<string, MailKind | null>> = {
  sign_in: null,
  new_device: 'notice_new_device',
  token_reused: 'notice_token_reuse',
  token_replayed: 'notice_token_reuse',
  sessions_ended: null,
  password_changed: 'notice_password_changed',
  password_reset: 'notice_password_changed',
  password_reset_asked: null,
  email_change_asked: null,
  email_verified: null,
  email_changed: null, // the old address is told where it is changed, for it is known there
  user_enabled: null,
  user_disabled: null,
  admin_granted: null,
  admin_revoked: null,
  guessing_suspected: 'notice_guessing',
  roles_changed: null,
  key_rotated: null,
  recovery_code_used: null,
  second_factor_failed: null,
  stepped_up: null,
  account_exported: null,
  second_factor_added: 'notice_factor_changed',
  second_factor_removed: 'notice_factor_changed',
  recovery_codes_renewed: 'notice_factor_changed',
};

/** Events that can be caused without the password of the account: only some are kept a day, or they would push out all others. */
const OF_STRANGERS: ReadonlySet<string> = new Set(['password_reset_asked', 'account_exported']);
const MOST_OF_STRANGERS = budget({ limit: 5, window: 86_400 });

/** What notices work with. */
export interface NoticeParts {
  readonly store: Store;
  readonly clock: Clock;
  /** Null where mails are off. */
  readonly mailer: Mailer | null;
  readonly report: (error: unknown) => void;
}

/** What an event of an account is called, and when it was. */
interface Noted {
  readonly id: string;
  readonly at: number;
  readonly userId: string;
}

/** Tells users what happens to their accounts (ASVS 6.3.7): keeps it for them to read, and mails what they should know at once. */
export class Notices implements EventListener {
  readonly hears = ['security'] as const;
  readonly #parts: NoticeParts;
  readonly #devices: KnownDevices;
  readonly #strangers: MailBudget;
  readonly #pending = new Set<Promise<void>>();
  #count = 0;

  constructor(parts: NoticeParts) {
    this.#parts = parts;
    this.#devices = new KnownDevices(parts);
    this.#strangers = new MailBudget(parts, MOST_OF_STRANGERS);
  }

  /** Begins to note an event. */
  tell(event: SystemEvent): void {
    if (event.kind !== 'security') return;
    const { userId, event: name, reason } = event.event;
    if (userId === null || !(name in NOTICES) || reason === 'user_deleted') return;
    const work = this.#note(event.event, { ...this.#next(), userId }).catch(this.#parts.report);
    this.#pending.add(work);
    void work.then(() => this.#pending.delete(work));
  }

  /** Resolves when all that has happened so far is noted. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending);
  }

  /** What happened to an account, the newest first. @throws StoreUnavailable */
  async list(userId: string): Promise<AccountEventRecord[]> {
    await this.settled();
    return this.#parts.store.accountEvents.list(userId, KEPT_EVENTS);
  }

  /** What happened to all accounts, the newest first: at most `limit` before a position. @throws StoreUnavailable */
  async listAll(before: ListPosition | null, limit: number): Promise<AccountEventRecord[]> {
    await this.settled();
    return this.#parts.store.accountEvents.listAll(before, limit);
  }

  /** Names of one process are in the order of what happened, also within a millisecond. */
  #next() {
    this.#count += 1;
    return { id: `${this.#count.toString(36).padStart(8, '0')}${newId()}`, at: this.#parts.clock() };
  }

  async #note({ event, client, actorId }: SecurityEvent, { id, at, userId }: Noted): Promise<void> {
    if (OF_STRANGERS.has(event) && !(await this.#strangers.take(event, userId))) return;
    const isNewDevice = event === 'sign_in' && (await this.#devices.isNew(userId, client?.userAgent ?? null));
    const name = isNewDevice ? 'new_device' : event;
    const about = { userAgent: client?.userAgent ?? null, ipAddress: client?.ipAddress ?? null };
    const record = { id, userId, event: name, at: new Date(at), ...kept(about), ...(actorId !== null && { actorId }) };
    await this.#parts.store.accountEvents.add({ ...record, expiresAt: new Date(at + MEMORY_MS) }, KEPT_EVENTS);
    const kind = NOTICES[name];
    if (kind != null) await this.#parts.mailer?.add({ kind, userId, client, lifetime: LIFETIME });
  }
}
