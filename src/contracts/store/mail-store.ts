import type { AccountEventRecord, LinkRecord, MailRecord } from './mail-records.ts';
import type { ListPosition } from './records.ts';

/** Of one account, so many events are kept. */
export const KEPT_EVENTS = 50;

export interface LinkStore {
  /** Stores a link. Its name is random, so there is none of that name. */
  insert(link: LinkRecord): Promise<void>;
  find(name: string): Promise<LinkRecord | null>;
  /** Removes a link. Of any number of concurrent calls, over any number of processes, exactly one resolves true. */
  take(name: string): Promise<boolean>;
  /** Removes all links of a user. Resolves to how many. */
  deleteOfUser(userId: string): Promise<number>;
  /** Removes records whose `expiresAt` is not after the given time, as sessions are. Resolves to how many. */
  deleteExpired(at: Date): Promise<number>;
}

/** Mails that are to be sent. A process takes one for a while, sends it and removes it; when the process ends, another does. */
export interface Outbox {
  /** Stores a mail; resolves to false where there is one with this `id`. */
  add(mail: MailRecord): Promise<boolean>;
  /**
   * Takes the mail that has been due longest at the given time, if any is: it is due again at `until`, and `attempts` is one
   * more. Of any number of concurrent calls, over any number of processes, no two resolve to the same mail.
   */
  take(at: Date, until: Date): Promise<MailRecord | null>;
  /** Makes a mail due at `nextAt`, if its `attempts` still are these. Resolves to whether they were. */
  putOff(id: string, attempts: number, nextAt: Date): Promise<boolean>;
  /** Resolves to whether there was such a mail. */
  delete(id: string): Promise<boolean>;
  /** Removes all mails about a user. Resolves to how many. */
  deleteOfUser(userId: string): Promise<number>;
  /** How many mails there are. */
  count(): Promise<number>;
  /** Removes mails whose `expiresAt` is not after the given time, as sessions are. Resolves to how many. */
  deleteExpired(at: Date): Promise<number>;
}

export interface AccountEventStore {
  /** Stores an event, and removes the oldest of its user, so that at most `keep` stay. */
  add(event: AccountEventRecord, keep: number): Promise<void>;
  /** Events of a user, the newest first, at most `limit`. */
  list(userId: string, limit: number): Promise<AccountEventRecord[]>;
  /** Events of all users before a position, those that expire last first, and of one moment by `id`, descending; at most `limit`. */
  listAll(before: ListPosition | null, limit: number): Promise<AccountEventRecord[]>;
  /** Removes all events of a user. Resolves to how many. */
  deleteOfUser(userId: string): Promise<number>;
  /** Removes records whose `expiresAt` is not after the given time, as sessions are. Resolves to how many. */
  deleteExpired(at: Date): Promise<number>;
}
