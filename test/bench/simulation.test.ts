import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { mongo } from 'mongoose';
import {
  ASSUMED,
  dayOf,
  keptFor,
  loadOf,
  MEASURED,
  OPEN_ALL_DAY,
  refreshesOf,
  usersOfOneCore,
} from '../../bench/simulation.ts';
import { simulationTables } from '../../bench/simulation-tables.ts';
import { newSession, newUser, NOW } from '../stores/records.ts';

const root = join(import.meta.dirname, '../..');
const PLACES = ['store', 'stateless', 'elsewhere'] as const;
const lifetimes = fc.integer({ min: 1, max: 86_400 });
const name = '0123456789abcdef0123456789abcdef';

describe('the tables of docs/scaling.md', () => {
  test('are what the simulation says', () => {
    const document = readFileSync(join(root, 'docs/scaling.md'), 'utf8');
    for (const table of simulationTables().split('\n\n')) expect(document).toContain(`\n\n${table}\n\n`);
  });

  test('are what `npm run bench:simulate` prints', async () => {
    const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'bench:simulate'], { cwd: root });
    expect(stdout).toBe(`${simulationTables()}\n`);
  });
});

describe('the simulation', () => {
  test('twice the users keep twice as much, and ask for twice as much of everything but the feed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), lifetimes, fc.constantFrom(...PLACES), (users, lifetime, place) => {
        const [one, two] = [loadOf(users, lifetime, place), loadOf(2 * users, lifetime, place)];
        expect(two.writes / one.writes).toBeCloseTo(2);
        expect(two.cores / one.cores).toBeCloseTo(2);
        const feed = place === 'elsewhere' ? ASSUMED.verifiers : 0;
        expect((two.reads - feed) / (one.reads - feed)).toBeCloseTo(2);
        expect(keptFor(2 * users).documentBytes / keptFor(users).documentBytes).toBeCloseTo(2);
      }),
    );
  });

  test('an access token that lives longer is never refreshed more often', () => {
    fc.assert(
      fc.property(lifetimes, lifetimes, fc.constantFrom(ASSUMED, OPEN_ALL_DAY), (one, other, habits) => {
        const [shorter, longer] = [Math.min(one, other), Math.max(one, other)];
        expect(refreshesOf(habits, longer)).toBeLessThanOrEqual(refreshesOf(habits, shorter));
      }),
    );
  });

  test('a visitor refreshes once a visit where a token outlives it, at each request where it does not outlive one', () => {
    expect(refreshesOf(ASSUMED, 10 * 60)).toBe(ASSUMED.visits);
    expect(refreshesOf(ASSUMED, 5 * 60)).toBe(2 * ASSUMED.visits);
    expect(refreshesOf(ASSUMED, 1)).toBe(ASSUMED.visits * ASSUMED.visitMinutes * ASSUMED.requestsPerMinute);
    expect(refreshesOf(ASSUMED, 86_400)).toBe(1);
    expect(refreshesOf(OPEN_ALL_DAY, 5 * 60)).toBe(96);
  });

  test('the hours of a day add up to it, and the busiest is the peak factor times the average', () => {
    const hours = dayOf(ASSUMED);
    expect(hours.reduce((sum, hour) => sum + hour, 0)).toBeCloseTo(1);
    expect(Math.max(...hours) * 24).toBeCloseTo(ASSUMED.peakFactor);
    expect(Math.min(...hours)).toBeGreaterThanOrEqual(0);
  });

  test('verifying elsewhere takes hello off the store and the servers, and nothing else', () => {
    const [here, elsewhere] = [loadOf(1e7, 300, 'store'), loadOf(1e7, 300, 'elsewhere')];
    expect(elsewhere.writes).toBe(here.writes);
    expect(here.reads - elsewhere.reads).toBeCloseTo(2 * here.hellos - ASSUMED.verifiers);
    expect(here.cores - elsewhere.cores).toBeCloseTo((here.hellos * MEASURED.cpu.hello) / 1000);
  });

  test('one core is half busy with as many users as it is said to serve', () => {
    for (const place of PLACES) {
      const { cores, signIns } = loadOf(usersOfOneCore(300, place), 300, place);
      expect(cores - (signIns * MEASURED.cpu.signIn) / 1000).toBeCloseTo(0.5);
    }
  });

  test('documents have the size that MongoDB would give them', () => {
    const username = 'user1234567@example.com';
    const passwordHash = `bcrypt_sha256$$2b$12$${'x'.repeat(53)}`;
    const { id: userId, ...user } = newUser({ id: name, username, usernameKey: username, passwordHash });
    const { id: sid, ...session } = newSession({
      id: name,
      userId: name,
      jti: name,
      previousJti: name,
      userAgent: 'x'.repeat(98),
      ipAddress: '203.0.113.7',
      revokedAt: null,
    });
    const sizeOf = (document: object) => mongo.BSON.calculateObjectSize(document);
    expect({
      user: sizeOf({ _id: userId, ...user, lastLogin: NOW }),
      session: sizeOf({ _id: sid, ...session }),
    }).toEqual(MEASURED.documentBytes);
  });
});
