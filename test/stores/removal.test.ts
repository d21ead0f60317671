import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { StoreUnavailable } from '../../src/contracts/errors.ts';
import type { Store } from '../../src/contracts/store/store.ts';
import { describeEachStore, newPlace, type Place } from '../support/stores.ts';
import { after, newAttempts, newEntry, newId, newSession, NOW, openAt } from './records.ts';

/** More than two slices begin with. */
const COUNT = 200;
/** At once, as many as any server takes without keeping some waiting for too long. */
const AT_ONCE = 20;
async function times(make: () => Promise<unknown>): Promise<void> {
  for (let made = 0; made < COUNT; made += AT_ONCE) await Promise.all(Array.from({ length: AT_ONCE }, make));
}

/** What expires, and how each is put in and counted. */
const KINDS: readonly [string, (store: Store, expiresAt: Date) => Promise<unknown>, (store: Store) => Expiring][] = [
  ['sessions', ({ sessions }, expiresAt) => sessions.insert(newSession({ expiresAt })), ({ sessions }) => sessions],
  ['blacklist', ({ blacklist }, expiresAt) => blacklist.add(newEntry({ expiresAt })), ({ blacklist }) => blacklist],
  [
    'attempts',
    ({ attempts }, expiresAt) => attempts.replace(null, newAttempts({ expiresAt })),
    ({ attempts }) => attempts,
  ],
  ['proofs', ({ proofs }, expiresAt) => proofs.add(newId(), expiresAt), ({ proofs }) => proofs],
];
type Expiring = Pick<Store['sessions'], 'deleteExpired'>;

describeEachStore('the removal of many expired records', (kind) => {
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

  test.each(KINDS)('of %s takes all, counts them, and leaves what comes in meanwhile', async (_name, put, room) => {
    await times(() => put(store, NOW));
    const removal = room(store).deleteExpired(NOW);
    await put(store, after(1));
    expect(await removal).toBe(COUNT);
    expect(await room(store).deleteExpired(NOW)).toBe(0);
    expect(await room(store).deleteExpired(after(1))).toBe(1);
  });

  test('two at once take all between them', async () => {
    await times(() => store.sessions.insert(newSession({ expiresAt: NOW })));
    const twin = await openAt(place);
    const removed = await Promise.all([store.sessions.deleteExpired(NOW), twin.sessions.deleteExpired(NOW)]);
    await twin.close();
    expect(removed[0] + removed[1]).toBe(COUNT);
  });
});

test('on SQLite others read and write between two slices, and closing the store ends it', async () => {
  const place = newPlace('sqlite');
  const store = await openAt(place);
  const twin = await openAt(place);
  const sessions = Array.from({ length: COUNT }, () => newSession({ expiresAt: NOW }));
  for (const session of sessions) await store.sessions.insert(session);
  const left = async (from: Store) =>
    (await Promise.all(sessions.map(({ id }) => from.sessions.find(id)))).filter((found) => found !== null).length;

  const removal = store.sessions.deleteExpired(NOW).catch((error: unknown) => error);
  await new Promise((resolve) => setImmediate(resolve)); // in which the first slice is written
  const [here, there] = [await left(store), await left(twin)];
  expect(here).toBeGreaterThan(0);
  expect(here).toBeLessThan(COUNT);
  expect(there).toBe(here);
  const session = newSession({ userId: newId() });
  expect(await twin.sessions.insert(session)).toBe(true);

  const rest = await left(store);
  expect(rest).toBeGreaterThan(0);
  await store.close();
  expect(await removal).toBeInstanceOf(StoreUnavailable);
  expect(await left(twin)).toBe(rest);
  expect(await twin.sessions.deleteExpired(NOW)).toBe(rest);
  expect(await twin.sessions.find(session.id)).toEqual(session);
  await twin.close();
  await place.remove();
});
