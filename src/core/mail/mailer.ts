import type { Clock } from '../../contracts/clock.ts';
import type { Events, MailStep } from '../../contracts/events.ts';
import type { Client } from '../../contracts/hooks.ts';
import { newId } from '../../contracts/claims.ts';
import type { Mail } from '../../contracts/mail.ts';
import type { MailRecord, Store } from '../../contracts/store/store.ts';
import type { Letters } from './letters.ts';
import { MailRefused } from './mail-refused.ts';

/** Milliseconds between two looks at the outbox, for mails of other processes and those that are tried again. */
const POLL_MS = 5000;
/** A mail of this process goes out between one and two of these after it was asked for: the work is not to be seen in the answers. */
const NUDGE_MS = 1000;
/** For so long a mail that is being sent is nobody else's. */
const LEASE_MS = 120_000;
/** Sending takes less than that. */
const DEADLINE_MS = 60_000;
const FIRST_RETRY_MS = 30_000;
const LAST_RETRY_MS = 3_600_000;

/** Sends one mail. What it throws has it sent again later, but for `MailRefused`. */
export type SendMail = (mail: Mail) => Promise<void>;

/** A mail to be sent: what is left out is not known. */
export interface Draft extends Pick<MailRecord, 'kind' | 'userId'> {
  readonly to?: string | null;
  readonly language?: string | null;
  readonly client?: Client | null | undefined;
  /** Of the account as it was when the mail was asked for: it is sent only where a change has not made another since. */
  readonly bond?: string;
  /** Seconds after which it is worth nothing any more. */
  readonly lifetime: number;
}

/** What the mailer works with. */
export interface MailerParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Events;
  readonly letters: Letters;
  /** Null where mails cannot be sent from here: another process does. */
  readonly send: SendMail | null;
}

/** Puts mails into the outbox, and sends what is there: each by one process, again where that has ended or failed. */
export class Mailer {
  readonly #parts: MailerParts;
  #poll: NodeJS.Timeout | undefined;
  #nudge: NodeJS.Timeout | undefined;
  #running: Promise<number> = Promise.resolve(0);
  #isClosed = false;

  constructor(parts: MailerParts) {
    this.#parts = parts;
  }

  /** Stores a mail. Once this resolves, it is sent, whatever becomes of this process. @throws StoreUnavailable */
  async add({ kind, userId, to = null, language = null, client, bond, lifetime }: Draft): Promise<void> {
    const now = this.#parts.clock();
    const known = Object.entries(client ?? {}).flatMap(([name, value]) => (value === null ? [] : [[name, value]]));
    await this.#parts.store.outbox.add({
      id: newId(),
      kind,
      userId,
      to,
      language,
      facts: {
        ...(Object.fromEntries(known) as Readonly<Record<string, string>>),
        ...(bond !== undefined && { bond }),
      },
      attempts: 0,
      createdAt: new Date(now),
      nextAt: new Date(now),
      expiresAt: new Date(now + lifetime * 1000),
    });
    this.#step('queued');
    if (this.#poll === undefined || this.#isClosed) return;
    this.#nudge ??= setTimeout(() => this.#deliverQuietly(), NUDGE_MS * (1 + Math.random())).unref();
  }

  /** From now on, mails are sent by themselves. */
  start(): void {
    if (this.#parts.send === null || this.#isClosed) return;
    this.#poll ??= setInterval(() => this.#deliverQuietly(), POLL_MS).unref();
  }

  /**
   * Sends all that is due now. Resolves to how many were sent.
   *
   * @throws StoreUnavailable
   */
  deliver(): Promise<number> {
    this.#running = this.#running.catch(() => 0).then(() => this.#deliver());
    return this.#running;
  }

  /** Sends nothing more; resolves when what is being sent has been. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#poll);
    clearTimeout(this.#nudge);
    await this.#running.catch(() => 0);
  }

  #deliverQuietly(): void {
    this.#nudge = undefined;
    this.deliver().catch(() => 0); // requests report a store that fails, and the next look finds what is left
  }

  async #deliver(): Promise<number> {
    const { store, clock, events, send } = this.#parts;
    let sent = 0;
    for (;;) {
      if (send === null || this.#isClosed) break;
      const now = clock();
      const record = await store.outbox.take(new Date(now), new Date(now + LEASE_MS));
      if (record === null) break;
      if (await this.#send(record, send)) sent += 1;
    }
    if (!this.#isClosed) events.tell({ kind: 'outbox_counted', waiting: await store.outbox.count() });
    return sent;
  }

  async #send(record: MailRecord, send: SendMail): Promise<boolean> {
    if (record.expiresAt.getTime() <= this.#parts.clock()) return this.#giveUp(record);
    const mail = await this.#parts.letters.write(record);
    if (mail === null) return this.#end(record, 'dropped');
    try {
      await inTime(send(mail));
    } catch (error) {
      return this.#putOff(record, error);
    }
    await this.#end(record, 'sent');
    return true;
  }

  async #putOff(record: MailRecord, error: unknown): Promise<false> {
    const { store, clock, events } = this.#parts;
    events.tell({ kind: 'mail_deferred', error });
    const wait = Math.min(FIRST_RETRY_MS * 2 ** (record.attempts - 1), LAST_RETRY_MS);
    const nextAt = new Date(clock() + wait);
    if (error instanceof MailRefused || nextAt >= record.expiresAt) return this.#giveUp(record);
    await store.outbox.putOff(record.id, record.attempts, nextAt);
    this.#step('deferred');
    return false;
  }

  #giveUp(record: MailRecord): Promise<false> {
    this.#parts.events.audit('mail_failed', { userId: record.userId });
    return this.#end(record, 'failed');
  }

  async #end({ id }: MailRecord, step: MailStep): Promise<false> {
    await this.#parts.store.outbox.delete(id);
    this.#step(step);
    return false;
  }

  #step(step: MailStep): void {
    this.#parts.events.tell({ kind: 'mail_stepped', step });
  }
}

/** A sender that does not answer must not keep all other mails waiting. */
async function inTime(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`the mail was not taken within ${DEADLINE_MS} ms`)), DEADLINE_MS);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
