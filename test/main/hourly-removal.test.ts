import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { pino } from 'pino';
import { settingsFromEnvironment } from '../../src/contracts/settings/settings.ts';
import type { SessionRecord, Store } from '../../src/contracts/store/store.ts';
import { startServer, type RunningServer } from '../../src/server/server.ts';
import { openStore } from '../../src/stores/open-store.ts';
import { newActivity, newSession } from '../stores/records.ts';
import { TEST_KEY } from '../support/server.ts';
import { newPlace, type Place } from '../support/stores.ts';
import { ALL_BUT_INTERVALS } from '../support/timers.ts';

const HOUR_MS = 3_600_000;
/** More than is removed at once. */
const COUNT = 300;

let place: Place;
let server: RunningServer;
let store: Store;
let expired: SessionRecord[];
/** What the server said that is worse than information. */
let warnings: string[];
beforeEach(async () => {
  jest.useFakeTimers({ doNotFake: [...ALL_BUT_INTERVALS] });
  place = newPlace('sqlite');
  warnings = [];
  const settings = settingsFromEnvironment({ NODE_ENV: 'test', PORT: '0', JWT_SIGNING_KEY: TEST_KEY, ...place.env });
  const log = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) });
  server = await startServer({ settings, log, flushInterval: HOUR_MS });
  store = await openStore({ dataDir: place.options.dataDir, mongodbUri: undefined });
  expired = Array.from({ length: COUNT }, () => newSession({ expiresAt: new Date(0) }));
  for (const session of expired) await store.sessions.insert(session);
  await store.activity.add(newActivity({ hour: new Date(Date.now() - (Date.now() % HOUR_MS)) }));
});
afterEach(async () => {
  jest.useRealTimers();
  await server.close();
  await store.close();
  await place.remove();
});

const left = async () =>
  (await Promise.all(expired.map(({ id }) => store.sessions.find(id)))).filter((found) => found !== null).length;

test('a server removes what has expired after an hour, and no sooner', async () => {
  jest.advanceTimersByTime(HOUR_MS - 1);
  expect(await left()).toBe(COUNT);
  jest.advanceTimersByTime(1);
  while ((await left()) > 0) await new Promise((resolve) => setImmediate(resolve));
  expect(warnings).toEqual([]);
});

test('a server that is stopped meanwhile leaves the rest, and calls that no error', async () => {
  jest.advanceTimersByTime(HOUR_MS);
  while ((await left()) === COUNT) await new Promise((resolve) => setImmediate(resolve));
  await server.close();
  const rest = await left();
  expect(rest).toBeGreaterThan(0);
  expect(warnings).toEqual([]);
  expect(await store.sessions.deleteExpired(new Date(0))).toBe(rest);
});

test('an hourly removal that fails is reported', async () => {
  await server.auth.close();
  jest.advanceTimersByTime(HOUR_MS);
  while (warnings.length === 0) await new Promise((resolve) => setImmediate(resolve));
  expect(warnings.join('\n')).toContain('the database is closed');
});

test('S39: a server whose clock was set on removes nothing, and says why, once', async () => {
  const ahead = Date.now() + 72 * HOUR_MS;
  const clock = jest.spyOn(Date, 'now').mockReturnValue(ahead);
  await server.flush();
  await server.flush();
  clock.mockRestore();
  expect(warnings).toEqual([expect.stringContaining('"notice":"Nothing was removed: the clock says ')]);
  expect(await left()).toBe(COUNT);
});
