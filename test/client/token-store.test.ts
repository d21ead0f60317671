import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { TokenRequestError } from '../../src/client/index.ts';
import { claimsOf } from '../support/forge.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { closeDevices, heldBy, newDevice, signedInDevice } from './network.ts';

/** What a browser dispatches at its window. */
const window = new EventTarget();
globalThis.addEventListener = window.addEventListener.bind(window);
globalThis.removeEventListener = window.removeEventListener.bind(window);

describe('a token store', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer('sqlite');
  });
  afterEach(closeDevices);
  afterAll(() => server.remove());

  test('signs in and holds a pair, and tells its subscribers', async () => {
    const { tokens } = newDevice(server);
    expect(tokens.getState()).toEqual({ status: 'signed-out', reason: null });
    const seen: string[] = [];
    const unsubscribe = tokens.subscribe(() => seen.push(tokens.getState().status));
    await tokens.signIn('alice', PASSWORD);
    expect(seen).toEqual(['signed-in']);
    unsubscribe();
    await tokens.signOut();
    expect(seen).toEqual(['signed-in']);
  });

  test('says in the words of the server why a sign-in was refused, and stays as it was', async () => {
    const { tokens } = newDevice(server);
    const refused = tokens.signIn('alice', 'not her password');
    await expect(refused).rejects.toThrow('No active account found with the given credentials');
    await expect(refused).rejects.toMatchObject({ outcome: 'refused', reason: 'no_active_account' });
    expect(tokens.getState()).toEqual({ status: 'signed-out', reason: null });
  });

  test('hands out the access token as long as it is good for a while, and refreshes shortly before its end', async () => {
    const { network, tokens } = await signedInDevice(server);
    const first = await tokens.accessToken();
    server.clock.advance(269);
    expect(await tokens.accessToken()).toBe(first);
    server.clock.advance(1); // half a minute before the end
    const second = await tokens.accessToken();
    expect(claimsOf(second)['sid']).toBe(claimsOf(first)['sid']);
    expect(second).not.toBe(first);
    expect(network.count('tokenRefresh')).toBe(1);
  });

  test('refreshes a token that lives for seconds at three quarters of its life', async () => {
    const hasty = await startTestServer('sqlite', { env: { JWT_ACCESS_TOKEN_LIFETIME: '20s' } });
    try {
      const { network, tokens } = await signedInDevice(hasty);
      hasty.clock.advance(14);
      await tokens.accessToken();
      expect(network.count('tokenRefresh')).toBe(0);
      hasty.clock.advance(1);
      await tokens.accessToken();
      expect(network.count('tokenRefresh')).toBe(1);
    } finally {
      await hasty.remove();
    }
  });

  test('reckons with the lifetime of the token, not with the clocks of device and server being alike', async () => {
    const yearsAgo = { read: 0 };
    const { network, tokens } = await signedInDevice(server, { clock: () => yearsAgo.read });
    yearsAgo.read = 269_000;
    await tokens.accessToken();
    expect(network.count('tokenRefresh')).toBe(0);
    yearsAgo.read = 270_000;
    await tokens.accessToken();
    expect(network.count('tokenRefresh')).toBe(1);
  });

  test('refreshes once for a hundred that wait', async () => {
    const { network, tokens } = await signedInDevice(server);
    server.clock.advance(301);
    const answers = await Promise.all(Array.from({ length: 100 }, () => tokens.accessToken()));
    expect(new Set(answers).size).toBe(1);
    expect(network.count('tokenRefresh')).toBe(1);
  });

  test('does not refresh for a refused token when there is a newer one', async () => {
    const { network, tokens } = await signedInDevice(server);
    const refused = (await tokens.accessToken()) ?? '';
    const newer = await tokens.refresh();
    expect(newer).not.toBe(refused);
    expect(await tokens.refresh(refused)).toBe(newer);
    expect(network.count('tokenRefresh')).toBe(1);
  });

  test('asks again for a lost answer, and gets the successor it missed', async () => {
    const device = await signedInDevice(server);
    const { network, tokens } = device;
    network.fates.push('lost', 'lost');
    const access = await tokens.refresh();
    expect(network.count('tokenRefresh')).toBe(3);
    expect((await server.auth.tokens.verify(access ?? '')).userId).toBe(server.alice.id);
    expect((await server.auth.tokens.verify(heldBy(device).refresh ?? '')).type).toBe('refresh');
  });

  test('takes no answer, and no answer of somebody else, for a sign-out', async () => {
    const device = await signedInDevice(server);
    const { network, tokens } = device;
    const before = heldBy(device);
    server.clock.advance(301);
    const html = { headers: { 'content-type': 'text/html' } };
    network.fates.push(
      'unsent',
      new Response('<h1>Welcome to the hotel</h1>', html),
      new Response('', { status: 502 }),
    );
    const wait = { message: 'Try again', extensions: { code: 'SERVICE_UNAVAILABLE', action: 'WAIT', retryAfter: 1 } };
    network.fates.push(Response.json({ errors: [wait] }));
    await expect(tokens.accessToken()).rejects.toMatchObject({ outcome: 'unavailable' });
    network.fates.push(...['welcome', 5, null, {}].map((odd) => Response.json(odd)));
    await expect(tokens.accessToken()).rejects.toMatchObject({ outcome: 'unavailable' });
    expect(heldBy(device)).toBe(before);
    expect(await tokens.accessToken()).not.toBe(before.access);
  });

  test('goes on with a token that is still good while the server does not answer', async () => {
    const { network, tokens } = await signedInDevice(server);
    const access = await tokens.accessToken();
    server.clock.advance(280);
    network.isDown = true;
    expect(await tokens.accessToken()).toBe(access);
    expect(network.count('tokenRefresh')).toBe(4);
  });

  test('asks four times and no more when many wait and the server does not answer', async () => {
    const { network, tokens } = await signedInDevice(server);
    const refused = await tokens.accessToken();
    server.clock.advance(301);
    network.isDown = true;
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => tokens.accessToken()));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(['rejected']));
    expect(network.count('tokenRefresh')).toBe(4);
    // A web socket is opened all the same: its server, not the network in between, has to refuse the token.
    expect(await tokens.connectionParams()).toEqual({ authorization: `Bearer ${refused}` });
  });

  test('asks again by itself when the network is back, before the grace interval is over', async () => {
    const device = await signedInDevice(server);
    const { network, tokens } = device;
    const before = heldBy(device);
    const later = new Promise((resolve) => tokens.subscribe(() => resolve(heldBy(device))));
    network.fates.push('lost', 'unsent', 'unsent', 'unsent');
    await expect(tokens.refresh()).rejects.toBeInstanceOf(TokenRequestError);
    expect(heldBy(device)).toBe(before);
    window.dispatchEvent(new Event('online'));
    expect(await later).not.toBe(before);
  });

  test('forgets the tokens when the server refuses them, and tells once why', async () => {
    const { network, tokens } = await signedInDevice(server);
    let calls = 0;
    tokens.subscribe(() => (calls += 1));
    await server.auth.sessions.revokeAll(server.alice.id);
    server.clock.advance(301);
    const answers = await Promise.all([tokens.accessToken(), tokens.accessToken(), tokens.refresh()]);
    expect(answers).toEqual([null, null, null]);
    expect(tokens.getState()).toEqual({ status: 'signed-out', reason: 'token_blacklisted' });
    expect(calls).toBe(1);
    expect(network.count('tokenRefresh')).toBe(1);
  });

  test('does not forget tokens because of a request the server does not understand', async () => {
    const device = await signedInDevice(server);
    const { network, tokens } = device;
    const answer = { errors: [{ message: 'Cannot query field', extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] };
    network.fates.push(Response.json(answer, { status: 400 }), Response.json({ errors: [{ message: 'No' }] }));
    await expect(tokens.refresh()).rejects.toMatchObject({ outcome: 'failed' });
    await expect(tokens.refresh()).rejects.toMatchObject({ outcome: 'failed', message: 'No', reason: null });
    expect(network.count('tokenRefresh')).toBe(2);
    expect(heldBy(device)).toBeDefined();
  });

  test('keeps its refresh token where the server does not rotate', async () => {
    const lasting = await startTestServer('sqlite', { env: { JWT_ROTATE_REFRESH_TOKENS: 'off' } });
    try {
      const device = await signedInDevice(lasting);
      const { refresh } = heldBy(device);
      const first = await device.tokens.accessToken();
      expect(await device.tokens.refresh()).not.toBe(first);
      expect(heldBy(device).refresh).toBe(refresh);
    } finally {
      await lasting.remove();
    }
  });

  test('signs out at the server, so that nothing of the session is good any more', async () => {
    const device = await signedInDevice(server);
    const { access, refresh } = heldBy(device);
    expect(await device.tokens.signOut()).toBe(true);
    expect(device.tokens.getState()).toEqual({ status: 'signed-out', reason: 'signed_out' });
    for (const token of [access, refresh ?? '']) {
      await expect(server.auth.tokens.verify(token)).rejects.toThrow('Token is blacklisted');
    }
    expect(await device.tokens.signOut()).toBe(true);
    expect(device.network.count('tokenBlacklist')).toBe(1);
  });

  test('signs out of a session that had ended before', async () => {
    const { tokens } = await signedInDevice(server);
    await server.auth.sessions.revokeAll(server.alice.id);
    expect(await tokens.signOut()).toBe(true);
    expect(tokens.getState()).toEqual({ status: 'signed-out', reason: 'signed_out' });
  });

  test('signs out of the device when the server does not answer, and says that it did not', async () => {
    const { network, tokens } = await signedInDevice(server);
    network.isDown = true;
    expect(await tokens.signOut()).toBe(false);
    expect(tokens.getState()).toEqual({ status: 'signed-out', reason: 'signed_out' });
  });

  test('does not keep a sign-out waiting for a refresh that gets no answer', async () => {
    let hasFailed: () => void = () => {};
    const failed = new Promise<void>((resolve) => (hasFailed = resolve));
    const forEver = () => new Promise<void>(() => hasFailed());
    const { network, tokens } = await signedInDevice(server, { sleep: forEver });
    network.isDown = true;
    const refreshing = tokens.refresh();
    await failed;
    network.isDown = false;
    const signingOut = tokens.signOut();
    await expect(refreshing).rejects.toMatchObject({ outcome: 'unavailable' });
    expect(await signingOut).toBe(true);
  });

  test('a sign-in during a refresh wins, whichever answer comes first', async () => {
    const device = await signedInDevice(server);
    const { tokens } = device;
    await server.auth.sessions.revokeAll(server.alice.id); // what is refreshed will be refused
    const pair = await server.signIn();
    await Promise.all([tokens.refresh(), tokens.save(pair)]);
    expect(heldBy(device).access).toBe(pair.access);
  });

  test('names the header and the scheme the server wants', async () => {
    const { tokens } = newDevice(server, { headerName: 'X-Access-Token', scheme: 'JWT' });
    expect(tokens.headers('abc')).toEqual({ 'x-access-token': 'JWT abc' });
    expect(tokens.headers(null)).toEqual({});
    expect(await tokens.connectionParams()).toEqual({});
  });
});
