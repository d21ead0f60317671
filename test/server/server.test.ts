import { once } from 'node:events';
import { createServer, Server, type AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { pino } from 'pino';
import { settingsFromEnvironment } from '../../src/contracts/settings/settings.ts';
import { startServer } from '../../src/server/server.ts';
import { openStore } from '../../src/stores/open-store.ts';
import { TEST_KEY } from '../support/server.ts';
import { newPlace } from '../support/stores.ts';

describe('a server that cannot listen', () => {
  const place = newPlace('sqlite');
  let other: Server;
  let taken: string;
  beforeEach(async () => {
    other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    taken = String((other.address() as AddressInfo).port);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    other.close();
    await place.remove();
  });
  const timersThatRun = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const settingsWith = (env: Readonly<Record<string, string>>) =>
    settingsFromEnvironment({ NODE_ENV: 'test', PORT: '0', JWT_SIGNING_KEY: TEST_KEY, ...place.env, ...env });

  test.each([
    ['PORT', () => ({ PORT: taken }), /^listen EADDRINUSE/, 1],
    ['PORT, beside open metrics', () => ({ PORT: taken, METRICS_PORT: '0' }), /^listen EADDRINUSE/, 2],
    ['METRICS_PORT', () => ({ METRICS_PORT: taken }), /^METRICS_PORT: /, 0],
  ])('at %s says so and leaves nothing open', async (_name, env, message, servers) => {
    const settings = settingsWith(env());
    const store = await openStore(settings);
    const apolloStopped = jest.spyOn(ApolloServer.prototype, 'stop');
    const serverClosed = jest.spyOn(Server.prototype, 'close');
    const storeClosed = jest.spyOn(store, 'close');
    const timers = timersThatRun();

    const starting = startServer({ settings, store, log: pino({ level: 'silent' }), flushInterval: 60_000 });
    await expect(starting).rejects.toThrow(message);
    for (const closed of [apolloStopped, storeClosed]) expect(closed).toHaveBeenCalledTimes(1);
    expect(new Set(serverClosed.mock.contexts).size).toBe(servers);
    expect(timersThatRun()).toBe(timers);
  });

  test('still says why where closing fails, too', async () => {
    const settings = settingsWith({ PORT: taken });
    const store = await openStore(settings);
    const close = () => store.close().then(() => Promise.reject(new Error('the disk is gone')));
    const lines: string[] = [];
    const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) });
    const starting = startServer({ settings, store: { ...store, close }, log });
    await expect(starting).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(lines.join('')).toContain('the disk is gone');
  });
});
