import { createSecretKey } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { InvalidInput, NoActiveAccount } from '../../../src/contracts/errors.ts';
import type { Events } from '../../../src/contracts/events.ts';
import { settingsFromOptions } from '../../../src/contracts/settings/settings.ts';
import { Throttle } from '../../../src/core/throttle/throttle.ts';
import { openStore } from '../../../src/stores/open-store.ts';
import { Seam } from '../../support/seam.ts';
import { TEST_KEY, TestClock } from '../../support/server.ts';
import { describeEachStore, newPlace, type Place } from '../../support/stores.ts';

const client = { userAgent: null, ipAddress: '192.0.2.1' };

describeEachStore('what a throttle tells', (kind) => {
  let place: Place;
  let seam: Seam;
  let throttle: Throttle;
  const audit = jest.fn<Events['audit']>();
  beforeEach(async () => {
    place = newPlace(kind);
    seam = new Seam(await openStore(settingsFromOptions(place.options)));
    throttle = new Throttle({
      store: seam.store,
      settings: settingsFromOptions({
        signingKey: TEST_KEY,
        throttleSignInFailures: 2,
        throttleAddressFailures: 2,
        throttleRegistrations: 2,
        throttleRefreshes: 2,
      }),
      clock: new TestClock().read,
      events: { audit, tell: () => {} },
      secret: () => createSecretKey(TEST_KEY, 'utf8'),
    });
  });
  afterEach(async () => {
    await seam.store.close();
    await place.remove();
  });
  const fail = async () => {
    throw new NoActiveAccount();
  };

  test.each([
    ['sign_in', 'address', { account: 'a' }, { account: 'b' }],
    ['sign_in', 'account', { account: 'a' }, { account: 'a' }],
    ['password_change', 'account', { account: 'a', userId: 'u' }, { account: 'a', userId: 'u' }],
    ['registration', 'address', {}, {}],
    ['refresh', 'address', {}, {}],
    ['service_credentials', 'address', {}, {}],
  ] as const)(
    'of a %s that has to wait is which count was too high: that of the %s',
    async (operation, rule, one, other) => {
      for (const attempt of [one, other]) {
        await expect(throttle.attempt(operation, { client, ...attempt }, fail)).rejects.toThrow(NoActiveAccount);
      }
      const third = 'account' in other ? (rule === 'account' ? other : { account: 'c' }) : {};
      await expect(throttle.attempt(operation, { client, ...third }, fail)).rejects.toMatchObject({
        reason: 'throttled',
      });
      const userId = 'userId' in one ? one.userId : null;
      expect(audit.mock.calls).toEqual([['throttled', { operation, userId, client, rule }]]);
    },
  );

  test.each(['attempts.delete', 'attempts.takeBack'] as const)(
    'of a success is that it is one, though the store is gone by then: at %s',
    async (method) => {
      seam.failAt(method);
      expect(await throttle.attempt('sign_in', { client, account: 'a' }, async () => 'signed in')).toBe('signed in');
      seam.before(method, () => seam.failAt('attempts.find')); // where the network is noted
      expect(await throttle.attempt('sign_in', { client, account: 'a' }, async () => 'signed in')).toBe('signed in');
    },
  );

  test.each([
    ['attempts.delete', null],
    ['attempts.takeBack', new InvalidInput('password', 'This field may not be blank.')],
  ] as const)('waits until the attempt is taken back: by %s', async (method, refusal) => {
    let isDone = false;
    seam.after(method, async () => {
      for (let turn = 0; turn < 20; turn += 1) await nextTurn();
      isDone = true;
    });
    const work = async () => {
      if (refusal !== null) throw refusal;
    };
    await throttle.attempt('sign_in', { client, account: 'a' }, work).catch(() => {});
    expect(isDone).toBe(true);
  });

  test('of a refusal that is no attempt is the refusal, though the store is gone by then', async () => {
    seam.failAt('attempts.takeBack');
    const refusal = new InvalidInput('password', 'This field may not be blank.');
    const refused = throttle.attempt('registration', { client }, () => Promise.reject(refusal));
    await expect(refused).rejects.toBe(refusal);
  });
});
