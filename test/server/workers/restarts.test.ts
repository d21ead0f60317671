import { describe, expect, test } from '@jest/globals';
import { Restarts } from '../../../src/server/workers/restarts.ts';

const SECONDS = 1000;

describe('workers that ended', () => {
  test('are replaced at once if they had served for a while', () => {
    const restarts = new Restarts();
    const pauses = Array.from({ length: 20 }, () => restarts.pauseAfter(10 * SECONDS));
    expect(new Set(pauses)).toEqual(new Set([0]));
    expect(restarts.areInVain).toBe(false);
  });

  test('are waited for longer each time if they end soon after their start, up to half a minute', () => {
    const restarts = new Restarts();
    const pauses = Array.from({ length: 9 }, () => restarts.pauseAfter(10 * SECONDS - 1));
    expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  test('are in vain after six in a row, until one has served for a while', () => {
    const restarts = new Restarts();
    for (let count = 0; count < 5; count += 1) restarts.pauseAfter(0);
    expect(restarts.areInVain).toBe(false);
    restarts.pauseAfter(0);
    expect(restarts.areInVain).toBe(true);
    restarts.pauseAfter(10 * SECONDS);
    expect(restarts.areInVain).toBe(false);
    expect(restarts.pauseAfter(0)).toBe(250);
  });
});
