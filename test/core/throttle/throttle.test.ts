import { createSecretKey } from 'node:crypto';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import {
  InvalidInput,
  NoActiveAccount,
  Overloaded,
  StoreUnavailable,
  Throttled,
} from '../../../src/contracts/errors.ts';
import type { Events } from '../../../src/contracts/events.ts';
import { settingsFromOptions } from '../../../src/contracts/settings/settings.ts';
import type { SettingsInput } from '../../../src/contracts/settings/settings-table.ts';
import type { Store } from '../../../src/contracts/store/store.ts';
import { Throttle } from '../../../src/core/throttle/throttle.ts';
import { openStore } from '../../../src/stores/open-store.ts';
import { TEST_KEY, TestClock } from '../../support/server.ts';
import { describeEachStore, newPlace, type Place } from '../../support/stores.ts';

const HERE = { userAgent: null, ipAddress: '192.0.2.1' };
/** What so many failed sign-ins come to. */
const failures = (count: number) => Array.from({ length: count }, () => 'NoActiveAccount');
const fromHere = { client: HERE };
const ELSEWHERE = { userAgent: null, ipAddress: '192.0.2.2' };

describeEachStore('a throttle', (kind) => {
  let place: Place;
  let store: Store;
  let clock: TestClock;
  let throttle: Throttle;
  const audit = jest.fn<Events['audit']>();

  beforeEach(async () => {
    place = newPlace(kind);
    clock = new TestClock();
    store = await openStore(settingsFromOptions(place.options));
    throttle = throttleWith({ throttleSignInFailures: 3, throttleAddressFailures: 5 });
  });
  afterEach(async () => {
    await store.close().catch(() => {});
    await place.remove();
  });

  const throttleWith = (options: SettingsInput, secret = TEST_KEY) =>
    new Throttle({
      store,
      settings: settingsFromOptions({ ...place.options, signingKey: TEST_KEY, ...options }),
      clock: clock.read,
      events: { audit, tell: () => {} },
      secret: () => createSecretKey(secret, 'utf8'),
    });
  const fail = (error: Error) => async (): Promise<string> => {
    throw error;
  };
  const succeed = async () => 'signed in';
  /** What came of an attempt: its result, the seconds it has to wait, or the name of its error. */
  const outcome = (attempt: Promise<string>): Promise<string | number> =>
    attempt.catch((error: unknown) => {
      if (error instanceof Throttled) return error.retryAfter;
      return error instanceof Error ? error.name : String(error);
    });
  const signIn = (username: string, work = fail(new NoActiveAccount()), client = HERE) =>
    outcome(throttle.attempt('sign_in', { account: username, client }, work));
  const change = (work: () => Promise<string>, client = HERE) =>
    outcome(throttle.attempt('password_change', { account: 'u', userId: 'u', client }, work));
  const inTurn = async (count: number, attempt: (index: number) => Promise<string | number>) => {
    const outcomes: (string | number)[] = [];
    for (let index = 0; index < count; index += 1) outcomes.push(await attempt(index));
    return outcomes;
  };

  test('lets the next attempt through after the wait, and not a millisecond before', async () => {
    await inTurn(3, () => signIn('alice'));
    expect(await signIn('alice')).toBe(1);
    clock.advance(0.999);
    expect(await signIn('alice')).toBe(1);
    clock.advance(0.001);
    expect(await signIn('alice')).toBe('NoActiveAccount');
  });

  test('doubles the wait with each failure, up to the longest', async () => {
    throttle = throttleWith({ throttleSignInFailures: 3, throttleMaxWait: '1m' });
    await inTurn(3, () => signIn('alice'));
    const waits = await inTurn(9, async () => {
      const wait = Number(await signIn('alice'));
      clock.advance(wait);
      await signIn('alice');
      return wait;
    });
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  test('does not lengthen a wait for who asks again too early', async () => {
    await inTurn(3, () => signIn('alice'));
    expect(await inTurn(20, () => signIn('alice'))).toEqual(Array.from({ length: 20 }, () => 1));
    clock.advance(1);
    expect(await signIn('alice', succeed)).toBe('signed in');
  });

  test('forgets the failures at a success', async () => {
    await inTurn(2, () => signIn('alice'));
    expect(await signIn('alice', succeed)).toBe('signed in');
    expect(await inTurn(4, () => signIn('alice'))).toEqual([...failures(3), 1]);
  });

  test('forgets the failures of an account a day after the latest', async () => {
    await inTurn(3, () => signIn('alice'));
    clock.advance(1);
    await signIn('alice');
    clock.advance(24 * 3600 - 1);
    await signIn('alice'); // the fifth in a day: all of them still count
    expect(await signIn('alice')).toBe(4);
    clock.advance(24 * 3600);
    expect(await inTurn(4, () => signIn('alice'))).toEqual([...failures(3), 1]);
  });

  test('counts the failures of an address over all accounts, for an hour', async () => {
    expect(await inTurn(6, (index) => signIn(`user ${index}`))).toEqual([
      ...Array.from({ length: 5 }, () => 'NoActiveAccount'),
      1,
    ]);
    expect(await signIn('another', succeed)).toBe(1);
    expect(await signIn('another', succeed, ELSEWHERE)).toBe('signed in');
    clock.advance(3600);
    expect(await signIn('another', succeed)).toBe('signed in');
  });

  test('takes a success back from its address, with the wait it brought, and no failure along', async () => {
    await inTurn(4, (index) => signIn(`user ${index}`));
    expect(await inTurn(20, (index) => signIn(`owner ${index}`, succeed))).toEqual(
      Array.from({ length: 20 }, () => 'signed in'),
    );
    expect(await signIn('user 4')).toBe('NoActiveAccount');
    expect(await signIn('user 5')).toBe(1);
    clock.advance(1);
    expect(await inTurn(3, (index) => signIn(`owner ${index}`, succeed))).toEqual([
      'signed in',
      'signed in',
      'signed in',
    ]);
    expect(await signIn('user 6')).toBe('NoActiveAccount');
    expect(await signIn('user 7')).toBe(2);
  });

  test('an account that has to wait does not close the address to others', async () => {
    throttle = throttleWith({ throttleSignInFailures: 3, throttleAddressFailures: 4 });
    await inTurn(3, () => signIn('alice'));
    await inTurn(20, () => signIn('alice'));
    expect(await signIn('bob', succeed)).toBe('signed in');
    expect(await signIn('bob')).toBe('NoActiveAccount');
    expect(await signIn('carol')).toBe(1);
  });

  test.each([
    new InvalidInput('username', 'This field may not be blank.'),
    new Overloaded(),
    new StoreUnavailable(new Error('gone')),
  ])('does not count an attempt that told nothing: %s', async (error) => {
    const outcomes = await inTurn(10, () => signIn('alice', fail(error)));
    expect(new Set(outcomes)).toEqual(new Set([error.name]));
    expect(await inTurn(4, () => signIn('alice'))).toContain(1);
  });

  test('counts an attempt that failed for an unknown reason', async () => {
    expect(await inTurn(4, () => signIn('alice', fail(new TypeError('a hook broke'))))).toEqual([
      'TypeError',
      'TypeError',
      'TypeError',
      1,
    ]);
  });

  test('counts wrong current passwords of a user, and nothing else about a password change', async () => {
    const weak = fail(new InvalidInput('newPassword', 'too short', 'password_too_weak'));
    const wrong = fail(new InvalidInput('currentPassword', 'incorrect'));
    expect(new Set(await inTurn(10, () => change(weak)))).toEqual(new Set(['InvalidInput']));
    expect(await inTurn(4, () => change(wrong))).toEqual(['InvalidInput', 'InvalidInput', 'InvalidInput', 1]);
    expect(await change(succeed, ELSEWHERE)).toBe('signed in');
    clock.advance(1);
    expect(await change(succeed)).toBe('signed in');
    expect(await inTurn(3, () => change(wrong))).toEqual(['InvalidInput', 'InvalidInput', 'InvalidInput']);
  });

  test('has a budget of registrations, which taken names use up and weak passwords do not', async () => {
    throttle = throttleWith({ throttleRegistrations: 2 });
    const register = (work: () => Promise<string>) => outcome(throttle.attempt('registration', fromHere, work));
    const weak = fail(new InvalidInput('password', 'too short', 'password_too_weak'));
    expect(new Set(await inTurn(10, () => register(weak)))).toEqual(new Set(['InvalidInput']));
    expect(await register(fail(new InvalidInput('username', 'taken', 'username_taken')))).toBe('InvalidInput');
    clock.advance(60);
    expect(await register(succeed)).toBe('signed in');
    expect(await register(succeed)).toBe(3540);
    clock.advance(3540);
    expect(await inTurn(3, () => register(succeed))).toEqual(['signed in', 'signed in', 3600]);
  });

  test('keeps the budgets apart', async () => {
    throttle = throttleWith({ throttleRefreshes: 1, throttleRegistrations: 1, throttleSignInFailures: 1 });
    expect(await outcome(throttle.attempt('refresh', fromHere, succeed))).toBe('signed in');
    expect(await outcome(throttle.attempt('refresh', fromHere, succeed))).toBe(60);
    expect(await outcome(throttle.attempt('registration', fromHere, succeed))).toBe('signed in');
    expect(await signIn('u')).toBe('NoActiveAccount');
    expect(await change(succeed)).toBe('signed in');
  });

  test('of a hundred attempts at once lets through as many as of a hundred in turn', async () => {
    for (let round = 0; round < 5; round += 1) {
      const work = jest.fn(fail(new NoActiveAccount()));
      await Promise.all(
        Array.from({ length: 100 }, () =>
          signIn(`user ${round}`, work, { userAgent: null, ipAddress: `192.0.2.${round}` }),
        ),
      );
      expect(work).toHaveBeenCalledTimes(3);
    }
  });

  test('tells once of each attempt that has to wait, and of no other', async () => {
    await inTurn(3, () => signIn('alice'));
    expect(audit).not.toHaveBeenCalled();
    await inTurn(2, () => signIn('alice'));
    expect(audit.mock.calls).toEqual(
      Array.from({ length: 2 }, () => [
        'throttled',
        { operation: 'sign_in', userId: null, client: HERE, rule: 'account' },
      ]),
    );
  });

  test('stores neither a name nor an address, nor what could be made from them without the key', async () => {
    const named = jest.spyOn(store.attempts, 'find');
    const other = throttleWith({}, TEST_KEY.toUpperCase());
    await signIn('hunter2, typed into the wrong field '.repeat(1000));
    expect(new Set(named.mock.calls.map(([name]) => name)).size).toBe(4); // one is that of the known network
    await outcome(other.attempt('sign_in', { account: 'x', client: HERE }, fail(new NoActiveAccount())));
    await signIn('x');
    const names = named.mock.calls.map(([name]) => name);
    for (const name of names) expect(name).toMatch(/^[\w-]{43}$/);
    expect(new Set(names).size).toBe(4 + 4 + 2); // the last shares the address with the first, and the known network with the other
  });

  test('lets nothing through while the store does not answer', async () => {
    await store.close();
    const work = jest.fn(succeed);
    expect(await signIn('alice', work)).toBe('StoreUnavailable');
    expect(await change(work)).toBe('StoreUnavailable');
    expect(await outcome(throttle.attempt('refresh', fromHere, work))).toBe('StoreUnavailable');
    expect(work).not.toHaveBeenCalled();
  });
});
