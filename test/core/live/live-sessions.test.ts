import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { StoreUnavailable } from '../../../src/contracts/errors.ts';
import type { Store } from '../../../src/contracts/store/store.ts';
import { createAuth, type Auth } from '../../../src/graphql/auth.ts';
import { openSqliteStore } from '../../../src/stores/sqlite/sqlite-store.ts';
import { until } from '../../support/ring.ts';
import { PASSWORD, TEST_KEY, TestClock } from '../../support/server.ts';
import { newPlace, type Place } from '../../support/stores.ts';
import { join } from 'node:path';

describe('subscriptions of a server of your own', () => {
  let place: Place;
  let auth: Auth;
  let clock: TestClock;
  let isDown = false;
  let calls: string[];
  let reported: unknown[];
  beforeEach(async () => {
    place = newPlace('sqlite');
    clock = new TestClock();
    isDown = false;
    calls = [];
    reported = [];
    const store = await openSqliteStore(join(place.options.dataDir, 'live.sqlite'));
    const sessions = new Proxy(store.sessions, {
      get:
        (target, name: keyof Store['sessions']) =>
        (...args: never[]) => {
          calls.push(name);
          if (isDown) return Promise.reject(new StoreUnavailable(new Error('down')));
          return (target[name] as (...given: never[]) => unknown)(...args);
        },
    });
    const onInternalError = (error: unknown) => reported.push(error);
    const options = { signingKey: TEST_KEY, passwordHashCost: 4, clock: clock.read, onInternalError };
    auth = await createAuth({ ...options, store: { ...store, sessions } });
    await auth.users.create({ username: 'alice', password: PASSWORD });
  });
  afterEach(async () => {
    await auth.close();
    await place.remove();
  });

  /** A source that a test fills, and that knows whether anybody reads it. A value waits until it is asked for. */
  class Source {
    isClosed = false;
    readonly #values: number[] = [];
    #resolve: ((result: IteratorResult<number>) => void) | null = null;
    push(value: number): void {
      this.#values.push(value);
      this.#answer();
    }
    #answer(): void {
      const value = this.#values[0];
      if (this.#resolve === null || value === undefined) return;
      this.#values.shift();
      this.#resolve({ done: false, value });
      this.#resolve = null;
    }
    [Symbol.asyncIterator]() {
      return {
        next: () =>
          new Promise<IteratorResult<number>>((resolve) => {
            this.#resolve = resolve;
            this.#answer();
          }),
        return: async () => {
          this.isClosed = true;
          return { done: true as const, value: undefined };
        },
      };
    }
  }

  async function subscribe(more: Readonly<Record<string, unknown>> = {}) {
    const alice = await auth.users.findByUsername('alice');
    if (alice === null) throw new Error('expected alice');
    const { access, refresh } = await auth.tokens.forUser(alice);
    const source = new Source();
    const headers = { authorization: `Bearer ${access.token}`, ...more };
    const events = auth.subscription(await auth.context({ req: { headers } }), source);
    return { alice, refresh: refresh.token, source, events };
  }
  const turns = () => new Promise((resolve) => setTimeout(resolve, 20));
  /** One look has begun and ended after this was called. */
  async function looksTwice() {
    calls = [];
    await until(() => calls.length > 1);
  }

  test('bring what their source brings, and end with it', async () => {
    const { source, events } = await subscribe();
    const first = events.next();
    await turns();
    source.push(7);
    expect(await first).toEqual({ done: false, value: 7 });
    const second = events.next();
    await turns();
    await events.return?.();
    expect(await second).toEqual({ done: true, value: undefined });
    expect(source.isClosed).toBe(true);
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  test('end with the error that a request would get, once, and close their source', async () => {
    const { source, events, refresh } = await subscribe();
    const waiting = events.next();
    await turns();
    await auth.tokens.blacklist(refresh);
    await expect(waiting).rejects.toMatchObject({ extensions: { reason: 'session_revoked', action: 'LOGIN' } });
    expect(source.isClosed).toBe(true);
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  test('tell of their end at the next value, where nobody waits', async () => {
    const { source, events } = await subscribe();
    const first = events.next();
    await turns();
    source.push(1);
    await first;
    clock.advance(300);
    await until(() => source.isClosed);
    await expect(events.next()).rejects.toMatchObject({ extensions: { reason: 'token_expired', action: 'REFRESH' } });
  });

  test.each([
    ['no token', { authorization: undefined }, 'not_authenticated'],
    ['a forged one', { authorization: 'Bearer a.b.c' }, 'token_not_valid'],
  ])('are refused with %s, and close their source', async (_what, headers, reason) => {
    const { source, events } = await subscribe(headers);
    await expect(events.next()).rejects.toMatchObject({ extensions: { reason } });
    expect(source.isClosed).toBe(true);
  });

  test('ask the store nothing while nobody listens, and no more once nobody does', async () => {
    const { events } = await subscribe();
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    calls = [];
    await jest.advanceTimersByTimeAsync(1000);
    expect(calls).toEqual([]);
    void events.next();
    const pass = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      await jest.advanceTimersByTimeAsync(10);
    };
    while (!calls.includes('listRevoked')) await pass();
    await events.return?.();
    for (let times = 0; times < 100; times += 1) await pass(); // what has begun ends
    calls = [];
    for (let times = 0; times < 100; times += 1) await pass();
    expect(calls).toEqual([]);
    jest.useRealTimers();
  });

  test('outlast a store that fails for a while, and end when it fails for more than a minute', async () => {
    const { events } = await subscribe();
    const waiting = events.next();
    let hasEnded = false;
    waiting
      .then(
        () => {},
        () => {},
      )
      .finally(() => (hasEnded = true));
    await until(() => calls.includes('listRevoked'));
    isDown = true;
    clock.advance(50);
    await looksTwice();
    expect(hasEnded).toBe(false);
    clock.advance(11);
    await expect(waiting).rejects.toMatchObject({ extensions: { reason: 'store_unavailable', action: 'WAIT' } });
    expect(reported).toHaveLength(1);
  });

  test('learn of an end that happened while the store failed', async () => {
    const { events, alice } = await subscribe();
    const waiting = events.next();
    await turns();
    await auth.sessions.revokeAll(alice.id);
    isDown = true;
    await looksTwice();
    clock.advance(30);
    isDown = false;
    await expect(waiting).rejects.toMatchObject({ extensions: { reason: 'session_revoked' } });
  });
});
