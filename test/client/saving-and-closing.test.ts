import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createTokenStore, memoryStorage, type TokenStorage } from '../../src/client/index.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';

describe('a token store', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer('sqlite');
  });
  afterEach(() => {
    jest.restoreAllMocks();
    Reflect.deleteProperty(globalThis, 'reportError');
  });
  afterAll(() => server.remove());

  test('keeps in memory what it was given last', async () => {
    const storage = memoryStorage();
    const first = createTokenStore({ url: server.url, storage });
    await first.signIn('alice', PASSWORD);
    const second = createTokenStore({ url: server.url, storage });
    expect(await second.accessToken()).toBe(await first.accessToken());
    await first.signOut();
    expect(storage.load()).toBeNull();
  });

  test.each<[string, TokenStorage['load']]>([
    [
      'throws',
      () => {
        throw new Error('no storage here');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no storage here'))],
  ])('goes on without what was saved where the storage %s, and reports why', async (_how, load) => {
    const reportError = jest.fn<(error: unknown) => void>();
    Object.assign(globalThis, { reportError });
    const tokens = createTokenStore({ url: server.url, storage: { ...memoryStorage(), load } });
    expect(await tokens.accessToken()).toBeNull();
    expect(reportError).toHaveBeenCalledWith(new Error('no storage here'));
    await tokens.signIn('alice', PASSWORD);
    expect(await tokens.accessToken()).not.toBeNull();
  });

  test('asks its storage nothing more once it knows who is signed in', async () => {
    const load = jest.fn(() => null);
    const tokens = createTokenStore({ url: server.url, storage: { ...memoryStorage(), load } });
    await tokens.signIn('alice', PASSWORD);
    load.mockClear();
    for (let time = 0; time < 3; time += 1) await tokens.accessToken();
    expect(load).not.toHaveBeenCalled();
  });

  test('signs out where it is saved first, and on the server then', async () => {
    const saved: unknown[] = [];
    let isSaved = () => {};
    const storage = {
      ...memoryStorage(),
      save: async (held: unknown) => {
        if (held === null) await new Promise<void>((resolve) => (isSaved = resolve));
        saved.push(held);
      },
    };
    const sent: string[] = [];
    const tokens = createTokenStore({
      url: server.url,
      storage,
      fetch: async (input, init) => {
        sent.push(/token\w+/.exec(init?.body as string)?.[0] ?? '');
        return fetch(input, init);
      },
    });
    await tokens.signIn('alice', PASSWORD);
    const signingOut = tokens.signOut();
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(sent).toEqual(['tokenObtainPair']);
    isSaved();
    expect(await signingOut).toBe(true);
    expect(saved.at(-1)).toBeNull();
    expect(sent).toEqual(['tokenObtainPair', 'tokenBlacklist']);
  });

  test('tells its listeners of the next user when it is used again after it was closed', async () => {
    const tokens = createTokenStore({ url: server.url });
    const listener = jest.fn();
    tokens.subscribe(listener);
    await tokens.signIn('alice', PASSWORD);
    tokens.close();
    listener.mockClear();
    await tokens.signOut();
    expect(listener).toHaveBeenCalled();
  });
});
