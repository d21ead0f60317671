import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createTokenStore, type TokenStore } from '../../src/client/index.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

describe('a token store that nobody tells how long to wait', () => {
  let server: TestServer;
  let tokens: TokenStore;
  const waits: [ms: number, end: () => void][] = [];
  beforeAll(async () => {
    server = await startTestServer('sqlite');
  });
  beforeEach(() => {
    waits.length = 0;
  });
  afterEach(() => {
    jest.restoreAllMocks();
    tokens.close();
  });
  afterAll(() => server.remove());
  /** Timers that end when a test wants, or at once. */
  const takeTimers = (ends: (ms: number) => boolean) =>
    jest.spyOn(globalThis, 'setTimeout').mockImplementation((end, ms = 0) => {
      waits.push([ms, end]);
      if (ends(ms)) queueMicrotask(end);
      return undefined as never;
    });

  test('asks again after a quarter of a second, one and three', async () => {
    const pair = await server.signIn();
    let attempts = 0;
    const fetch = async () => {
      attempts += 1;
      throw new TypeError('fetch failed');
    };
    tokens = createTokenStore({ url: server.url, fetch, clock: server.clock.read });
    await tokens.save(pair);
    takeTimers((ms) => ms < 10_000);
    await expect(tokens.refresh()).rejects.toMatchObject({ outcome: 'unavailable' });
    expect(waits.map(([ms]) => ms).filter((ms) => ms < 10_000)).toEqual([250, 1000, 3000]);
    expect(attempts).toBe(4);
  });

  test('gives up waiting for an answer after ten seconds', async () => {
    const hangs: typeof fetch = (_url, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
      });
    tokens = createTokenStore({ url: server.url, fetch: hangs });
    takeTimers(() => false);
    const signingIn = tokens.signIn('alice', 'x');
    await Promise.resolve();
    for (const [ms, end] of waits) if (ms === 10_000) end();
    await expect(signingIn).rejects.toMatchObject({ outcome: 'unavailable' });
  });
});
