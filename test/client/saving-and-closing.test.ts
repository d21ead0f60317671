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
