import { createSecretKey } from 'node:crypto';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { NoActiveAccount, Throttled } from '../../../src/contracts/errors.ts';
import { settingsFromOptions } from '../../../src/contracts/settings/settings.ts';
import type { Store } from '../../../src/contracts/store/store.ts';
import { KnownNetworks } from '../../../src/core/throttle/known-networks.ts';
import { Throttle } from '../../../src/core/throttle/throttle.ts';
import { openStore } from '../../../src/stores/open-store.ts';
import { TEST_KEY, TestClock } from '../../support/server.ts';
import { describeEachStore, newPlace, type Place } from '../../support/stores.ts';

const DAY = 86_400;
const at = (ipAddress: string) => ({ userAgent: null, ipAddress });

describeEachStore('the networks an account is known from', (kind) => {
  let place: Place;
  let store: Store;
  const clock = new TestClock();
  beforeEach(async () => {
    place = newPlace(kind);
    store = await openStore(settingsFromOptions(place.options));
  });
  afterEach(async () => {
    await store.close();
    await place.remove();
  });
  const throttleWith = (secret: string) =>
    new Throttle({
      store,
      settings: settingsFromOptions({ ...place.options, signingKey: TEST_KEY, throttleAccountFailures: 2 }),
      clock: clock.read,
      events: { audit: () => {}, tell: () => {} },
      secret: () => createSecretKey(secret, 'utf8'),
    });
  const signIn = (throttle: Throttle, address: string) =>
    throttle.attempt('sign_in', { account: 'alice', client: at(address) }, () => 'signed in');
  const guess = (throttle: Throttle, address: string) =>
    throttle.attempt('sign_in', { account: 'alice', client: at(address) }, () => {
      throw new NoActiveAccount();
    });

  test('are known after a change of the key', async () => {
    await signIn(throttleWith(TEST_KEY), '192.0.2.1');
    const throttle = throttleWith(TEST_KEY.toUpperCase());
    for (const address of ['198.51.100.1', '198.51.100.2']) {
      await expect(guess(throttle, address)).rejects.toThrow(NoActiveAccount);
    }
    await expect(signIn(throttle, '192.0.2.2')).rejects.toThrow(Throttled);
    expect(await signIn(throttle, '192.0.2.1')).toBe('signed in');
  });

  test('are known for ninety days, and no moment longer', async () => {
    const networks = new KnownNetworks({ store, clock: clock.read });
    await networks.note('alice', '192.0.2.1', 'password');
    clock.advance(90 * DAY - 0.001);
    expect(await networks.has('alice', '192.0.2.1', 'password')).toBe(true);
    clock.advance(0.001);
    expect(await networks.has('alice', '192.0.2.1', 'password')).toBe(false);
  });

  test('are not known for who signs in as somebody else, whatever else is in the same request', async () => {
    const throttle = throttleWith(TEST_KEY);
    const client = at('192.0.2.1');
    const attempt = (account: string, work: () => void) => throttle.attempt('sign_in', { account, client }, work);
    await Promise.all([attempt('alice', () => throttle.noteOther(client, 'alice')), attempt('bob', () => {})]);
    const networks = new KnownNetworks({ store, clock: clock.read });
    expect(await networks.has('alice', '192.0.2.1', 'password')).toBe(false);
    expect(await networks.has('bob', '192.0.2.1', 'password')).toBe(true);
  });

  test('are not known for a change of the password, which asks for no code', async () => {
    const attempt = { account: 'alice', client: at('192.0.2.1') };
    await throttleWith(TEST_KEY).attempt('password_change', attempt, () => 'changed');
    expect(await new KnownNetworks({ store, clock: clock.read }).has('alice', '192.0.2.1', 'password')).toBe(false);
  });

  test('are noted once, and again when half of their time is over', async () => {
    const throttle = throttleWith(TEST_KEY);
    const written = jest.spyOn(store.attempts, 'replace');
    const isLong = (expiresAt: Date) => expiresAt.getTime() > clock.read() + 45 * DAY * 1000;
    const noted = () => written.mock.calls.filter(([, { expiresAt }]) => isLong(expiresAt));
    for (let count = 0; count < 3; count += 1) await signIn(throttle, '192.0.2.1');
    expect(noted()).toHaveLength(1);
    clock.advance(46 * DAY);
    written.mockClear();
    for (let count = 0; count < 3; count += 1) await signIn(throttle, '192.0.2.1');
    expect(noted()).toHaveLength(1);
  });
});
