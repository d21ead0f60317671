import { createSecretKey } from 'node:crypto';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { InvalidInput, NoActiveAccount, Overloaded, Throttled } from '../../../src/contracts/errors.ts';
import { settingsFromOptions } from '../../../src/contracts/settings/settings.ts';
import type { Store } from '../../../src/contracts/store/store.ts';
import { Pending } from '../../../src/core/throttle/pending.ts';
import { Throttle } from '../../../src/core/throttle/throttle.ts';
import { openStore } from '../../../src/stores/open-store.ts';
import { TEST_KEY, TestClock } from '../../support/server.ts';
import { describeEachStore, newPlace, type Place } from '../../support/stores.ts';

const LIMIT = 3;
const ADDRESS_LIMIT = 5;
const here = { userAgent: null, ipAddress: '2001:db8::1' };

/** Work that ends when it is told how. */
class Work {
  readonly #ends: ((isRight: boolean) => void)[] = [];
  started = 0;
  readonly run = async (): Promise<string> => {
    this.started += 1;
    const isRight = await new Promise<boolean>((end) => this.#ends.push(end));
    if (!isRight) throw new NoActiveAccount();
    return 'right';
  };
  end(isRight: boolean): void {
    this.#ends.shift()?.(isRight);
  }
}

describeEachStore('attempts at once', (kind) => {
  let place: Place;
  let store: Store;
  let throttle: Throttle;
  let clock: TestClock;
  beforeEach(async () => {
    place = newPlace(kind);
    clock = new TestClock();
    const options = { throttleSignInFailures: LIMIT, throttleAddressFailures: ADDRESS_LIMIT, throttleMaxWait: '15m' };
    const settings = settingsFromOptions({ ...place.options, signingKey: TEST_KEY, ...options });
    store = await openStore(settings);
    const secret = createSecretKey(TEST_KEY, 'utf8');
    const events = { audit: () => {}, tell: () => {} };
    throttle = new Throttle({ store, settings, clock: clock.read, events, secret: () => secret });
  });
  afterEach(async () => {
    await store.close();
    await place.remove();
  });

  const attempt = (work: () => Promise<string>, account = 'alice', client = here) =>
    throttle.attempt('sign_in', { account, client }, work).catch((error: unknown) => {
      if (error instanceof Throttled) return error.retryAfter;
      return error instanceof Error ? error.name : String(error);
    });
  const right = async () => 'right';
  const wrong = async (): Promise<string> => {
    throw new NoActiveAccount();
  };
  const times = <Value>(count: number, value: (index: number) => Value) =>
    Array.from({ length: count }, (_, index) => value(index));
  /** Once as much work has started as there will be. */
  const settled = async (work: Work, started: number) => {
    while (work.started < started) await new Promise(setImmediate);
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    expect(work.started).toBe(started);
  };

  test('twenty right ones of one account are all let through, in whichever order they end', async () => {
    expect(await Promise.all(times(20, () => attempt(right)))).toEqual(times(20, () => 'right'));
    const work = new Work();
    const outcomes = times(20, () => attempt(work.run));
    for (let ended = 0; ended < 20; ended += 1) {
      await settled(work, Math.min(20, LIMIT + ended));
      work.end(true);
    }
    expect(await Promise.all(outcomes)).toEqual(times(20, () => 'right'));
  });

  test('right ones of many accounts from one address are all let through', async () => {
    expect(await Promise.all(times(30, (index) => attempt(right, `user ${index}`)))).toEqual(times(30, () => 'right'));
    expect(await Promise.all(times(ADDRESS_LIMIT, (index) => attempt(wrong, `user ${index}`)))).toEqual(
      times(ADDRESS_LIMIT, () => 'NoActiveAccount'),
    );
    expect(await attempt(right, 'another')).toBe(1);
  });

  test('wrong ones that no right one is among are refused when the last of them has ended, and not counted', async () => {
    const work = new Work();
    const outcomes = times(20, () => attempt(work.run));
    await settled(work, LIMIT);
    for (let ended = 0; ended < LIMIT; ended += 1) work.end(false);
    const answers = await Promise.all(outcomes);
    expect(answers.filter((answer) => answer === 'NoActiveAccount')).toHaveLength(LIMIT);
    expect(answers.filter((answer) => answer === 1)).toHaveLength(20 - LIMIT);
    clock.advance(1);
    expect(await attempt(wrong)).toBe('NoActiveAccount');
    expect(await attempt(wrong)).toBe(2);
  });

  test('a right one among wrong ones makes room for one, not for as many as there were', async () => {
    const work = new Work();
    const outcomes = times(20, () => attempt(work.run));
    await settled(work, LIMIT);
    work.end(true);
    await settled(work, LIMIT + 1);
    for (let ended = 0; ended < LIMIT; ended += 1) work.end(false);
    const answers = await Promise.all(outcomes);
    expect(answers.filter((answer) => answer === 'right')).toHaveLength(1);
    expect(answers.filter((answer) => answer === 'NoActiveAccount')).toHaveLength(LIMIT);
  });

  test('a right one after its wait takes the wait along, whichever of two ends first', async () => {
    for (const order of [
      [true, false],
      [false, true],
    ]) {
      const account = `user ${order.join()}`;
      await store.attempts.deleteExpired(new Date(Date.UTC(9999, 0)));
      await Promise.all(times(ADDRESS_LIMIT, (index) => attempt(wrong, `stranger ${index}`)));
      clock.advance(1);
      const [first, second] = [new Work(), new Work()];
      const outcomes = [attempt(first.run, account)];
      await settled(first, 1);
      clock.advance(2);
      outcomes.push(attempt(second.run, account));
      await settled(second, 1);
      for (const isFirst of order) {
        (isFirst ? first : second).end(true);
        await outcomes[isFirst ? 0 : 1];
      }
      expect(await Promise.all(outcomes)).toEqual(['right', 'right']);
      expect(await attempt(wrong, 'any')).toBe('NoActiveAccount');
      expect(await attempt(wrong, 'any')).toBe(2);
    }
  });

  test('what told nothing makes room too', async () => {
    const work = new Work();
    const outcomes = times(LIMIT, () => attempt(work.run));
    await settled(work, LIMIT);
    const waiting = attempt(async () => 'let through');
    work.end(true);
    expect(await waiting).toBe('let through');
    work.end(false);
    work.end(false);
    await Promise.all(outcomes);
    const overloaded = times(20, () =>
      attempt(async () => {
        throw new Overloaded();
      }, 'bob'),
    );
    expect(new Set(await Promise.all(overloaded))).toEqual(new Set(['Overloaded']));
  });

  test('none waits longer than five seconds, whether those before it were right or not', async () => {
    for (const [isRight, seconds, answer] of [
      [true, 5, 'right'],
      [true, 5.001, 1],
      [false, 5.001, 1],
    ] as const) {
      const work = new Work();
      const outcomes = times(LIMIT, () => attempt(work.run));
      await settled(work, LIMIT);
      const waiting = jest.spyOn(Pending.prototype, 'mayMakeRoom').mockClear();
      const late = attempt(right);
      while (waiting.mock.calls.length === 0) await new Promise(setImmediate);
      clock.advance(seconds);
      work.end(isRight);
      expect(await late).toBe(answer);
      work.end(true);
      work.end(true);
      await Promise.all(outcomes);
    }
  });

  test('no more than 64 wait', async () => {
    const work = new Work();
    const outcomes = times(LIMIT + 64 + 10, () => attempt(work.run));
    const late: unknown[] = [];
    for (const outcome of outcomes) void outcome.then((answer) => late.push(answer));
    while (late.length < 10) await new Promise(setImmediate);
    await settled(work, LIMIT);
    expect(late).toEqual(times(10, () => 1));
    for (let ended = 0; ended < LIMIT + 64; ended += 1) {
      await settled(work, Math.min(LIMIT + 64, LIMIT + ended));
      work.end(true);
    }
    const answers = await Promise.all(outcomes);
    expect(answers.filter((answer) => answer === 'right')).toHaveLength(LIMIT + 64);
  });

  test('refused ones write nothing to the store, whichever count refuses them', async () => {
    await Promise.all(times(LIMIT, () => attempt(wrong)));
    await Promise.all(times(ADDRESS_LIMIT - LIMIT, (index) => attempt(wrong, `user ${index}`)));
    const writes = (['add', 'replace', 'takeBack', 'delete'] as const).map((method) =>
      jest.spyOn(store.attempts, method),
    );
    for (let index = 0; index < 20; index += 1) {
      expect(await attempt(right)).toBe(1);
      expect(await attempt(right, `stranger ${index}`)).toBe(1);
    }
    for (const write of writes) expect(write).not.toHaveBeenCalled();
  });

  test('what has no right or wrong does not wait: registrations are refused at once', async () => {
    const register = (work: () => Promise<string>) => throttle.attempt('registration', { client: here }, work);
    const work = new Work();
    const pending = times(10, () => register(work.run));
    await settled(work, 10);
    await expect(register(right)).rejects.toThrow(Throttled);
    for (let ended = 0; ended < 10; ended += 1) work.end(true);
    await Promise.all(pending);
    await expect(register(async () => Promise.reject(new InvalidInput('password', 'weak')))).rejects.toThrow(Throttled);
  });
});
