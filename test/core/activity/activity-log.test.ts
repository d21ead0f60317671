import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { StoreUnavailable } from '../../../src/contracts/errors.ts';
import type { SystemEvent } from '../../../src/contracts/events.ts';
import type { SecurityEventName, ThrottledOperation } from '../../../src/contracts/hooks.ts';
import type { Store } from '../../../src/contracts/store/store.ts';
import { ActivityLog } from '../../../src/core/activity/activity-log.ts';
import { openAt } from '../../stores/records.ts';
import { until } from '../../support/ring.ts';
import { TestClock } from '../../support/server.ts';
import { describeEachStore, newPlace, type Place } from '../../support/stores.ts';

const HOUR = 3600;
const NOTHING = { signIns: 0, refusals: 0, refreshes: 0, reuses: 0 };

describeEachStore('the activity log', (kind) => {
  let place: Place;
  let store: Store;
  let clock: TestClock;
  let log: ActivityLog;
  beforeEach(async () => {
    place = newPlace(kind);
    store = await openAt(place);
    clock = new TestClock();
    clock.advance(HOUR - (clock.seconds % HOUR)); // a round hour, but for the milliseconds
    log = new ActivityLog({ store, clock: clock.read });
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await store.close();
    await place.remove();
  });
  const hourAgo = (hours: number) => new Date((Math.floor(clock.seconds / HOUR) - hours) * HOUR * 1000);

  test('writes an hour once, however much was counted, and then nothing until there is more', async () => {
    const add = jest.spyOn(store.activity, 'add');
    for (let count = 0; count < 100; count += 1) {
      log.count('refreshes');
      if (count % 10 === 0) await setImmediate(); // as between requests
    }
    expect(add).not.toHaveBeenCalled();
    expect(await log.list(1)).toEqual([{ ...NOTHING, refreshes: 100, hour: hourAgo(0) }]);
    expect(await log.list(1)).toEqual([{ ...NOTHING, refreshes: 100, hour: hourAgo(0) }]);
    expect(add).toHaveBeenCalledTimes(1);
  });

  test('writes by itself a while after something was counted', async () => {
    const prompt = new ActivityLog({ store, clock: clock.read, interval: 1 });
    const written = async () => (await store.activity.list(hourAgo(0))).map(({ signIns }) => signIns);
    for (const signIns of [1, 2]) {
      prompt.count('signIns');
      await until(async () => (await written()).includes(signIns));
      expect(await written()).toEqual([signIns]);
    }
  });

  test('tells of each hour that was asked for, of the present one last, and counts to the hour in which it happened', async () => {
    log.count('signIns');
    clock.advance(HOUR - 1);
    log.count('reuses');
    clock.advance(1);
    log.count('refusals');
    clock.advance(2 * HOUR);
    expect(await log.list(5)).toEqual([
      { ...NOTHING, hour: hourAgo(4) },
      { ...NOTHING, signIns: 1, reuses: 1, hour: hourAgo(3) },
      { ...NOTHING, refusals: 1, hour: hourAgo(2) },
      { ...NOTHING, hour: hourAgo(1) },
      { ...NOTHING, hour: hourAgo(0) },
    ]);
    expect(await log.list(3)).toHaveLength(3);
  });

  test('adds to what other processes have counted', async () => {
    const other = new ActivityLog({ store, clock: clock.read });
    other.count('signIns');
    log.count('signIns');
    await other.write();
    expect(await log.list(1)).toEqual([{ ...NOTHING, signIns: 2, hour: hourAgo(0) }]);
  });

  test('keeps what the store does not take, and writes it the next time', async () => {
    const add = jest.spyOn(store.activity, 'add');
    add.mockRejectedValueOnce(new StoreUnavailable(new Error('no space left')));
    log.count('signIns');
    await log.write();
    log.count('signIns');
    expect(await log.list(1)).toEqual([{ ...NOTHING, signIns: 2, hour: hourAgo(0) }]);
  });

  describe('with a store that takes nothing', () => {
    const INTERVAL = 1000;
    let add: jest.SpiedFunction<Store['activity']['add']>;
    beforeEach(() => {
      jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
      log = new ActivityLog({ store, clock: clock.read, interval: INTERVAL });
      add = jest.spyOn(store.activity, 'add').mockRejectedValue(new StoreUnavailable(new Error('no space left')));
    });
    afterEach(() => {
      jest.useRealTimers();
    });

    test('tries again once in each interval, until the counts are written', async () => {
      log.count('signIns');
      for (const attempts of [1, 2, 3]) {
        await jest.advanceTimersByTimeAsync(INTERVAL - 1);
        expect(add).toHaveBeenCalledTimes(attempts - 1);
        await jest.advanceTimersByTimeAsync(1);
        expect(add).toHaveBeenCalledTimes(attempts);
      }
      add.mockResolvedValue();
      await jest.advanceTimersByTimeAsync(INTERVAL);
      expect(add).toHaveBeenCalledTimes(4);
      expect(jest.getTimerCount()).toBe(0);
    });

    test('tries once more when it is closed, and sets no timer from then on', async () => {
      log.count('signIns');
      await log.close();
      expect(add).toHaveBeenCalledTimes(1);
      log.count('signIns'); // a request that ends late
      await log.write();
      expect(jest.getTimerCount()).toBe(0);
    });

    test('writes what an attempt that failed during the closing has left', async () => {
      log.count('signIns');
      const failing = log.write();
      add.mockRejectedValueOnce(new StoreUnavailable(new Error('no space left'))).mockResolvedValueOnce();
      await Promise.all([failing, log.close()]);
      expect(add).toHaveBeenCalledTimes(2);
      expect(add).toHaveBeenLastCalledWith(expect.objectContaining({ signIns: 1 }));
      expect(jest.getTimerCount()).toBe(0);
    });
  });

  test('is kept for thirty days', async () => {
    log.count('signIns');
    await log.write();
    const end = new Date(hourAgo(0).getTime() + 30 * 24 * HOUR * 1000);
    expect(await store.activity.list(new Date(0))).toMatchObject([{ expiresAt: end }]);
    clock.advance(719 * HOUR);
    expect((await log.list(720))[0]).toMatchObject({ signIns: 1 });
  });
});

const told = (event: SecurityEventName, operation: ThrottledOperation | null = null): SystemEvent => ({
  kind: 'security',
  event: {
    event,
    operation,
    userId: null,
    sessionId: null,
    reason: null,
    sessions: null,
    rule: null,
    actorId: null,
    client: null,
    otherClient: null,
  },
});

describe('the activity log on its own', () => {
  let place: Place;
  let store: Store;
  let log: ActivityLog;
  beforeEach(async () => {
    place = newPlace('sqlite');
    store = await openAt(place);
    log = new ActivityLog({ store, clock: new TestClock().read });
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await store.close();
    await place.remove();
  });

  test('counts a sign-in that had to wait as refused, and nothing else that had to', async () => {
    const operations = ['password_change', 'registration', 'refresh', 'service_credentials'] as const;
    for (const operation of operations) log.tell(told('throttled', operation));
    for (const event of ['password_changed', 'sessions_ended', 'user_created'] as const) log.tell(told(event));
    log.tell({ kind: 'hash_queued' });
    expect(await log.list(1)).toMatchObject([NOTHING]);
    log.tell(told('throttled', 'sign_in'));
    log.tell(told('sign_in', 'sign_in'));
    expect(await log.list(1)).toMatchObject([{ ...NOTHING, refusals: 1, signIns: 1 }]);
  });

  test('writes five seconds after the first that it counts, unless it is asked for before', async () => {
    const [timers, cleared] = [jest.spyOn(globalThis, 'setTimeout'), jest.spyOn(globalThis, 'clearTimeout')];
    const due = () => timers.mock.results.filter((_, index) => timers.mock.calls[index]?.[1] === 5000);
    log.count('signIns');
    log.count('signIns');
    expect(due()).toHaveLength(1);
    await log.list(1);
    expect(cleared).toHaveBeenCalledWith(due()[0]?.value as NodeJS.Timeout);
    log.count('signIns');
    expect(due()).toHaveLength(2);
    await log.write();
  });
});
