import type { ProofStore } from './proof-store.ts';
import type { AccountEventStore, LinkStore, Outbox } from './mail-store.ts';
import type {
  ActivityRecord,
  Address,
  AttemptRecord,
  Authentication,
  BlacklistEntry,
  HashFacts,
  Insertion,
  ListPosition,
  Replacement,
  ReplayRecord,
  Revocation,
  SecondFactorRecord,
  ServiceRecord,
  SessionAndUser,
  SessionRecord,
  Successor,
  UserChanges,
  UserRecord,
} from './records.ts';

export type * from './mail-records.ts';
export type * from './mail-store.ts';
export type * from './proof-store.ts';
export type * from './records.ts';

/**
 * The contract of a store. Every method is atomic in one record; none needs a transaction over several. Every method may
 * throw `StoreUnavailable`, and has then written all or nothing. The methods for many records (`insertMany`, `addMany`,
 * `deleteExpired`) may have written or removed any of them.
 *
 * @example One conditional update decides between concurrent calls; reading first and writing then would let both succeed.
 * ```ts
 * import type { SessionStore } from 'graphql-simplejwt';
 *
 * declare const db: { run(sql: string, ...values: unknown[]): Promise<{ changes: number }> };
 * const REVOKE = 'UPDATE sessions SET revoked_at = ?, revoked_reason = ? WHERE id = ? AND revoked_at IS NULL';
 *
 * const revoke: SessionStore['revoke'] = async (id, { at, reason }) => {
 *   const { changes } = await db.run(REVOKE, at, reason, id);
 *   return changes === 1;
 * };
 * ```
 */
export interface Store {
  readonly users: UserStore;
  readonly sessions: SessionStore;
  readonly blacklist: Blacklist;
  readonly attempts: AttemptStore;
  readonly services: ServiceStore;
  readonly activity: ActivityStore;
  readonly secondFactors: SecondFactorStore;
  readonly links: LinkStore;
  readonly outbox: Outbox;
  readonly accountEvents: AccountEventStore;
  readonly proofs: ProofStore;
  /** Resolves when the store answers and takes writes, so that a sign-in could be stored. Asked again and again: `/readyz`. */
  ping(): Promise<void>;
  /** The time by a clock that all its servers share, as a database server has one; null where there is none. */
  now(): Promise<Date | null>;
  /** Ends all connections; afterwards every method throws. */
  close(): Promise<void>;
}

/** Which users are listed. */
export interface UserPage {
  readonly after: string | null;
  readonly limit: number;
  /** What is somewhere in the `usernameKey` or the `emailKey`, where ς equals σ. Default: any user. */
  readonly part?: string;
}

export interface UserStore {
  /**
   * Stores a new user; of any number of concurrent calls with one `id`, `usernameKey` or `emailKey`, one resolves `inserted`.
   */
  insert(user: UserRecord): Promise<Insertion>;
  /** Stores many new users, each for itself and exactly as `insert` does. Resolves to how each went, in their order. */
  insertMany(users: readonly UserRecord[]): Promise<Insertion[]>;
  findById(id: string): Promise<UserRecord | null>;
  findByUsernameKey(usernameKey: string): Promise<UserRecord | null>;
  findByEmailKey(emailKey: string): Promise<UserRecord | null>;
  /** Users in the order of their `usernameKey`, at most `limit` after the key `after`. */
  list(page: UserPage): Promise<UserRecord[]>;
  /** How many users there are, or those that have a text somewhere, as `list` finds them. */
  count(part?: string): Promise<number>;
  /** Sets the given fields at once. Resolves to the user as it is now, or null if there is none. */
  update(id: string, changes: UserChanges): Promise<UserRecord | null>;
  /**
   * Sets the hash if it still is `expected`, so that neither an upgrade nor a change overwrites a change; and with it these
   * facts. Of any number of concurrent calls with one `expected`, at most one resolves true.
   */
  replacePasswordHash(id: string, expected: string, passwordHash: string, facts?: HashFacts): Promise<boolean>;
  /**
   * Sets the address if `email` still is `expected`, null where there is none. Of any number of concurrent calls with one
   * `emailKey` for several accounts, at most one resolves `replaced`.
   */
  replaceAddress(id: string, expected: string | null, next: Address): Promise<Replacement>;
  /** Resolves to whether there was such a user. */
  delete(id: string): Promise<boolean>;
}

export interface SessionStore {
  /** Of any number of concurrent calls with one `id`, exactly one resolves true. */
  insert(session: SessionRecord): Promise<boolean>;
  find(id: string): Promise<SessionRecord | null>;
  /**
   * A session and an account, which need not be each other's: what nearly every request asks for, in one call. Each is as it
   * was at some moment of the call, not both at the same.
   */
  findWithUser(id: string, userId: string): Promise<SessionAndUser>;
  /** A user's sessions that are neither revoked nor past `expiresAt` at the given time, the newest first. */
  listLive(userId: string, at: Date): Promise<SessionRecord[]>;
  /**
   * Makes the successor current and `presentedJti` its predecessor, if `presentedJti` is current and the session is not
   * revoked. Of any number of concurrent calls with one `presentedJti`, over any number of processes, exactly one
   * resolves true.
   */
  rotate(id: string, presentedJti: string, successor: Successor): Promise<boolean>;
  /**
   * Stores `next`, if `next.jti` is current, the session is not revoked, and the note there is `former`, by its `version`; null
   * is none. Of any number of concurrent calls with one `former`, at most one resolves true.
   */
  noteReplay(id: string, former: ReplayRecord | null, next: ReplayRecord): Promise<boolean>;
  /** Makes the successor current whatever was before it. Resolves to false if there is no such session or it is revoked. */
  replaceCurrent(id: string, successor: Successor): Promise<boolean>;
  /** Notes a use that supersedes nothing. Resolves to false if there is no such session or it is revoked. */
  touch(id: string, at: Date): Promise<boolean>;
  /** Of any number of concurrent calls, exactly one resolves true: the one that ended the session. */
  revoke(id: string, revocation: Revocation): Promise<boolean>;
  /** Ends all sessions of a user but `exceptId`, expired ones too. Resolves to how many this call ended. */
  revokeAll(userId: string, revocation: Revocation, exceptId?: string): Promise<number>;
  /** Ends the oldest live sessions of a user, so that at most `keep` live on. Resolves to how many this call ended. */
  revokeOldest(userId: string, keep: number, revocation: Revocation): Promise<number>;
  /** All of a user's sessions that are stored, those that have ended too, the newest first. */
  listAll(userId: string): Promise<SessionRecord[]>;
  /** Gives a device a name. Resolves to false if there is no such session or it is revoked. */
  rename(id: string, deviceName: string): Promise<boolean>;
  /** Notes that the user proved again who they are. Resolves to false if there is no such session or it is revoked. */
  reauthenticate(id: string, authentication: Authentication): Promise<boolean>;
  /**
   * Removes from all of a user's sessions what tells of a person: user agents, addresses, replays and names of devices.
   * Resolves when none has any.
   */
  anonymize(userId: string): Promise<void>;
  /** Sessions that were revoked after this position, in the order of `revokedAt` and `id`, at most `limit`. */
  listRevoked(after: ListPosition, limit: number): Promise<SessionRecord[]>;
  /** Sessions that began after this position, in the order of `createdAt` and `id`, at most `limit`. */
  listBegun(after: ListPosition, limit: number): Promise<SessionRecord[]>;
  /** Sessions whose replays were reported after this position, in the order of `replay.reported.at` and `id`, at most `limit`. */
  listReplayed(after: ListPosition, limit: number): Promise<SessionRecord[]>;
  /**
   * Removes sessions whose `expiresAt` is not after the given time, without keeping other calls waiting for all of it.
   * Resolves to how many.
   */
  deleteExpired(at: Date): Promise<number>;
}

export interface Blacklist {
  /** First writer wins: of any number of concurrent calls with one `jti`, exactly one resolves true. */
  add(entry: BlacklistEntry): Promise<boolean>;
  /** Adds many entries, each for itself and exactly as `add` does. Resolves to how each went, in their order. */
  addMany(entries: readonly BlacklistEntry[]): Promise<boolean[]>;
  find(jti: string): Promise<BlacklistEntry | null>;
  /** Entries after this position, in the order of `blacklistedAt` and `jti`, at most `limit`. */
  list(after: ListPosition, limit: number): Promise<BlacklistEntry[]>;
  /** Removes entries whose `expiresAt` is not after the given time, as sessions are. Resolves to how many. */
  deleteExpired(at: Date): Promise<number>;
}

/**
 * Counts of all processes that share the store. They survive the end of a process, but for names that begin with `BRIEF` of
 * `attempt-names.ts`: those a store may keep in the memory of each process.
 */
export interface AttemptStore {
  find(name: string): Promise<AttemptRecord | null>;
  /**
   * Adds one to a count that is below `limit` and not forgotten `at` the given time. Of any number of concurrent calls,
   * no more resolve true than there was room for.
   */
  add(name: string, room: { readonly limit: number; readonly at: Date }): Promise<boolean>;
  /**
   * Stores `next`, if the record of its name is exactly `expected`, which is null where there is none. Of any number of
   * concurrent calls with one `expected`, at most one resolves true.
   */
  replace(expected: AttemptRecord | null, next: AttemptRecord): Promise<boolean>;
  /** Takes one back; the last one takes the record along. Resolves to whether there was one. */
  takeBack(name: string): Promise<boolean>;
  /** Resolves to whether there was such a record. */
  delete(name: string): Promise<boolean>;
  /** Removes records whose `expiresAt` is not after the given time, as sessions are. Resolves to how many. */
  deleteExpired(at: Date): Promise<number>;
}

export interface ServiceStore {
  /** Of any number of concurrent calls with one `name`, exactly one resolves true. */
  insert(service: ServiceRecord): Promise<boolean>;
  find(name: string): Promise<ServiceRecord | null>;
  /** All of them, by name. */
  list(): Promise<ServiceRecord[]>;
  /** Resolves to whether there was such a service. */
  delete(name: string): Promise<boolean>;
}

export interface SecondFactorStore {
  find(userId: string): Promise<SecondFactorRecord | null>;
  /**
   * Stores `next`, if the record of its user is of the version of `former`, which is null where there is none. Of any number of
   * concurrent calls with one `former`, over any number of processes, at most one resolves true.
   */
  replace(former: SecondFactorRecord | null, next: SecondFactorRecord): Promise<boolean>;
  /** Resolves to whether there was such a record. */
  delete(userId: string): Promise<boolean>;
}

export interface ActivityStore {
  /**
   * Adds these counts to those of the same hour, or begins them. Of any number of concurrent calls, over any number of
   * processes, none is lost.
   */
  add(record: ActivityRecord): Promise<void>;
  /** The hours that begin at this moment or later, in their order; those in which nothing happened may be missing. */
  list(from: Date): Promise<ActivityRecord[]>;
  /** Removes records whose `expiresAt` is not after the given time. Resolves to how many. */
  deleteExpired(at: Date): Promise<number>;
}
