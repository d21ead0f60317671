/**
 * All the product asks of a database. Every method is a single fact a store can make atomic; nothing here needs a
 * transaction over several records. Every method may throw `StoreUnavailable`, and then has written nothing or all; the
 * two that take many records may then have written any of them, and `deleteExpired` removed any of them.
 */
export interface Store {
  readonly users: UserStore;
  readonly sessions: SessionStore;
  readonly blacklist: Blacklist;
  readonly attempts: AttemptStore;
  readonly services: ServiceStore;
  readonly activity: ActivityStore;
  /** Resolves when the store answers. */
  ping(): Promise<void>;
  /** Ends all connections; afterwards every method throws. */
  close(): Promise<void>;
}

/** An account. */
export interface UserRecord {
  readonly id: string;
  /** As it was given, NFKC-normalised. */
  readonly username: string;
  /** The case-folded username; unique. */
  readonly usernameKey: string;
  /** Django's format, such as `bcrypt_sha256$$2b$12$...`. */
  readonly passwordHash: string;
  /** When the password last changed; a rehash of the same password does not count. */
  readonly passwordChangedAt: Date;
  readonly isActive: boolean;
  /** Whether the user may administer the accounts of others. */
  readonly isAdmin: boolean;
  readonly lastLogin: Date | null;
  readonly createdAt: Date;
}

/** What may change in an account. */
export type UserChanges = Partial<
  Pick<UserRecord, 'passwordHash' | 'passwordChangedAt' | 'isActive' | 'isAdmin' | 'lastLogin'>
>;

/** How storing a new user went; whose both names are taken may hear either. */
export type Insertion = 'inserted' | 'id_taken' | 'username_taken';

/** Which users are listed. */
export interface UserPage {
  readonly after: string | null;
  readonly limit: number;
  /** With which the `usernameKey` begins. Default: any. */
  readonly prefix?: string;
}

export interface UserStore {
  /** Stores a new user; of any number of concurrent calls with one `id` or `usernameKey`, one resolves `inserted`. */
  insert(user: UserRecord): Promise<Insertion>;
  /** Stores many new users, each for itself and exactly as `insert` does. Resolves to how each went, in their order. */
  insertMany(users: readonly UserRecord[]): Promise<Insertion[]>;
  findById(id: string): Promise<UserRecord | null>;
  findByUsernameKey(usernameKey: string): Promise<UserRecord | null>;
  /** Users in the order of their `usernameKey`, at most `limit` after the key `after`. */
  list(page: UserPage): Promise<UserRecord[]>;
  /** Sets the given fields at once. Resolves to the user as it is now, or null if there is none. */
  update(id: string, changes: UserChanges): Promise<UserRecord | null>;
  /**
   * Sets the hash if it still is `expected`, so that neither an upgrade nor a change overwrites a change; and, for a
   * change, when it was made. Of any number of concurrent calls with one `expected`, at most one resolves true.
   */
  replacePasswordHash(id: string, expected: string, passwordHash: string, changedAt?: Date): Promise<boolean>;
  /** Resolves to whether there was such a user. */
  delete(id: string): Promise<boolean>;
}

/** Why a session ended. */
export type RevocationReason =
  'signed_out' | 'revoked' | 'reused' | 'limit' | 'password_changed' | 'user_disabled' | 'user_deleted';

/** One sign-in on one device and everything refreshed from it; RFC 9700 calls it a refresh token family. */
export interface SessionRecord {
  /** The claim `sid`. */
  readonly id: string;
  readonly userId: string;
  /** The one token of the session that may still be used. */
  readonly jti: string;
  /** Its immediate predecessor. */
  readonly previousJti: string | null;
  /** When `jti` was issued. */
  readonly rotatedAt: Date;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  /** The end of the current token: an idle session is over then. */
  readonly expiresAt: Date;
  /** The absolute end; nothing moves it. */
  readonly endsAt: Date;
  readonly userAgent: string | null;
  readonly ipAddress: string | null;
  readonly revokedAt: Date | null;
  readonly revokedReason: RevocationReason | null;
}

/** The token that follows the current one, and when: `rotatedAt` is also the time of last use. */
export type Successor = Pick<SessionRecord, 'jti' | 'rotatedAt' | 'lastUsedAt' | 'expiresAt'>;

export interface Revocation {
  readonly at: Date;
  readonly reason: RevocationReason;
}

export interface SessionStore {
  /** Of any number of concurrent calls with one `id`, exactly one resolves true. */
  insert(session: SessionRecord): Promise<boolean>;
  find(id: string): Promise<SessionRecord | null>;
  /** A user's sessions that are neither revoked nor past `expiresAt` at the given time, the newest first. */
  listLive(userId: string, at: Date): Promise<SessionRecord[]>;
  /**
   * Makes the successor current and `presentedJti` its predecessor, if `presentedJti` is current and the session is not
   * revoked. Of any number of concurrent calls with one `presentedJti`, over any number of processes, exactly one
   * resolves true.
   */
  rotate(id: string, presentedJti: string, successor: Successor): Promise<boolean>;
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
  /** Sessions that were revoked after this position, in the order of `revokedAt` and `id`, at most `limit`. */
  listRevoked(after: ListPosition, limit: number): Promise<SessionRecord[]>;
  /**
   * Removes sessions whose `expiresAt` is not after the given time, without keeping other calls waiting for all of it.
   * Resolves to how many.
   */
  deleteExpired(at: Date): Promise<number>;
}

/**
 * A place in a list that is in the order of moments, and where these are the same, of names. With no name, it is before
 * all records of its moment.
 */
export interface ListPosition {
  readonly at: Date;
  readonly name: string;
}

/** A jti that is refused until its token would have expired anyway. */
export interface BlacklistEntry {
  readonly jti: string;
  readonly expiresAt: Date;
  readonly blacklistedAt: Date;
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

/** How often something was tried, until that is forgotten. */
export interface AttemptRecord {
  /** What is counted. Nobody can read from it what that is. */
  readonly name: string;
  readonly count: number;
  /** Before this moment no further attempt is let through, once there were too many. */
  readonly nextAt: Date;
  /** When they are forgotten. */
  readonly expiresAt: Date;
}

/** Counts of one server process on SQLite, kept in memory; of all processes that share it on MongoDB. */
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

/** Another program that may ask about tokens. */
export interface ServiceRecord {
  readonly name: string;
  /** Of its secret, which is kept nowhere: SHA-256 in base64url. */
  readonly secretHash: string;
  readonly createdAt: Date;
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

/** How often what happened. */
export interface ActivityCounts {
  readonly signIns: number;
  /** Sign-ins that were refused, and those that had to wait. */
  readonly refusals: number;
  readonly refreshes: number;
  /** Superseded tokens that were used. */
  readonly reuses: number;
}

/** What happened in one hour, until that is forgotten. */
export interface ActivityRecord extends ActivityCounts {
  /** Its first moment. */
  readonly hour: Date;
  readonly expiresAt: Date;
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
