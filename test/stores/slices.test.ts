import { describe, expect, test } from '@jest/globals';
import { removeInSlices } from '../../src/stores/slices.ts';

/** So many records, each of which takes so long to remove, on a clock that nothing else moves. */
function records(count: number, millisecondsEach: number) {
  let left = count;
  let time = 0;
  const slices: { readonly limit: number; readonly took: number }[] = [];
  const pauses: number[] = [];
  let isPausing = false;
  const total = removeInSlices(
    (limit) => {
      if (isPausing) throw new Error('expected no slice in a pause');
      const removed = Math.min(limit, left);
      left -= removed;
      time += removed * millisecondsEach;
      slices.push({ limit, took: removed * millisecondsEach });
      return removed;
    },
    {
      now: () => time,
      pause: async (milliseconds) => {
        pauses.push(milliseconds);
        isPausing = true;
        await Promise.resolve();
        isPausing = false;
      },
    },
  );
  return { total, slices, pauses };
}

const longest = (numbers: readonly number[]) => Math.max(...numbers);

describe('removal in slices', () => {
  test.each([0, 1, 63, 64, 65, 10_000])('removes all of %d records, and counts them', async (count) => {
    expect(await records(count, 0.1).total).toBe(count);
  });

  test.each([
    ['quick', 0.001],
    ['ordinary', 0.05],
    ['slow', 0.3],
  ])('no slice of %s records takes 20 ms', async (_name, each) => {
    const { total, slices } = records(20_000, each);
    await total;
    expect(longest(slices.map(({ took }) => took))).toBeLessThan(20);
  });

  test('slices shrink to one record where each is very slow, and grow again no further than 4,096', async () => {
    const slow = records(500, 40);
    await slow.total;
    expect(slow.slices.at(-1)?.limit).toBe(1);
    const instant = records(100_000, 0);
    await instant.total;
    expect(longest(instant.slices.map(({ limit }) => limit))).toBe(4096);
  });

  test('others have the thread and the lock for as long as each slice took, and 20 ms at least', async () => {
    const { total, slices, pauses } = records(5000, 0.4);
    await total;
    const taken = slices.slice(0, -1).map(({ took }) => Math.max(20, took));
    expect(taken.length).toBeGreaterThan(10);
    expect(pauses.map((pause) => pause.toFixed(6))).toEqual(taken.map((took) => took.toFixed(6)));
  });

  test('what a slice throws ends it, after those before', async () => {
    let calls = 0;
    const removal = removeInSlices(
      (limit) => {
        calls += 1;
        if (calls === 3) throw new Error('the database is closed');
        return limit;
      },
      { now: () => 0, pause: async () => {} },
    );
    await expect(removal).rejects.toThrow('the database is closed');
    expect(calls).toBe(3);
  });
});
