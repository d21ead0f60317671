import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import {
  browserStorage,
  cookieStorage,
  itemStorage,
  type TokenState,
  type TokenStore,
} from '../../src/client/index.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { asynchronous, Items } from './items.ts';
import { closeDevices, heldBy, newDevice, signedInDevice } from './network.ts';

const becomes = (tokens: TokenStore, status: TokenState['status']): Promise<void> =>
  new Promise((resolve) => tokens.subscribe(() => tokens.getState().status === status && resolve()));

describe('the storage of a client', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer('sqlite');
  });
  afterEach(closeDevices);
  afterAll(() => server.remove());

  test('a page that is loaded again goes on with its session, and knows so at once', async () => {
    const items = new Items();
    const before = await signedInDevice(server, { storage: itemStorage(items) });
    const reloaded = newDevice(server, { storage: itemStorage(items) });
    expect(reloaded.tokens.getState()).toEqual(before.tokens.getState());
    server.clock.advance(301);
    expect(await reloaded.tokens.accessToken()).not.toBe(heldBy(before).access);
  });

  test('tokens under the name of before are removed once they are saved, and not before', async () => {
    const items = new Items();
    items.setItem('graphql-simplejwt', '{}');
    const removed = jest.spyOn(items, 'removeItem');
    const quick = asynchronous(items);
    const setItem = async (key: string, value: string) => turn().then(() => quick.setItem(key, value));
    const storage = itemStorage({ ...quick, setItem });
    const seen = new Promise((resolve) => {
      removed.mockImplementation((key) => resolve([key, ...items.kept.keys()]));
    });
    await storage.load('a');
    expect(await seen).toEqual(['graphql-simplejwt', 'graphql-simplejwt', 'graphql-simplejwt:a']);
  });

  test('a storage that answers later is waited for by what needs a token', async () => {
    const items = new Items();
    const { tokens } = await signedInDevice(server, { storage: itemStorage(asynchronous(items)) });
    const restarted = newDevice(server, { storage: itemStorage(asynchronous(items)) });
    expect(restarted.tokens.getState()).toEqual({ status: 'unknown' });
    expect(await restarted.tokens.accessToken()).toBe(await tokens.accessToken());
  });

  test('who signs in while the storage is being read stays signed in', async () => {
    let answer: (text: null) => void = () => {};
    const read = new Promise<null>((resolve) => (answer = resolve));
    const slow = { ...asynchronous(new Items()), getItem: () => read };
    const device = newDevice(server, { storage: itemStorage(slow) });
    const pair = await server.signIn();
    await device.tokens.save(pair);
    answer(null);
    expect(await device.tokens.accessToken()).toBe(pair.access);
    expect(heldBy(device).access).toBe(pair.access);
  });

  test('what is kept but no tokens counts as nothing', async () => {
    const items = new Items();
    for (const junk of ['', 'null', '{', '[]', '{"access":1}', '{"access":"a","refresh":"b"}']) {
      items.kept.set(`graphql-simplejwt:${server.url}`, junk);
      const { tokens } = newDevice(server, { storage: itemStorage(items) });
      expect(tokens.getState()).toEqual({ status: 'signed-out', reason: null });
    }
  });

  test.each(['access', 'refresh', 'sessionId', 'receivedAt', 'refreshAt', 'expiresAt'])(
    'tokens that are kept with an odd %s count as nothing',
    async (member) => {
      const items = new Items();
      const device = await signedInDevice(server, { storage: itemStorage(items) });
      items.kept.set(`graphql-simplejwt:${server.url}`, JSON.stringify({ ...heldBy(device), [member]: [] }));
      const { tokens } = newDevice(server, { storage: itemStorage(items) });
      expect(tokens.getState()).toEqual({ status: 'signed-out', reason: null });
    },
  );

  test('a storage that is empty is no error', async () => {
    const reported = jest.fn();
    Object.assign(globalThis, { reportError: reported });
    const { tokens } = newDevice(server, { storage: itemStorage(new Items()) });
    Reflect.deleteProperty(globalThis, 'reportError');
    expect(tokens.getState()).toEqual({ status: 'signed-out', reason: null });
    expect(reported).not.toHaveBeenCalled();
  });

  test('a storage of your own may keep tokens beside the cookie', async () => {
    const held = heldBy(await signedInDevice(server));
    const { network, tokens } = newDevice(server, { storage: { ...cookieStorage(), load: () => held } });
    expect(tokens.getState()).toEqual({ status: 'signed-in', tokens: held });
    expect(await tokens.accessToken()).toBe(held.access);
    expect(network.sent).toEqual([]);
  });

  test.each([
    ['at once', (items: Items) => items],
    ['later', asynchronous],
  ])('signing out leaves nothing behind in a storage that answers %s', async (_when, of) => {
    const items = new Items();
    const { tokens } = await signedInDevice(server, { storage: itemStorage(of(items)) });
    expect(items.kept.size).toBe(1);
    await tokens.signOut();
    expect(items.kept.size).toBe(0);
  });

  test.each([
    ['at once', (items: Items) => items],
    ['later', asynchronous],
  ])('where nothing can be saved, which shows %s, the session goes on in memory', async (_when, of) => {
    const items = new Items();
    const device = await signedInDevice(server, { storage: itemStorage(of(items)) });
    items.isFull = true;
    const reported = jest.fn();
    Object.assign(globalThis, { reportError: reported });
    const first = heldBy(device);
    await device.tokens.refresh();
    expect(heldBy(device)).not.toBe(first);
    const second = heldBy(device).refresh;
    await device.tokens.refresh(); // what was saved before would be answered with the second once more
    expect(heldBy(device).refresh).not.toBe(second);
    expect(device.network.count('tokenRefresh')).toBe(2);
    expect((await server.auth.tokens.verify(heldBy(device).refresh ?? '')).type).toBe('refresh');
    Reflect.deleteProperty(globalThis, 'reportError');
    expect(String(reported.mock.calls[0]?.[0])).toBe('Error: QuotaExceededError');
  });

  test('where the browser forbids its storage the session goes on in memory', async () => {
    const forbid = () => {
      throw new Error('SecurityError');
    };
    Object.defineProperty(globalThis, 'localStorage', { get: forbid, configurable: true });
    const device = await signedInDevice(server, { storage: browserStorage() });
    Reflect.deleteProperty(globalThis, 'localStorage');
    const { access } = heldBy(device);
    expect(await device.tokens.refresh()).not.toBe(access);
  });

  test('a tab that heard of tokens that could not be saved goes on with them', async () => {
    const items = new Items();
    Object.assign(globalThis, { localStorage: items });
    const one = await signedInDevice(server, { storage: browserStorage() });
    const other = newDevice(server, { storage: browserStorage() });
    items.isFull = true;
    server.clock.advance(1);
    const heard = new Promise<void>((resolve) => other.tokens.subscribe(resolve));
    await one.tokens.refresh();
    await heard;
    const heardOf = heldBy(other).refresh;
    await other.tokens.refresh(); // what was saved before would be answered with what was heard of
    expect(heldBy(other).refresh).not.toBe(heardOf);
    expect((await server.auth.tokens.verify(heldBy(other).refresh ?? '')).type).toBe('refresh');
  });

  test('tabs share a session: one refreshes, the other takes over, and neither asks twice', async () => {
    const items = new Items();
    Object.assign(globalThis, { localStorage: items });
    const one = newDevice(server, { storage: browserStorage() });
    const other = newDevice(server, { storage: browserStorage() });
    const signedIn = becomes(other.tokens, 'signed-in');
    await one.tokens.signIn('alice', PASSWORD);
    await signedIn;
    expect(heldBy(other)).toEqual(heldBy(one));
    server.clock.advance(301);
    const access = await one.tokens.accessToken();
    expect(await other.tokens.accessToken()).toBe(access);
    expect(one.network.count('tokenRefresh') + other.network.count('tokenRefresh')).toBe(1);
    const signedOut = becomes(other.tokens, 'signed-out');
    await one.tokens.signOut();
    await signedOut;
    let calls = 0;
    other.tokens.subscribe(() => (calls += 1));
    await other.tokens.signOut();
    expect(calls).toBe(0);
    expect(other.tokens.getState()).toEqual({ status: 'signed-out', reason: 'signed_out' });
  });
});
