import { expect, test } from '@jest/globals';
import type { Store } from '../../src/contracts/store/store.ts';
import { describeEachStore } from '../support/stores.ts';
import { after, count, newEntry, newId, NOW, ODD_TEXT, race } from './records.ts';
import { openTwins } from './twins.ts';

describeEachStore('a blacklist', (kind) => {
  let store: Store;
  let twin: Store;
  openTwins(kind, (...opened) => ([store, twin] = opened));

  test('finds the entry that was added, to the millisecond', async () => {
    const entry = newEntry({ expiresAt: after(1), blacklistedAt: after(-1) });
    expect(await store.blacklist.add(entry)).toBe(true);
    expect(await twin.blacklist.find(entry.jti)).toEqual(entry);
  });

  test.each([new Date(0), new Date('9999-12-31T23:59:59.999Z')])('keeps the moment %j', async (moment) => {
    const entry = newEntry({ expiresAt: after(1), blacklistedAt: moment });
    await store.blacklist.add(entry);
    expect(await store.blacklist.find(entry.jti)).toEqual(entry);
  });

  test.each([ODD_TEXT, ' ', '0', '-1', 'x'.repeat(255)])('takes any text for a jti: %j', async (jti) => {
    const entry = newEntry({ jti });
    expect(await store.blacklist.add(entry)).toBe(true);
    expect(await store.blacklist.find(jti)).toEqual(entry);
    expect(await store.blacklist.add(entry)).toBe(false);
  });

  test('finds no entry but of exactly this jti', async () => {
    const entry = newEntry({ jti: `Jti-${newId()}` });
    await store.blacklist.add(entry);
    const { jti } = entry;
    for (const other of ['', jti.toLowerCase(), jti.toUpperCase(), `${jti} `, jti.slice(0, -1), '%', `^${jti}`]) {
      expect(await store.blacklist.find(other)).toBeNull();
    }
  });

  test('keeps the first entry of a jti', async () => {
    const first = newEntry();
    const second = { ...first, expiresAt: after(90_000), blacklistedAt: after(5) };
    expect(await store.blacklist.add(first)).toBe(true);
    expect(await twin.blacklist.add(second)).toBe(false);
    expect(await store.blacklist.find(first.jti)).toEqual(first);
  });

  test('of fifty calls at once with one jti exactly one adds it', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { jti, ...entry } = newEntry();
      const moments = Array.from({ length: 50 }, (_, index) => after(index));
      const added = await race([store, twin], ({ blacklist }, index) =>
        blacklist.add({ jti, ...entry, blacklistedAt: moments[index] ?? NOW }),
      );
      expect(count(added, true)).toBe(1);
      expect(count(added, false)).toBe(49);
      expect((await store.blacklist.find(jti))?.blacklistedAt).toEqual(moments[added.indexOf(true)]);
    }
  });

  test('adds many at once, each for itself, and keeps the first of a jti', async () => {
    const there = newEntry();
    await store.blacklist.add(there);
    const entries = Array.from({ length: 300 }, () => newEntry());
    const twice = { ...(entries[3] ?? there), expiresAt: after(90_000) };
    const late = { ...there, expiresAt: after(90_000) };
    const added = await twin.blacklist.addMany([...entries.slice(0, 200), late, twice, ...entries.slice(200)]);
    expect(added.slice(200, 202)).toEqual([false, false]);
    expect(count(added, true)).toBe(entries.length);
    for (const entry of [there, ...entries.slice(0, 5), ...entries.slice(-1)]) {
      expect(await store.blacklist.find(entry.jti)).toEqual(entry);
    }
    expect(await store.blacklist.addMany([])).toEqual([]);
  });

  test('of fifty calls at once with a jti each all add theirs', async () => {
    expect(count(await race([store, twin], ({ blacklist }) => blacklist.add(newEntry())), true)).toBe(50);
  });

  test('removes the entries whose end is not after the given time, and says how many', async () => {
    await store.blacklist.deleteExpired(new Date(Date.UTC(9999, 0)));
    const [before, at, later] = [-1, 0, 1].map((offset) => newEntry({ expiresAt: after(offset) }));
    for (const entry of [before, at, later]) await store.blacklist.add(entry ?? newEntry());
    expect(await twin.blacklist.deleteExpired(after(-2))).toBe(0);
    expect(await twin.blacklist.deleteExpired(NOW)).toBe(2);
    expect(await store.blacklist.find(before?.jti ?? '')).toBeNull();
    expect(await store.blacklist.find(at?.jti ?? '')).toBeNull();
    expect(await store.blacklist.find(later?.jti ?? '')).toEqual(later);
    expect(await store.blacklist.deleteExpired(NOW)).toBe(0);
    expect(await store.blacklist.add(at ?? newEntry())).toBe(true);
  });
});
