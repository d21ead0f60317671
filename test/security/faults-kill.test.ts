import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createAuth } from '../../src/graphql/auth.ts';
import { Client } from '../support/client.ts';
import { Ledger } from '../support/ledger.ts';
import { HABITS, loadUntilGone } from '../support/load.ts';
import { endProcesses, startProcess, TEST_ENV, type RunningProcess } from '../support/process.ts';
import { PASSWORD, TEST_KEY } from '../support/server.ts';
import { newPlace } from '../support/stores.ts';

const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? 3);
const VISITORS = Object.entries(HABITS).flatMap(([name, habit]) => [
  { username: `${name}-1`, habit, tokens: new Set<string>() },
  { username: `${name}-2`, habit, tokens: new Set<string>() },
]);
/** Nothing may end a token but what the ledger knows of. */
const LASTING = {
  THROTTLE: 'off',
  JWT_MAX_SESSIONS: '10000',
  JWT_ACCESS_TOKEN_LIFETIME: '1d',
};

describe('a server that is killed under load, again and again, and started on the same file', () => {
  const place = newPlace('sqlite');
  const env = { ...TEST_ENV, ...place.env, ...LASTING };
  const ledger = new Ledger();
  let server: RunningProcess;

  beforeAll(async () => {
    const auth = await createAuth({ ...place.options, signingKey: TEST_KEY, passwordHashCost: 4 });
    for (const { username } of VISITORS) {
      await ledger.changing(username, PASSWORD, () => auth.users.create({ username, password: PASSWORD }));
    }
    await auth.close();
    server = await startProcess({ env });
  });
  afterAll(async () => {
    await endProcesses();
    await place.remove();
  });

  async function loadUntilKilled(): Promise<void> {
    const client = new Client(server.url);
    let remaining = randomInt(VISITORS.length * 5);
    let killed: Promise<unknown> | undefined;
    const onAnswer = () => {
      remaining -= 1;
      if (remaining < 0) killed ??= delay(randomInt(12)).then(() => server.kill('SIGKILL'));
    };
    const visits = VISITORS.map(({ habit, ...visitor }) =>
      loadUntilGone({ client, ledger, ...visitor }, habit, onAnswer),
    );
    await Promise.all(visits);
    await killed;
  }

  test(
    `S40: keeps every promise that it made before it died, ${ROUNDS} times over`,
    async () => {
      for (let round = 1; round <= ROUNDS; round += 1) {
        await loadUntilKilled();
        server = await startProcess({ env });
        const broken = await ledger.audit(new Client(server.url));
        expect({ round, broken }).toEqual({ round, broken: [] });
      }
      expect(await ledger.audit(new Client(server.url), { all: true })).toEqual([]);
      expect(ledger.count('good')).toBeGreaterThan(ROUNDS);
      expect(ledger.count('dead')).toBeGreaterThan(ROUNDS);
      if (ROUNDS > 100) console.log(`good: ${ledger.count('good')}, dead: ${ledger.count('dead')}`);
    },
    60_000 + ROUNDS * 10_000,
  );
});
