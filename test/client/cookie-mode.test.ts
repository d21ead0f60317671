import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { cookieStorage, type TokenStore } from '../../src/client/index.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { closeDevices, heldBy, newDevice, type TestDevice } from './network.ts';

describe('a token store in cookie mode', () => {
  let server: TestServer;
  let browser: Browser;
  beforeAll(async () => {
    server = await startTestServer('sqlite', { env: { JWT_REFRESH_COOKIE: 'on' } });
  });
  beforeEach(() => {
    browser = new Browser(server);
  });
  afterEach(closeDevices);
  afterAll(() => server.remove());

  test('never sees a refresh token, and refreshes all the same', async () => {
    const device = browser.openPage();
    await device.tokens.signIn('alice', PASSWORD);
    expect(heldBy(device).refresh).toBeNull();
    const { access } = heldBy(device);
    server.clock.advance(301);
    expect(await device.tokens.accessToken()).not.toBe(access);
    expect(heldBy(device).refresh).toBeNull();
  });

  test('goes on after a reload, once the server has said who that is', async () => {
    await browser.openPage().tokens.signIn('alice', PASSWORD);
    const reloaded = browser.openPage();
    expect(reloaded.tokens.getState()).toEqual({ status: 'unknown' });
    const access = (await reloaded.tokens.accessToken()) ?? '';
    expect((await server.auth.tokens.verify(access)).userId).toBe(server.alice.id);
    expect(reloaded.network.sent).toEqual(['tokenRefresh']);
  });

  test('finds out that nobody is signed in, and holds nothing against it', async () => {
    const { tokens } = browser.openPage();
    expect(await tokens.accessToken()).toBeNull();
    expect(tokens.getState()).toEqual({ status: 'signed-out', reason: null });
  });

  test('does not know who is signed in before the server has answered', async () => {
    await browser.openPage().tokens.signIn('alice', PASSWORD);
    const { network, tokens } = browser.openPage({ isDown: true });
    await expect(tokens.accessToken()).rejects.toMatchObject({ outcome: 'unavailable' });
    expect(tokens.getState()).toEqual({ status: 'unknown' });
    expect(await tokens.connectionParams()).toEqual({});
    network.isDown = false;
    expect(await tokens.accessToken()).not.toBeNull();
  });

  test('shares what it got with the other tabs, so that one refresh does for all', async () => {
    const one = browser.openPage();
    const other = browser.openPage();
    await Promise.all([one.tokens.accessToken(), other.tokens.accessToken()]);
    const heard = nextChange(other.tokens);
    await one.tokens.signIn('alice', PASSWORD);
    await heard;
    expect(heldBy(other)).toEqual(heldBy(one));
    server.clock.advance(301);
    const refreshed = nextChange(other.tokens);
    const access = await one.tokens.accessToken();
    await refreshed;
    expect(await other.tokens.accessToken()).toBe(access);
    server.clock.advance(301);
    expect(await other.tokens.accessToken()).not.toBe(access); // and goes on from there
  });

  test('signs out: the cookie is gone, and so is the session', async () => {
    const device = browser.openPage();
    await device.tokens.signIn('alice', PASSWORD);
    const { access } = heldBy(device);
    expect(await device.tokens.signOut()).toBe(true);
    expect(browser.cookie).toBeNull();
    await expect(server.auth.tokens.verify(access)).rejects.toThrow('Token is blacklisted');
  });

  test('whoever signs in while a refresh is under way stays signed in, in the cookie too', async () => {
    await server.auth.users.create({ username: 'bob', password: PASSWORD });
    const bob = await server.auth.users.findByUsername('bob');
    const { tokens } = browser.openPage();
    await tokens.signIn('alice', PASSWORD);
    const refreshed = tokens.refresh().catch(() => {});
    await Promise.all([refreshed, tokens.signIn('bob', PASSWORD)]);
    const access = (await tokens.refresh()) ?? '';
    expect((await server.auth.tokens.verify(access)).userId).toBe(bob?.id);
  });

  test('says so when the server is not in cookie mode', async () => {
    const plain = await startTestServer('sqlite');
    try {
      const { tokens } = new Browser(plain).openPage();
      await expect(tokens.accessToken()).rejects.toThrow('Expected JWT_REFRESH_COOKIE=on');
    } finally {
      await plain.remove();
    }
  });

  test('does not say that somebody is signed out whose cookie the server could not take away', async () => {
    const device = browser.openPage();
    await device.tokens.signIn('alice', PASSWORD);
    device.network.isDown = true;
    await expect(device.tokens.signOut()).rejects.toMatchObject({ outcome: 'unavailable' });
    expect(device.tokens.getState().status).toBe('signed-in');
  });
});

const nextChange = (tokens: TokenStore): Promise<void> => new Promise((resolve) => tokens.subscribe(() => resolve()));

/** What a browser adds to what its pages send: their origin, and the cookie that they cannot read. */
class Browser {
  cookie: string | null = null;
  readonly #server: TestServer;

  constructor(server: TestServer) {
    this.#server = server;
  }

  openPage({ isDown = false } = {}): TestDevice {
    const device = newDevice(this.#server, {
      storage: cookieStorage(),
      fetch: async (input, init) => {
        if (init?.credentials !== 'include') throw new Error('the request leaves the cookie at home');
        const cookie = this.cookie === null ? {} : { cookie: this.cookie };
        const headers = { ...Object.fromEntries(new Headers(init.headers)), origin: new URL(this.#server.url).origin };
        const response = await device.network.fetch(input, { ...init, headers: { ...headers, ...cookie } });
        for (const line of response.headers.getSetCookie()) {
          const [pair = ''] = line.split(';');
          this.cookie = pair.endsWith('=') ? null : pair;
        }
        return response;
      },
    });
    device.network.isDown = isDown;
    return device;
  }
}
