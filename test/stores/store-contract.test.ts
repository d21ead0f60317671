import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { StoreUnavailable } from '../../src/contracts/errors.ts';
import type { Store } from '../../src/contracts/store/store.ts';
import { describeEachStore, newPlace, type Place } from '../support/stores.ts';
import { METHODS } from './methods.ts';
import { after, newEntry, newSession, newUser, openAt, revocation } from './records.ts';

describeEachStore('a store', (kind) => {
  let place: Place;
  let store: Store;
  beforeEach(async () => {
    place = newPlace(kind);
    store = await openAt(place);
  });
  afterEach(async () => {
    await store.close();
    await place.remove();
  });

  test('has the methods that this suite knows', () => {
    const rooms = Object.entries(store).filter(([, room]) => typeof room === 'object');
    const names = rooms.flatMap(([room, methods]) => Object.keys(methods).map((method) => `${room}.${method}`));
    expect(['ping', 'now', ...names].toSorted()).toEqual(METHODS.map(([name]) => name).toSorted());
  });

  test.each(METHODS)('%s answers %j on an empty store', async (_name, answer, call) => {
    expect(await call(store)).toEqual(answer);
  });

  test.each(METHODS)('%s throws StoreUnavailable once the store is closed', async (_name, _answer, call) => {
    await store.close();
    const outcome = await call(store).catch((error: unknown) => error);
    expect(outcome).toBeInstanceOf(StoreUnavailable);
    expect((outcome as StoreUnavailable).cause).toBeInstanceOf(Error);
  });

  test('tells the time where it has a clock of its own', async () => {
    const now = await store.now();
    // A stand-in may have none, as SQLite has.
    const isTold = now !== null && kind !== 'sqlite';
    expect(isTold ? Math.abs(now.getTime() - Date.now()) : Number(now)).toBeLessThan(60_000);
  });

  test('is closed with nothing to say', async () => {
    const answer: unknown = await store.close();
    expect(typeof answer).toBe('undefined');
  });

  test('closing one of two leaves the other open', async () => {
    const other = await openAt(place);
    await other.close();
    expect(await store.users.insert(newUser())).toBe('inserted');
    expect(await store.ping()).toBeUndefined();
  });

  test('shows at once what another wrote', async () => {
    const other = await openAt(place);
    try {
      const [user, session, entry] = [newUser(), newSession(), newEntry()];
      await store.users.insert(user);
      await store.sessions.insert(session);
      await store.blacklist.add(entry);
      expect(await other.users.findById(user.id)).toEqual(user);
      expect(await other.sessions.find(session.id)).toEqual(session);
      expect(await other.blacklist.find(entry.jti)).toEqual(entry);
      await other.sessions.revoke(session.id, revocation());
      expect(await store.sessions.find(session.id)).toMatchObject({ revokedReason: 'revoked' });
    } finally {
      await other.close();
    }
  });

  test('keeps everything while it is closed', async () => {
    const user = newUser({ isActive: false, lastLogin: null });
    const session = newSession({ userId: user.id, previousJti: 'before', userAgent: null });
    const revoked = newSession({ userId: user.id, createdAt: after(9), ipAddress: null });
    const entry = newEntry();
    await store.users.insert(user);
    await store.sessions.insert(session);
    await store.sessions.insert(revoked);
    await store.sessions.revoke(revoked.id, revocation('reused'));
    await store.blacklist.add(entry);
    await store.close();

    store = await openAt(place);
    expect(await store.users.list({ after: null, limit: 10 })).toEqual([user]);
    expect(await store.sessions.find(session.id)).toEqual(session);
    const { at: revokedAt, reason: revokedReason } = revocation('reused');
    expect(await store.sessions.find(revoked.id)).toEqual({ ...revoked, revokedAt, revokedReason });
    expect(await store.blacklist.find(entry.jti)).toEqual(entry);
    expect(await store.users.insert({ ...newUser(), usernameKey: user.usernameKey })).toBe('username_taken');
    expect(await store.sessions.insert(session)).toBe(false);
    expect(await store.blacklist.add(entry)).toBe(false);
  });

  test('is apart from the store of another place', async () => {
    const elsewhere = newPlace(kind);
    const other = await openAt(elsewhere);
    try {
      const user = newUser();
      await store.users.insert(user);
      expect(await other.users.findById(user.id)).toBeNull();
      expect(await other.users.insert(user)).toBe('inserted');
    } finally {
      await other.close();
      await elsewhere.remove();
    }
  });
});
