import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { StoreUnavailable } from '../../src/errors.ts';
import type { Store } from '../../src/store/store.ts';
import { describeEachStore, newPlace, type Place } from '../support/stores.ts';
import {
  after,
  newAttempts,
  newEntry,
  newService,
  newSession,
  newSuccessor,
  newUser,
  NOW,
  openAt,
  revocation,
} from './records.ts';

/** Every method of a store, and what it answers where there is nothing yet. */
const METHODS: readonly [string, unknown, (store: Store) => Promise<unknown>][] = [
  ['ping', undefined, (store) => store.ping()],
  ['users.insert', 'inserted', ({ users }) => users.insert(newUser())],
  ['users.insertMany', ['inserted'], ({ users }) => users.insertMany([newUser()])],
  ['users.findById', null, ({ users }) => users.findById('u')],
  ['users.findByUsernameKey', null, ({ users }) => users.findByUsernameKey('u')],
  ['users.list', [], ({ users }) => users.list({ after: null, limit: 1 })],
  ['users.update', null, ({ users }) => users.update('u', { isActive: false })],
  ['users.replacePasswordHash', false, ({ users }) => users.replacePasswordHash('u', 'old', 'new')],
  ['users.delete', false, ({ users }) => users.delete('u')],
  ['sessions.insert', true, ({ sessions }) => sessions.insert(newSession())],
  ['sessions.find', null, ({ sessions }) => sessions.find('s')],
  ['sessions.listLive', [], ({ sessions }) => sessions.listLive('u', NOW)],
  ['sessions.rotate', false, ({ sessions }) => sessions.rotate('s', 'jti', newSuccessor())],
  ['sessions.replaceCurrent', false, ({ sessions }) => sessions.replaceCurrent('s', newSuccessor())],
  ['sessions.touch', false, ({ sessions }) => sessions.touch('s', NOW)],
  ['sessions.revoke', false, ({ sessions }) => sessions.revoke('s', revocation())],
  ['sessions.revokeAll', 0, ({ sessions }) => sessions.revokeAll('u', revocation())],
  ['sessions.revokeOldest', 0, ({ sessions }) => sessions.revokeOldest('u', 0, revocation())],
  ['sessions.listRevoked', [], ({ sessions }) => sessions.listRevoked({ at: NOW, name: '' }, 1)],
  ['sessions.deleteExpired', 0, ({ sessions }) => sessions.deleteExpired(NOW)],
  ['blacklist.add', true, ({ blacklist }) => blacklist.add(newEntry())],
  ['blacklist.addMany', [true], ({ blacklist }) => blacklist.addMany([newEntry()])],
  ['blacklist.find', null, ({ blacklist }) => blacklist.find('jti')],
  ['blacklist.deleteExpired', 0, ({ blacklist }) => blacklist.deleteExpired(NOW)],
  ['blacklist.list', [], ({ blacklist }) => blacklist.list({ at: NOW, name: '' }, 1)],
  ['attempts.find', null, ({ attempts }) => attempts.find('name')],
  ['attempts.add', false, ({ attempts }) => attempts.add('name', { limit: 1, at: NOW })],
  ['attempts.replace', true, ({ attempts }) => attempts.replace(null, newAttempts())],
  ['attempts.takeBack', false, ({ attempts }) => attempts.takeBack('name')],
  ['attempts.delete', false, ({ attempts }) => attempts.delete('name')],
  ['attempts.deleteExpired', 0, ({ attempts }) => attempts.deleteExpired(NOW)],
  ['services.insert', true, ({ services }) => services.insert(newService())],
  ['services.find', null, ({ services }) => services.find('name')],
  ['services.list', [], ({ services }) => services.list()],
  ['services.delete', false, ({ services }) => services.delete('name')],
];

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
    const { users, sessions, blacklist, attempts, services } = store;
    const rooms = Object.entries({ users, sessions, blacklist, attempts, services });
    const names = rooms.flatMap(([room, methods]) => Object.keys(methods).map((method) => `${room}.${method}`));
    expect(['ping', ...names].toSorted()).toEqual(METHODS.map(([name]) => name).toSorted());
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
