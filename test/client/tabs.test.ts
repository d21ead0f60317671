import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { browserStorage, type TokenStoreOptions } from '../../src/client/index.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { Items } from './items.ts';
import { closeDevices, heldBy, newDevice, signedInDevice, type TestDevice } from './network.ts';

/** W3C Web Locks, as far as a client needs them. */
class Locks {
  readonly names: string[] = [];
  #last: Promise<unknown> = Promise.resolve();
  request<Result>(name: string, _options: unknown, run: () => Promise<Result>): Promise<Result> {
    this.names.push(name);
    const result = this.#last.then(run);
    this.#last = result.catch(() => {});
    return result;
  }
}

const hears = ({ tokens }: TestDevice): Promise<void> => new Promise((resolve) => tokens.subscribe(resolve));

describe('a token store that shares a session with other tabs', () => {
  let server: TestServer;
  let items: Items;
  beforeAll(async () => {
    server = await startTestServer('sqlite');
  });
  beforeEach(() => {
    items = new Items();
    Object.assign(globalThis, { localStorage: items });
  });
  afterEach(() => {
    closeDevices();
    Reflect.deleteProperty(globalThis, 'navigator');
  });
  afterAll(() => server.remove());
  const channelName = () => `graphql-simplejwt:${server.url}:1`;
  const openTab = (options: TokenStoreOptions = {}) => newDevice(server, { storage: browserStorage(), ...options });

  /** A tab whose refresh was answered, which it does not know before `tell` is called. */
  const tabInRefresh = async (storage = browserStorage()) => {
    let tell: () => void = () => {};
    const told = new Promise<void>((resolve) => (tell = resolve));
    let wasAnswered: () => void = () => {};
    const answered = new Promise<void>((resolve) => (wasAnswered = resolve));
    const tab: TestDevice = openTab({
      storage,
      fetch: async (...request) => {
        const answer = await tab.network.fetch(...request);
        wasAnswered();
        await told;
        return answer;
      },
    });
    const refreshing = tab.tokens.refresh();
    await answered;
    return { tab, tell, refreshing };
  };

  test.each([
    ['a refresh that succeeds', async () => {}],
    ['a refresh that is refused', async () => server.auth.sessions.revokeAll(server.alice.id)],
  ])('goes on with a sign-in in another tab that comes during %s', async (_what, prepare) => {
    const other = await signedInDevice(server, { storage: browserStorage() });
    await prepare();
    const { tab, tell, refreshing } = await tabInRefresh();
    const heard = hears(tab);
    await other.tokens.signIn('alice', PASSWORD);
    await heard;
    tell();
    expect(await refreshing).toBe(heldBy(other).access);
    expect(heldBy(tab)).toEqual(heldBy(other));
    expect(JSON.parse([...items.kept.values()][0] ?? '')).toEqual(heldBy(other));
  });

  test('goes on with a sign-in in another tab that comes during a refresh, though no news of it comes', async () => {
    const storage = { ...browserStorage(), sharedAs: null };
    const other = await signedInDevice(server, { storage });
    const { tab, tell, refreshing } = await tabInRefresh(storage);
    await other.tokens.signIn('alice', PASSWORD);
    tell();
    expect(await refreshing).toBe(heldBy(other).access);
    expect(heldBy(tab)).toEqual(heldBy(other));
    expect(JSON.parse([...items.kept.values()][0] ?? '')).toEqual(heldBy(other));
  });

  test('stays signed out where another tab signs out during a refresh', async () => {
    const other = await signedInDevice(server, { storage: browserStorage() });
    const { tab, tell, refreshing } = await tabInRefresh();
    const heard = hears(tab);
    await other.tokens.signOut();
    await heard;
    tell();
    expect(await refreshing).toBeNull();
    expect(tab.tokens.getState()).toEqual({ status: 'signed-out', reason: 'signed_out' });
    expect(items.kept.size).toBe(0);
  });

  test('refreshes in one tab at a time where the platform has locks, and then in no other', async () => {
    const locks = new Locks();
    Object.defineProperty(globalThis, 'navigator', { value: { locks }, configurable: true });
    const storage = { ...browserStorage(), load: () => null, save: () => {} }; // so that there is only the news
    const [one, other] = [openTab({ storage }), openTab({ storage })];
    const heard = hears(other);
    await one.tokens.signIn('alice', PASSWORD);
    await heard;
    server.clock.advance(301);
    const [first, second] = await Promise.all([one.tokens.accessToken(), other.tokens.accessToken()]);
    expect(second).toBe(first);
    expect(one.network.count('tokenRefresh') + other.network.count('tokenRefresh')).toBe(1);
    expect(new Set(locks.names)).toEqual(new Set([`graphql-simplejwt:${server.url}`]));
  });

  test('gives up a refresh that is not answered where another tab signs in, which need not wait for it', async () => {
    Object.defineProperty(globalThis, 'navigator', { value: { locks: new Locks() }, configurable: true });
    const other = await signedInDevice(server, { storage: browserStorage() });
    let wasAsked = () => {};
    const asked = new Promise<void>((resolve) => (wasAsked = resolve));
    const tab: TestDevice = openTab({
      fetch: (_url, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => reject(new Error('given up')));
          wasAsked();
        }),
    });
    const refreshing = tab.tokens.refresh();
    await asked;
    await other.tokens.signIn('alice', PASSWORD);
    expect(await refreshing).toBe(heldBy(other).access);
  });

  test('tells the other tabs that the server does not answer when it has given up, and not before', async () => {
    const tab = await signedInDevice(server, { storage: browserStorage() });
    const told: string[] = [];
    const channel = new BroadcastChannel(channelName());
    const ends = new Promise<void>((resolve) => {
      channel.addEventListener('message', (event) => {
        const { status } = (event as MessageEvent<{ status: string }>).data;
        told.push(status);
        if (status === 'signed-out') resolve();
      });
    });
    tab.network.fates.push('unsent');
    await tab.tokens.refresh();
    tab.network.fates.push('unsent', 'unsent', 'unsent', 'unsent');
    await expect(tab.tokens.refresh()).rejects.toMatchObject({ outcome: 'unavailable' });
    await tab.tokens.signOut();
    await ends;
    channel.close();
    expect(told).toEqual(['signed-in', 'unanswered', 'signed-out']);
  });

  test('hears nothing of other tabs once it is closed', async () => {
    const [closed, open, other] = [openTab(), openTab(), openTab()];
    closed.tokens.close();
    const heard = hears(open);
    await other.tokens.signIn('alice', PASSWORD);
    await heard;
    expect(closed.tokens.getState()).toEqual({ status: 'signed-out', reason: null });
  });

  test('that is signed out goes on with a sign-in in another tab that has held fewer tokens', async () => {
    const tab = await signedInDevice(server, { storage: browserStorage() });
    for (let time = 0; time < 3; time += 1) await tab.tokens.refresh();
    await tab.tokens.signOut();
    const other = await signedInDevice(server);
    const later = { ...heldBy(other), step: 1 };
    const heard = hears(tab);
    const channel = new BroadcastChannel(channelName());
    channel.postMessage({ status: 'signed-in', tokens: later, chain: null });
    await heard;
    channel.close();
    expect(heldBy(tab)).toEqual(later);
  });

  test('goes on with what is saved of another session, though it has held more tokens', async () => {
    const storage = { ...browserStorage(), sharedAs: null };
    const tab = await signedInDevice(server, { storage });
    for (let time = 0; time < 3; time += 1) await tab.tokens.refresh();
    const later = { ...heldBy(await signedInDevice(server)), step: 1 };
    for (const name of items.kept.keys()) items.setItem(name, JSON.stringify(later));
    expect(await tab.tokens.refresh(heldBy(tab).access)).toBeNull();
    expect(heldBy(tab)).toEqual(later);
  });

  test('believes nothing but news of its own kind', async () => {
    const [tab, other] = [openTab(), openTab()];
    const before = tab.tokens.getState();
    const channel = new BroadcastChannel(channelName());
    const tokens = { access: 'a', refresh: 'b' };
    const status = 'signed-out';
    for (const odd of [null, 'signed-in', {}, { status: 'signed-in' }]) channel.postMessage(odd);
    for (const odd of [{ status: 'signed-in', tokens }, { status }]) channel.postMessage(odd);
    channel.close();
    expect(tab.tokens.getState()).toBe(before);
    const heard = hears(tab);
    await other.tokens.signIn('alice', PASSWORD);
    await heard;
    expect(heldBy(tab)).toEqual(heldBy(other));
  });

  test.each([
    ['was signed out of', ['signed-out']],
    ['another replaced, which was signed out of', ['signed-in', 'signed-out']],
  ])('is not signed in by late news of a session that %s', async (_how, news) => {
    const [tab, other] = [openTab(), await signedInDevice(server)];
    const former = { ...heldBy(other), step: 7 };
    const later = { ...former, chain: 'later', step: 8 };
    const channel = new BroadcastChannel(channelName());
    const last = new BroadcastChannel(channelName()); // hears in the same order as the tab, and after it
    const all = new Promise<void>((resolve) => {
      last.addEventListener('message', (event) => {
        if ((event as MessageEvent<{ status: string }>).data.status === 'last') resolve();
      });
    });
    if (news.length > 1) channel.postMessage({ status: 'signed-in', tokens: later, chain: former.chain });
    const chain = news.length > 1 ? later.chain : former.chain;
    channel.postMessage({ status: 'signed-out', reason: 'signed_out', chain });
    channel.postMessage({ status: 'signed-in', tokens: former, chain: null });
    channel.postMessage({ status: 'last' });
    await all;
    channel.close();
    last.close();
    expect(tab.tokens.getState()).toMatchObject({ status: 'signed-out' });
  });
});
