import { expect, test } from '@jest/globals';
import type { Store } from '../../src/contracts/store/store.ts';
import { describeEachStore } from '../support/stores.ts';
import { after, newActivity, NOW, race } from './records.ts';
import { openTwins } from './twins.ts';

const HOUR = 3_600_000;

describeEachStore('the activity of a store', (kind) => {
  let store: Store;
  let twin: Store;
  openTwins(kind, (...opened) => ([store, twin] = opened));

  test('adds up within an hour, each count for itself, and keeps the end it began with', async () => {
    const first = newActivity();
    expect(await store.activity.add(first)).toBeUndefined();
    expect(await twin.activity.list(NOW)).toEqual([first]);
    await twin.activity.add(newActivity({ signIns: 10, refusals: 0, refreshes: 30, reuses: 5, expiresAt: after(1) }));
    const sum = { ...first, signIns: 11, refusals: 2, refreshes: 33, reuses: 9 };
    expect(await store.activity.list(NOW)).toEqual([sum]);
  });

  test('loses none of fifty additions at once to an hour that has not begun', async () => {
    for (let round = 1; round <= 5; round += 1) {
      const hour = after(round * 100 * HOUR);
      await race([store, twin], (one) => one.activity.add(newActivity({ hour })));
      const [record] = await store.activity.list(hour);
      expect(record).toEqual(newActivity({ hour, signIns: 50, refusals: 100, refreshes: 150, reuses: 200 }));
    }
  });

  test('is listed from a moment on, in order', async () => {
    const from = after(1000 * HOUR);
    const hours = [2, 0, 1, 10].map((later) => after(later * HOUR, from));
    for (const hour of [...hours, after(-1, from)]) await store.activity.add(newActivity({ hour }));
    const listed = (await twin.activity.list(from)).map(({ hour }) => hour);
    expect(listed).toEqual(hours.toSorted((one, other) => one.getTime() - other.getTime()));
  });

  test('is removed from its end on, and not before', async () => {
    const hour = after(2000 * HOUR);
    const ends = [after(HOUR, hour), after(HOUR + 1, hour)];
    for (const [index, expiresAt] of ends.entries()) {
      await store.activity.add(newActivity({ hour: after(index, hour), expiresAt }));
    }
    const before = (await store.activity.list(new Date(0))).length;
    expect(await twin.activity.deleteExpired(after(HOUR, hour))).toBe(before - 1);
    expect((await store.activity.list(hour)).map(({ expiresAt }) => expiresAt)).toEqual(ends.slice(1));
  });
});
