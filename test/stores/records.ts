import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { StoreUnavailable } from '../../src/contracts/errors.ts';
import type {
  AccountEventRecord,
  ActivityRecord,
  Address,
  AttemptRecord,
  BlacklistEntry,
  LinkRecord,
  MailRecord,
  ReplayRecord,
  SecondFactorRecord,
  ServiceRecord,
  SessionRecord,
  Store,
  Successor,
  UserRecord,
} from '../../src/contracts/store/store.ts';
import { openMongoStore } from '../../src/stores/mongo/mongo-store.ts';
import { openSqliteStore } from '../../src/stores/sqlite/sqlite-store.ts';
import type { Place } from '../support/stores.ts';

/** A moment that whole seconds would not keep; to come, or a server with TTL indexes would remove what ends then. */
export const NOW = new Date('2126-05-04T03:02:01.987Z');
export const after = (milliseconds: number, moment = NOW): Date => new Date(moment.getTime() + milliseconds);
export const newId = (): string => randomUUID();

/** Opens the store of a place, a further time if it is open. */
export function openAt({ options: { dataDir, mongodbUri } }: Place): Promise<Store> {
  return mongodbUri === undefined ? openSqliteStore(join(dataDir, 'store.sqlite')) : openMongoStore(mongodbUri);
}

export function newUser(fields: Partial<UserRecord> = {}): UserRecord {
  const name = newId();
  return {
    id: name,
    username: `User ${name}`,
    usernameKey: `user ${name}`,
    passwordHash: `bcrypt_sha256$$2b$12$${name}`,
    passwordChangedAt: after(1),
    isActive: true,
    isAdmin: true,
    lastLogin: after(2),
    createdAt: after(3),
    ...fields,
  };
}

export function newSession(fields: Partial<SessionRecord> = {}): SessionRecord {
  return {
    id: newId(),
    userId: newId(),
    jti: newId(),
    previousJti: null,
    rotatedAt: after(1),
    rotatedBy: null,
    replay: null,
    createdAt: after(2),
    lastUsedAt: after(3),
    expiresAt: after(60_000),
    endsAt: after(120_000),
    userAgent: 'Mozilla/5.0',
    ipAddress: '127.0.0.1',
    revokedAt: null,
    revokedReason: null,
    ...fields,
  };
}

export function newEntry(fields: Partial<BlacklistEntry> = {}): BlacklistEntry {
  return { jti: newId(), expiresAt: after(60_000), blacklistedAt: NOW, ...fields };
}

export function newAttempts(fields: Partial<AttemptRecord> = {}): AttemptRecord {
  return { name: newId(), count: 1, nextAt: after(1), expiresAt: after(60_000), ...fields };
}

export function newActivity(fields: Partial<ActivityRecord> = {}): ActivityRecord {
  return { hour: NOW, signIns: 1, refusals: 2, refreshes: 3, reuses: 4, expiresAt: after(60_000), ...fields };
}

export function newService(fields: Partial<ServiceRecord> = {}): ServiceRecord {
  return { name: newId(), secretHash: newId(), createdAt: after(1), audience: newId(), scopes: ['feed'], ...fields };
}

export function newAddress(fields: Partial<Address> = {}): Address {
  const email = `${newId()}@Example.org`;
  return { email, emailKey: email.toLowerCase(), emailVerified: false, ...fields };
}

export function newLink(fields: Partial<LinkRecord> = {}): LinkRecord {
  const email = `${newId()}@example.org`;
  const ids = { name: newId(), userId: newId(), bond: newId() };
  return { ...ids, purpose: 'password_reset', email, expiresAt: after(60_000), ...fields };
}

export function newMail(fields: Partial<MailRecord> = {}): MailRecord {
  return {
    id: newId(),
    kind: 'password_reset',
    userId: newId(),
    to: 'zoë@example.org',
    language: 'de-AT',
    facts: { '$name.of': ODD_TEXT },
    attempts: 0,
    createdAt: after(1),
    nextAt: after(2),
    expiresAt: after(60_000),
    ...fields,
  };
}

/** Every field set, and none as another. */
export function newFactors(fields: Partial<SecondFactorRecord> = {}): SecondFactorRecord {
  return {
    userId: newId(),
    version: 1,
    totp: { secret: newId(), createdAt: after(1), lastStep: 7 },
    pending: { secret: newId(), createdAt: after(2) },
    recoveryHashes: [newId(), newId()],
    ...fields,
  };
}

export function newAccountEvent(fields: Partial<AccountEventRecord> = {}): AccountEventRecord {
  const client = { userAgent: ODD_TEXT, ipAddress: '192.0.2.1' };
  return { id: newId(), userId: newId(), event: 'sign_in', at: NOW, ...client, expiresAt: after(60_000), ...fields };
}

export function newSuccessor(fields: Partial<Successor> = {}): Successor {
  return {
    jti: newId(),
    rotatedAt: after(5001),
    rotatedBy: null,
    lastUsedAt: after(5002),
    expiresAt: after(65_003),
    ...fields,
  };
}

/** Every field set, and none as another. */
export function newReplay(fields: Partial<ReplayRecord> = {}): ReplayRecord {
  const [refreshedBy, replayedBy] = [
    { userAgent: ODD_TEXT, ipAddress: '192.0.2.1' },
    { userAgent: null, ipAddress: null },
  ];
  return {
    version: 1,
    jti: newId(),
    graceFrom: after(4001),
    late: 2,
    rotations: 3,
    apartBefore: 4,
    isApart: true,
    reported: { at: after(4002), rotations: 5, refreshedBy, replayedBy },
    ...fields,
  };
}

/** A revocation this long after `NOW`. */
export const revocation = (reason: 'revoked' | 'signed_out' | 'reused' | 'limit' = 'revoked', milliseconds = 7001) => ({
  at: after(milliseconds),
  reason,
});

/** Text that a careless store would change, cut or obey. */
export const ODD_TEXT = `Zoë “𝒶lice” 👩‍👧 é e\u0301 'quoted' "twice" $ne $where .dotted; DROP TABLE users; -- %s %00 \\ \n\t`;

/** Fifty calls at once, in turn on each of the stores. */
export function race<Result>(
  stores: readonly Store[],
  call: (store: Store, index: number) => Promise<Result>,
): Promise<Result[]> {
  const calls = Array.from({ length: 50 }, (_, index) => stores[index % stores.length]);
  return Promise.all(calls.flatMap((store, index) => (store === undefined ? [] : [call(store, index)])));
}

/** How many of these are so. */
export const count = <Value>(values: readonly Value[], value: Value): number =>
  values.filter((each) => each === value).length;

/** What opening a store at a place fails with. */
export async function failureOf(opening: Promise<Store>): Promise<StoreUnavailable> {
  const error: unknown = await opening.then(
    async (store) => {
      await store.close();
      return new Error('the store could be opened');
    },
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StoreUnavailable);
  return error as StoreUnavailable;
}
