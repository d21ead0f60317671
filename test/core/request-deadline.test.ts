import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { StoreUnavailable } from '../../src/contracts/errors.ts';
import { RequestDeadline } from '../../src/core/request-deadline.ts';

describe('the deadline of requests', () => {
  let ping: () => Promise<void>;
  let asked: number;
  let deadline: RequestDeadline;
  beforeEach(() => {
    jest.useFakeTimers();
    asked = 0;
    deadline = new RequestDeadline({
      ping: () => {
        asked++;
        return ping();
      },
    });
  });
  afterEach(() => void jest.useRealTimers());

  const never = () => new Promise<never>(() => {});
  /** When and how work ends that is begun now. */
  const outcomeOf = (work: () => Promise<unknown>, since = performance.now()) => {
    const begun = performance.now();
    const ended: { after?: number; with?: unknown } = {};
    const end = (outcome: unknown) => Object.assign(ended, { after: performance.now() - begun, with: outcome });
    void deadline.within(since, work).then(end, end);
    return ended;
  };

  test('ends one that waits while the store does not answer, with what it did before, and no other', async () => {
    ping = never;
    const first = outcomeOf(never);
    await jest.advanceTimersByTimeAsync(200);
    const soon = outcomeOf(never);
    await jest.advanceTimersByTimeAsync(2800);
    const [same, next] = [outcomeOf(never, performance.now() - 3000), outcomeOf(never)];
    await jest.advanceTimersByTimeAsync(2000);
    expect(first).toEqual({ after: 5000, with: expect.any(StoreUnavailable) });
    expect(same).toEqual({ after: 2000, with: expect.any(StoreUnavailable) });
    expect(soon).toEqual({ after: 4800, with: expect.any(StoreUnavailable) });
    expect(next).toEqual({});
    await jest.advanceTimersByTimeAsync(3250);
    expect(next).toEqual({ after: expect.any(Number), with: expect.any(StoreUnavailable) });
    expect(next.after).toBeLessThanOrEqual(5250);
  });

  test('keeps apart those that end in any order', async () => {
    ping = never;
    const after = (ms: number) => () => new Promise((resolve) => setTimeout(resolve, ms, ms));
    const all = [9000, 100, 8000, 200].map((ms) => outcomeOf(after(ms)));
    await jest.advanceTimersByTimeAsync(10_000);
    const refused = { after: 5000, with: expect.any(StoreUnavailable) as unknown };
    const done = (ms: number) => ({ after: ms, with: ms });
    expect(all).toEqual([refused, done(100), refused, done(200)]);
    expect([asked, jest.getTimerCount()]).toEqual([1, 0]);
  });

  test('ends one at once where the store fails', async () => {
    ping = () => Promise.reject(new StoreUnavailable(new Error('gone')));
    const ended = outcomeOf(never);
    await jest.advanceTimersByTimeAsync(5000);
    expect(ended).toEqual({ after: 4500, with: expect.any(StoreUnavailable) });
  });

  test('ends none that waits for something else than the store, such as the check of a password', async () => {
    ping = async () => {};
    const checked = outcomeOf(() => new Promise((resolve) => setTimeout(resolve, 12_000, 'checked')));
    await jest.advanceTimersByTimeAsync(12_000);
    expect(checked).toEqual({ after: 12_000, with: 'checked' });
    expect(asked).toBeGreaterThan(20);
  });

  test('asks the store nothing for those that are answered, and leaves no timer behind', async () => {
    const failure = new Error('of the work');
    const outcomes = [outcomeOf(async () => 'done'), outcomeOf(() => Promise.reject(failure))];
    await jest.advanceTimersByTimeAsync(0);
    expect(outcomes).toEqual([
      { after: 0, with: 'done' },
      { after: 0, with: failure },
    ]);
    await jest.advanceTimersByTimeAsync(6000);
    expect([asked, jest.getTimerCount()]).toEqual([0, 0]);
  });

  test('does not wait for work that fails after it was given up', async () => {
    ping = never;
    const ended = outcomeOf(() => new Promise((_, reject) => setTimeout(reject, 6000, new Error('late'))));
    await jest.advanceTimersByTimeAsync(7000);
    expect(ended).toEqual({ after: 5000, with: expect.any(StoreUnavailable) });
    expect([asked, jest.getTimerCount()]).toEqual([1, 0]);
  });
});
