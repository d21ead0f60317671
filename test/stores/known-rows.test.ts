import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { LRUCache } from 'lru-cache';
import type { Store } from '../../src/contracts/store/store.ts';
import { openSqliteStore } from '../../src/stores/sqlite/sqlite-store.ts';
import { after, newAddress, newId, newReplay, newSession, newSuccessor, newUser, NOW } from './records.ts';

type Ids = { readonly id: string; readonly userId: string; readonly jti: string; readonly passwordHash: string };

/** All that changes a session or its account. */
const CHANGES: Readonly<Record<string, (store: Store, ids: Ids) => Promise<unknown>>> = {
  'sessions.rotate': ({ sessions }, { id, jti }) => sessions.rotate(id, jti, newSuccessor()),
  'sessions.noteReplay': ({ sessions }, { id, jti }) => sessions.noteReplay(id, null, newReplay({ version: 1, jti })),
  'sessions.replaceCurrent': ({ sessions }, { id }) => sessions.replaceCurrent(id, newSuccessor()),
  'sessions.touch': ({ sessions }, { id }) => sessions.touch(id, after(5)),
  'sessions.revoke': ({ sessions }, { id }) => sessions.revoke(id, { at: NOW, reason: 'signed_out' }),
  'sessions.revokeAll': ({ sessions }, { userId }) => sessions.revokeAll(userId, { at: NOW, reason: 'revoked' }),
  'sessions.revokeOldest': ({ sessions }, { userId }) =>
    sessions.revokeOldest(userId, 0, { at: NOW, reason: 'revoked' }),
  'sessions.rename': ({ sessions }, { id }) => sessions.rename(id, 'Phone'),
  'sessions.reauthenticate': ({ sessions }, { id }) => sessions.reauthenticate(id, { at: NOW, methods: ['pwd'] }),
  'sessions.anonymize': ({ sessions }, { userId }) => sessions.anonymize(userId),
  'sessions.deleteExpired': ({ sessions }) => sessions.deleteExpired(after(100_000)),
  'users.update': ({ users }, { userId }) => users.update(userId, { isActive: false }),
  'users.replacePasswordHash': ({ users }, { userId, passwordHash }) =>
    users.replacePasswordHash(userId, passwordHash, newId(), { passwordChangedAt: after(9) }),
  'users.replaceAddress': ({ users }, { userId }) => users.replaceAddress(userId, null, newAddress()),
  'users.delete': ({ users }, { userId }) => users.delete(userId),
};

describe('sessions that were read before, in SQLite', () => {
  let folder: string;
  let stores: { reader: Store; other: Store; third: Store };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'simplejwt-'));
    const open = () => openSqliteStore(join(folder, 'store.sqlite'));
    stores = { reader: await open(), other: await open(), third: await open() };
  });
  afterAll(async () => {
    for (const store of Object.values(stores)) await store.close();
    rmSync(folder, { recursive: true });
  });

  /** A session that the reader knows. */
  const known = async (): Promise<Ids> => {
    const [user, session] = [newUser(), newSession()];
    await stores.reader.users.insert(user);
    await stores.reader.sessions.insert({ ...session, userId: user.id });
    const ids = { id: session.id, userId: user.id, jti: session.jti, passwordHash: user.passwordHash };
    const read = () => stores.reader.sessions.findWithUser(ids.id, ids.userId);
    expect(await read()).toMatchObject({ session: { id: ids.id }, user: { id: ids.userId } });
    expect(await read()).toEqual(await stores.third.sessions.findWithUser(ids.id, ids.userId));
    return ids;
  };

  describe.each(['reader', 'other'] as const)('after a change by the %s', (writer) => {
    test.each(Object.entries(CHANGES))('%s', async (_name, change) => {
      const ids = await known();
      const before = await stores.reader.sessions.findWithUser(ids.id, ids.userId);
      await change(stores[writer], ids);
      await nextTurn(); // as a request that comes later
      const now = await stores.reader.sessions.findWithUser(ids.id, ids.userId);
      expect(now).not.toEqual(before);
      expect(now).toEqual(await stores.third.sessions.findWithUser(ids.id, ids.userId));
    });
  });

  test('are those of the account that is asked for', async () => {
    const [others, ids] = [await known(), await known()];
    const { session, user } = await stores.reader.sessions.findWithUser(ids.id, others.userId);
    expect([session?.id, user?.id]).toEqual([ids.id, others.userId]);
  });

  test('are there as soon as they are made', async () => {
    const [user, session] = [newUser(), newSession()];
    const read = () => stores.reader.sessions.findWithUser(session.id, user.id);
    expect(await read()).toEqual({ session: null, user: null });
    await stores.other.users.insert(user);
    expect(await read()).toMatchObject({ session: null, user: { id: user.id } });
    await stores.reader.sessions.insert(session);
    expect(await read()).toMatchObject({ session: { id: session.id }, user: { id: user.id } });
  });

  test('do not change with what somebody does to a record', async () => {
    const ids = await known();
    const { session, user } = await stores.reader.sessions.findWithUser(ids.id, ids.userId);
    session?.expiresAt.setTime(0);
    user?.createdAt.setTime(0);
    const again = await stores.reader.sessions.findWithUser(ids.id, ids.userId);
    expect(again).toEqual(await stores.third.sessions.findWithUser(ids.id, ids.userId));
  });

  test('stay known while proofs are noted, as each request of a bound session notes one', async () => {
    const ids = await known();
    const all = jest.spyOn(LRUCache.prototype, 'clear');
    try {
      await stores.reader.proofs.add(newId(), after(60_000));
      await nextTurn();
      await stores.reader.sessions.findWithUser(ids.id, ids.userId);
      expect(all).not.toHaveBeenCalled();
      await stores.reader.users.update(ids.userId, { isActive: false });
      expect(all).toHaveBeenCalled();
    } finally {
      all.mockRestore();
    }
  });
});
