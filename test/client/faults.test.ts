import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { browserStorage, createTokenStore, itemStorage, type TokenStorage } from '../../src/client/index.ts';
import { until } from '../support/ring.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { asynchronous, Items } from './items.ts';
import { closeDevices, heldBy, newDevice, signedInDevice } from './network.ts';

describe('a token store whose platform or application fails', () => {
  let server: TestServer;
  let items: Items;
  const reportError = jest.fn<(error: unknown) => void>();
  beforeAll(async () => {
    server = await startTestServer('sqlite');
  });
  beforeEach(() => {
    items = new Items();
    Object.assign(globalThis, { localStorage: items, reportError });
  });
  afterEach(() => {
    closeDevices();
    for (const name of ['navigator', 'reportError']) Reflect.deleteProperty(globalThis, name);
    jest.restoreAllMocks();
  });
  afterAll(() => server.remove());
  const kept = () => JSON.parse([...items.kept.values()][0] ?? 'null') as { access: string; refresh: string };
  const withLocks = (request: (name: string, options: { signal: AbortSignal }) => Promise<unknown>) =>
    Object.defineProperty(globalThis, 'navigator', { value: { locks: { request } }, configurable: true });

  test('signs out of what an asynchronous storage has not answered yet', async () => {
    const { access } = heldBy(await signedInDevice(server, { storage: itemStorage(asynchronous(items)) }));
    const restarted = newDevice(server, { storage: itemStorage(asynchronous(items)) });
    expect(await restarted.tokens.signOut()).toBe(true);
    expect(restarted.network.sent).toEqual(['tokenBlacklist']);
    expect(items.kept.size).toBe(0);
    expect(restarted.tokens.getState()).toEqual({ status: 'signed-out', reason: 'signed_out' });
    await expect(server.auth.tokens.verify(access)).rejects.toThrow('Token is blacklisted');
  });

  test('goes on in memory where the browser forbids locks, channels and storage', async () => {
    const forbid = () => {
      throw new DOMException('forbidden', 'SecurityError');
    };
    withLocks(() => Promise.reject(new DOMException('forbidden', 'SecurityError')));
    const { BroadcastChannel } = globalThis;
    Object.defineProperty(globalThis, 'localStorage', { get: forbid, configurable: true });
    Object.assign(globalThis, { BroadcastChannel: forbid });
    try {
      const device = await signedInDevice(server, { storage: browserStorage() });
      const { access } = heldBy(device);
      expect(await device.tokens.refresh()).not.toBe(access);
      expect(await device.tokens.signOut()).toBe(true);
      expect(reportError).toHaveBeenCalledTimes(1); // however often it is asked for
    } finally {
      Reflect.deleteProperty(globalThis, 'localStorage');
      Object.assign(globalThis, { BroadcastChannel });
    }
  });

  test('is used again after it was closed, as React does in its strict mode', async () => {
    const device = newDevice(server, { storage: browserStorage() });
    device.tokens.close();
    const listener = jest.fn();
    device.tokens.subscribe(listener);
    await device.tokens.signIn('alice', PASSWORD);
    expect(kept().access).toBe(heldBy(device).access);
    expect(listener).toHaveBeenCalledTimes(1);
    const other = newDevice(server, { storage: browserStorage() });
    const heard = new Promise<void>((resolve) => other.tokens.subscribe(resolve));
    await device.tokens.refresh();
    await heard;
    expect(heldBy(other).access).toBe(heldBy(device).access);
  });

  test('saves what a refresh brings that was under way when it was closed, and tells the other tabs', async () => {
    const device = await signedInDevice(server, { storage: browserStorage() });
    const other = newDevice(server, { storage: browserStorage() });
    const spent = heldBy(device).refresh;
    const heard = new Promise<void>((resolve) => other.tokens.subscribe(resolve));
    const refreshing = device.tokens.refresh();
    while (device.network.count('tokenRefresh') === 0) await new Promise((resolve) => setImmediate(resolve));
    device.tokens.close();
    const access = await refreshing;
    expect(kept()).toMatchObject({ access });
    expect(kept().refresh).not.toBe(spent);
    await heard;
    expect(heldBy(other).access).toBe(access);
  });

  test('loses nothing by a listener that throws, which is reported', async () => {
    const { tokens } = newDevice(server, { storage: browserStorage() });
    const error = new Error('of the application');
    const savedWhenTold: string[] = [];
    tokens.subscribe(() => {
      savedWhenTold.push(kept().access);
      throw error;
    });
    const other = jest.fn();
    tokens.subscribe(other);
    await tokens.signIn('alice', PASSWORD);
    expect(savedWhenTold).toEqual([await tokens.accessToken()]);
    expect(other).toHaveBeenCalledTimes(1);
    expect(reportError).toHaveBeenCalledWith(error);
  });

  test('tells its listeners as Redux does', async () => {
    const { tokens } = newDevice(server);
    const twice = jest.fn();
    const [first, second] = [tokens.subscribe(twice), tokens.subscribe(twice)];
    const late = jest.fn();
    const once = tokens.subscribe(() => {
      once();
      second();
      tokens.subscribe(late);
    });
    await tokens.signIn('alice', PASSWORD);
    expect(twice).toHaveBeenCalledTimes(2); // the round had begun
    expect(late).not.toHaveBeenCalled();
    await tokens.refresh();
    expect(twice).toHaveBeenCalledTimes(3); // one of two was unsubscribed
    first();
    first();
    await tokens.refresh();
    expect(twice).toHaveBeenCalledTimes(3);
    expect(late).toHaveBeenCalledTimes(2);
  });

  test('keeps the tokens of each server of an origin apart, and moves those of before once', async () => {
    const held = heldBy(await signedInDevice(server, { storage: browserStorage() }));
    const { chain: _chain, step: _step, ...former } = held;
    items.kept.clear();
    items.setItem('graphql-simplejwt', JSON.stringify(former));
    const device = newDevice(server, { storage: browserStorage() });
    expect(heldBy(device).access).toBe(held.access);
    await until(() => !items.kept.has('graphql-simplejwt'));
    expect([...items.kept.keys()]).toEqual([`graphql-simplejwt:${server.url}`]);
    const other = newDevice(server, { storage: browserStorage(), url: `${server.url}/other` });
    expect(other.tokens.getState()).toEqual({ status: 'signed-out', reason: null });
    expect(await device.tokens.refresh()).not.toBe(held.access);
  });

  test('finds the newer token of another tab by its step, though the clock was set back', async () => {
    const clock = { now: server.clock.read() };
    const options = { clock: () => clock.now, storage: browserStorage() };
    const one = await signedInDevice(server, options);
    const { BroadcastChannel } = globalThis;
    Object.assign(globalThis, { BroadcastChannel: undefined }); // neither hears the other
    const other = newDevice(server, options);
    Object.assign(globalThis, { BroadcastChannel });
    clock.now -= 3_600_000;
    const newer = await one.tokens.refresh();
    server.clock.advance(31); // past the grace interval
    expect(await other.tokens.accessToken()).toBe(newer);
    expect(other.network.count('tokenRefresh')).toBe(0);
  });

  test('does not keep a full storage from forgetting the spent token', async () => {
    const device = await signedInDevice(server, { storage: browserStorage() });
    items.isFull = true;
    await device.tokens.refresh();
    expect(items.kept.size).toBe(0);
  });

  test('never waits for ever: a storage, a lock or a fetch that hangs is given up', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    try {
      const endless = ({ signal }: { signal: AbortSignal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
      withLocks((_name, options) => endless(options));
      const hangs = () => new Promise<never>(() => {});
      const storage: TokenStorage = { ...browserStorage(), load: hangs, save: hangs };
      const tokens = createTokenStore({ url: server.url, storage, fetch: hangs });
      const refused = tokens.signIn('alice', PASSWORD).catch((error: unknown) => error);
      const saved = tokens.save({ access: 'opaque', refresh: 'opaque' });
      await jest.advanceTimersByTimeAsync(12_000);
      await saved;
      expect(await refused).toMatchObject({ outcome: 'unavailable' });
      const signedOut = tokens.signOut();
      await jest.advanceTimersByTimeAsync(22_000);
      expect(await signedOut).toBe(false);
      tokens.close();
    } finally {
      jest.useRealTimers();
    }
  });

  test('ends a refresh whose fetch asks for the access token itself', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    try {
      const tokens = createTokenStore({
        url: server.url,
        fetch: async () => {
          await tokens.accessToken();
          return new Response();
        },
      });
      await tokens.save({ access: claimsThatEnd(1), refresh: 'opaque' });
      jest.advanceTimersByTime(2000);
      const refused = tokens.accessToken().catch((error: unknown) => error);
      await jest.advanceTimersByTimeAsync(60_000);
      expect(await refused).toMatchObject({ outcome: 'unavailable' });
    } finally {
      jest.useRealTimers();
    }
  });

  test.each([
    '{"data":null}',
    '{"errors":"x"}',
    '{"errors":[]}',
    '{"data":{"tokenRefresh":{}}}',
    '{"data":{"tokenRefresh":{"access":5}}}',
    '<h1>Welcome</h1>',
    '',
  ])('takes %j for no answer of the server', async (body) => {
    const device = await signedInDevice(server);
    device.network.fates.push(...Array.from({ length: 4 }, () => new Response(body)));
    const { access } = heldBy(device);
    await expect(device.tokens.refresh()).rejects.toMatchObject({ name: 'TokenRequestError', outcome: 'unavailable' });
    expect(heldBy(device).access).toBe(access);
  });

  test('waits as long as the server says, in the next call too', async () => {
    const { network, tokens } = await signedInDevice(server);
    const extensions = { code: 'TOO_MANY_REQUESTS', action: 'WAIT', reason: 'throttled', retryAfter: 60 };
    network.fates.push(Response.json({ errors: [{ message: 'Try again in a minute', extensions }] }));
    await expect(tokens.refresh()).rejects.toMatchObject({ outcome: 'unavailable', retryAfter: 60 });
    await expect(tokens.refresh()).rejects.toMatchObject({ reason: 'throttled' });
    expect(network.count('tokenRefresh')).toBe(1);
    server.clock.advance(60);
    expect(await tokens.refresh()).not.toBeNull();
  });

  test('looks fetch up when it is called', async () => {
    const tokens = createTokenStore({ url: server.url });
    const spy = jest.spyOn(globalThis, 'fetch');
    await tokens.signIn('alice', PASSWORD);
    expect(spy).toHaveBeenCalledTimes(1);
  });
});

/** An access token that lives for so many seconds. */
const claimsThatEnd = (seconds: number): string => `e30.${btoa(JSON.stringify({ iat: 0, exp: seconds }))}.`;
