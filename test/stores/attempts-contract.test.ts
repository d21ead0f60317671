import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { BRIEF } from '../../src/contracts/store/attempt-names.ts';
import type { Store } from '../../src/contracts/store/store.ts';
import { describeEachStore, newPlace, type Place } from '../support/stores.ts';
import { after, count, newAttempts, newId, NOW, ODD_TEXT, openAt, race } from './records.ts';

describeEachStore('attempts', (kind) => {
  let place: Place;
  let store: Store;
  /** A second store of the same place, as another process has it. */
  let twin: Store;
  beforeAll(async () => {
    place = newPlace(kind);
    store = await openAt(place);
    twin = await openAt(place);
  });
  afterAll(async () => {
    await Promise.all([store.close(), twin.close()]);
    await place.remove();
  });

  const at = NOW;
  /** Stores a record. */
  const given = async (fields: Parameters<typeof newAttempts>[0] = {}) => {
    const record = newAttempts(fields);
    expect(await store.attempts.replace(null, record)).toBe(true);
    return record;
  };

  test('finds the record that was stored, to the millisecond', async () => {
    const record = await given({ count: 7, nextAt: after(-1), expiresAt: after(1) });
    expect(await twin.attempts.find(record.name)).toEqual(record);
  });

  test.each([ODD_TEXT, ' ', '0', 'x'.repeat(255)])('takes any text for a name: %j', async (name) => {
    const record = await given({ name });
    expect(await twin.attempts.find(name)).toEqual(record);
    expect(await twin.attempts.find(`${name} `)).toBeNull();
    expect(await twin.attempts.delete(name)).toBe(true);
    expect(await store.attempts.find(name)).toBeNull();
  });

  test('keeps what it counted when it is closed', async () => {
    const record = await given({ count: 7 });
    const another = await openAt(place);
    await another.attempts.add(record.name, { limit: 9, at });
    await another.close();
    const reopened = await openAt(place);
    expect(await reopened.attempts.find(record.name)).toEqual({ ...record, count: 8 });
    await reopened.close();
  });

  test('counts under names of a minute as under others', async () => {
    const { attempts } = store;
    const record = await given({ name: `${BRIEF}name`, count: 1 });
    expect(await attempts.add(record.name, { limit: 2, at })).toBe(true);
    expect(await attempts.add(record.name, { limit: 2, at })).toBe(false);
    expect(await attempts.replace({ ...record, count: 2 }, { ...record, count: 3 })).toBe(true);
    expect(await attempts.find(record.name)).toEqual({ ...record, count: 3 });
    expect(await attempts.takeBack(record.name)).toBe(true);
    expect(await attempts.deleteExpired(record.expiresAt)).toBeGreaterThanOrEqual(1);
    expect(await attempts.find(record.name)).toBeNull();
    await given({ name: record.name });
    expect(await attempts.delete(record.name)).toBe(true);
  });

  test('adds one below the limit, and nothing at it', async () => {
    const record = await given({ count: 1 });
    expect(await store.attempts.add(record.name, { limit: 2, at })).toBe(true);
    expect(await twin.attempts.find(record.name)).toEqual({ ...record, count: 2 });
    expect(await twin.attempts.add(record.name, { limit: 2, at })).toBe(false);
    expect(await store.attempts.add(record.name, { limit: 1, at })).toBe(false);
    expect(await store.attempts.find(record.name)).toEqual({ ...record, count: 2 });
  });

  test('adds nothing to what is forgotten at the given time', async () => {
    const record = await given({ expiresAt: after(10) });
    expect(await store.attempts.add(record.name, { limit: 9, at: after(10) })).toBe(false);
    expect(await store.attempts.add(record.name, { limit: 9, at: after(9) })).toBe(true);
  });

  test('replaces the record that is expected, and no other', async () => {
    const record = await given({ count: 3 });
    const next = { ...record, count: 4, nextAt: after(1000), expiresAt: after(90_000) };
    for (const other of [
      { ...record, count: 2 },
      { ...record, nextAt: after(2) },
      { ...record, expiresAt: after(60_001) },
    ]) {
      expect(await twin.attempts.replace(other, next)).toBe(false);
    }
    expect(await store.attempts.replace(null, next)).toBe(false);
    expect(await store.attempts.find(record.name)).toEqual(record);
    expect(await twin.attempts.replace(record, next)).toBe(true);
    expect(await store.attempts.find(record.name)).toEqual(next);
    expect(await store.attempts.replace(record, next)).toBe(false);
  });

  test('replaces nothing where nothing is', async () => {
    const record = newAttempts();
    expect(await store.attempts.replace(record, { ...record, count: 2 })).toBe(false);
    expect(await store.attempts.find(record.name)).toBeNull();
  });

  test('takes back one at a time, and the record with the last', async () => {
    const record = await given({ count: 2 });
    expect(await twin.attempts.takeBack(record.name)).toBe(true);
    expect(await store.attempts.find(record.name)).toEqual({ ...record, count: 1 });
    expect(await store.attempts.takeBack(record.name)).toBe(true);
    expect(await twin.attempts.find(record.name)).toBeNull();
    expect(await store.attempts.takeBack(record.name)).toBe(false);
  });

  test('of fifty calls at once no more add than there is room for', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { name } = await given({ count: 1 });
      const added = await race([store, twin], ({ attempts }) => attempts.add(name, { limit: 11, at }));
      expect(count(added, true)).toBe(10);
      expect(await store.attempts.find(name)).toMatchObject({ count: 11 });
    }
  });

  test('of fifty calls at once that expect one record, one replaces it', async () => {
    for (let round = 0; round < 5; round += 1) {
      const record = await given();
      const replaced = await race([store, twin], ({ attempts }, index) =>
        attempts.replace(record, { ...record, count: index + 2 }),
      );
      expect(count(replaced, true)).toBe(1);
      expect(await store.attempts.find(record.name)).toEqual({ ...record, count: replaced.indexOf(true) + 2 });
    }
  });

  test('of fifty calls at once that expect none, one stores its own', async () => {
    for (let round = 0; round < 5; round += 1) {
      const name = newId();
      const stored = await race([store, twin], ({ attempts }, index) =>
        attempts.replace(null, newAttempts({ name, count: index + 1 })),
      );
      expect(count(stored, true)).toBe(1);
      expect(await store.attempts.find(name)).toMatchObject({ count: stored.indexOf(true) + 1 });
    }
  });

  test('of fifty calls at once each takes back one', async () => {
    const { name } = await given({ count: 60 });
    expect(count(await race([store, twin], ({ attempts }) => attempts.takeBack(name)), true)).toBe(50);
    expect(await store.attempts.find(name)).toMatchObject({ count: 10 });
  });

  test('removes the records whose end is not after the given time, and says how many', async () => {
    await store.attempts.deleteExpired(new Date(Date.UTC(9999, 0)));
    const [before, exactly, later] = [-1, 0, 1].map((offset) => newAttempts({ expiresAt: after(offset) }));
    for (const record of [before, exactly, later]) await store.attempts.replace(null, record ?? newAttempts());
    expect(await twin.attempts.deleteExpired(after(-2))).toBe(0);
    expect(await twin.attempts.deleteExpired(NOW)).toBe(2);
    expect(await store.attempts.find(exactly?.name ?? '')).toBeNull();
    expect(await store.attempts.find(later?.name ?? '')).toEqual(later);
  });
});
