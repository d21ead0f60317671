import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { SessionRevoked, StoreUnavailable } from '../../../src/contracts/errors.ts';
import { createEvents, type EventSource } from '../../../src/contracts/events.ts';
import { settingsFromOptions } from '../../../src/contracts/settings/settings.ts';
import type { Store } from '../../../src/contracts/store/store.ts';
import { LiveSessions } from '../../../src/core/live/live-sessions.ts';
import type { SessionEvent } from '../../../src/core/live/session-event.ts';
import type { AcceptedToken } from '../../../src/core/tokens/token-acceptor.ts';
import { openSqliteStore } from '../../../src/stores/sqlite/sqlite-store.ts';
import { newSession } from '../../stores/records.ts';
import { TEST_KEY } from '../../support/server.ts';
import { newPlace, type Place } from '../../support/stores.ts';

describe('live sessions', () => {
  const SETTINGS = settingsFromOptions({ signingKey: TEST_KEY, accessTokenLifetime: '1h' });
  let place: Place;
  let store: Store;
  let events: EventSource;
  let live: LiveSessions;
  let looks: number;
  let reported: unknown[];
  let listeners: number;
  let keys: readonly string[];
  /** What the acceptor and the authenticator answer. */
  let accept: () => Promise<AcceptedToken>;
  let lookUp: () => Promise<never>;
  let authenticate: () => Promise<never>;
  const at = (milliseconds: number) => new Date(Date.now() + milliseconds);
  beforeEach(async () => {
    place = newPlace('sqlite');
    store = await openSqliteStore(join(place.options.dataDir, 'live.sqlite'));
    jest.useFakeTimers({ now: 1_800_000_000_000, doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    looks = 0;
    listeners = 0;
    keys = ['first'];
    reported = [];
    const report = (error: unknown) => reported.push(error);
    events = createEvents([], report);
    const listen: EventSource['listen'] = (listener) => {
      listeners += 1;
      const stop = events.listen(listener);
      return () => {
        listeners -= 1;
        stop();
      };
    };
    accept = async () => tokenOf('s');
    lookUp = () => Promise.reject(new SessionRevoked());
    authenticate = async () => ({}) as never;
    const listRevoked: Store['sessions']['listRevoked'] = (...place) => {
      looks += 1;
      return store.sessions.listRevoked(...place);
    };
    live = new LiveSessions({
      store: { ...store, sessions: { ...store.sessions, listRevoked } },
      settings: SETTINGS,
      clock: () => Date.now(),
      events: { listen },
      keys: { accepted: () => keys },
      acceptor: { accept: () => accept() },
      authenticator: { authenticate: () => authenticate(), lookUp: () => lookUp() },
      report,
    });
  });
  afterEach(async () => {
    live.close();
    jest.useRealTimers();
    await store.close();
    await place.remove();
  });
  const tokenOf = (sessionId: string, seconds = 3600) =>
    ({ sessionId, expiresAt: Date.now() / 1000 + seconds, userId: 'alice' }) as AcceptedToken;
  /** Time passes, and what it begins comes to its end. */
  async function pass(milliseconds: number): Promise<void> {
    for (let passed = 0; passed < milliseconds; passed += 10) {
      await jest.advanceTimersByTimeAsync(10);
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const end = (id: string, at = new Date()) => store.sessions.revoke(id, { at, reason: 'signed_out' });

  /** What a reader is told, as it comes. */
  function idsFrom(reader: AsyncIterable<SessionEvent>): readonly string[] {
    const ids: string[] = [];
    void (async () => {
      for await (const { id } of reader) ids.push(id);
    })();
    return ids;
  }

  test('look about twice a second, and at once when something happens in this process', async () => {
    await live.watch('a', () => {});
    accept = () => Promise.reject(new Error('the token is the same, and the keys are'));
    await pass(1000);
    expect(looks).toBe(2);
    events.audit('sessions_ended', {});
    events.audit('sessions_ended', {});
    await pass(20);
    expect(looks).toBe(3);
    await pass(440);
    expect(looks).toBe(3);
    await pass(1000);
    expect([looks, reported]).toEqual([6, []]);
  });

  test('look at once also before their first look, and for who begins to read', async () => {
    await live.watch('a', () => {});
    events.audit('sessions_ended', {});
    await pass(20);
    expect(looks).toBe(1);
    live.events('alice');
    await pass(20);
    expect(looks).toBe(2);
  });

  test('go on for who stays, when another has left', async () => {
    const ended: string[] = [];
    accept = async () => tokenOf('leaves');
    const leaving = await live.watch('a', () => ended.push('leaves'));
    accept = async () => tokenOf('stays');
    await live.watch('b', () => ended.push('stays'));
    const session = newSession({ id: 'stays' });
    await store.sessions.insert(session);
    leaving.close();
    await end('stays');
    await pass(500);
    expect(ended).toEqual(['stays']);
    expect(looks).toBe(1); // of one page
    await pass(1000);
    expect(looks).toBe(1); // now nobody listens
  });

  test('watch nobody who is not let in', async () => {
    authenticate = () => Promise.reject(new SessionRevoked());
    await expect(live.watch('a', () => {})).rejects.toBeInstanceOf(SessionRevoked);
    await pass(1000);
    expect([listeners, looks]).toEqual([0, 0]);
  });

  test('report what fails in a look', async () => {
    accept = async () => tokenOf('s', 1);
    await live.watch('a', () => {});
    accept = () => Promise.reject(new Error('a fault of ours'));
    await pass(1100);
    expect(reported).toEqual([new Error('a fault of ours')]);
  });

  test('report a store that fails from the beginning, once', async () => {
    await store.close();
    await live.watch('a', () => {});
    await pass(1000);
    expect(reported).toEqual([expect.any(StoreUnavailable)]);
    store = await openSqliteStore(join(place.options.dataDir, 'live.sqlite'));
  });

  test('ask the store about who could not be asked about when the keys changed', async () => {
    const ended: unknown[] = [];
    await live.watch('a', (error) => ended.push(error));
    accept = () => Promise.reject(new StoreUnavailable(new Error('no key set')));
    keys = ['second'];
    await pass(1000);
    expect(ended).toEqual([expect.any(SessionRevoked)]);
  });

  test('find within five seconds what a server noted whose clock is behind', async () => {
    const ended: unknown[] = [];
    await store.sessions.insert(newSession({ id: 's' }));
    await live.watch('a', (error) => ended.push(error));
    await pass(500);
    await end('s', at(-30_000));
    await pass(5500);
    expect(ended).toHaveLength(1);
  });

  test('tell nobody anything more once they are closed, also of a look that has begun', async () => {
    const ended: unknown[] = [];
    await store.sessions.insert(newSession({ id: 's' }));
    await live.watch('a', (error) => ended.push(error));
    let refuse = (_error: Error) => {};
    lookUp = () => new Promise((_, reject) => (refuse = reject));
    await end('s');
    await pass(500);
    live.close();
    expect(listeners).toBe(0);
    refuse(new SessionRevoked());
    await pass(10);
    expect(ended).toEqual([]);
  });

  test('tell of the last two minutes, in their order', async () => {
    const begun = (id: string, seconds: number) =>
      store.sessions.insert(newSession({ id, userId: 'alice', createdAt: at(-seconds * 1000) }));
    for (const [id, seconds] of [
      ['old', 121],
      ['first', 119],
      ['last', 30],
    ] as const) {
      await begun(id, seconds);
    }
    await end('first', at(-60_000));
    const told = idsFrom(live.events('alice', new Date(0)));
    await pass(30);
    expect(told).toEqual(['first:began', 'first:ended', 'last:began']);
  });
});
