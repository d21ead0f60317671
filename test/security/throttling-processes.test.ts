import { afterEach, expect, test } from '@jest/globals';
import { settingsFromEnvironment } from '../../src/contracts/settings/settings.ts';
import { createAuth } from '../../src/graphql/auth.ts';
import { startServer } from '../../src/server/server.ts';
import { TokenObtainPairDocument } from '../generated/operations.ts';
import { Client } from '../support/client.ts';
import { endProcesses, startProcess, TEST_ENV } from '../support/process.ts';
import { PASSWORD, TEST_KEY, TestClock } from '../support/server.ts';
import { describeEachStore, newPlace } from '../support/stores.ts';

const FREE = 10;

describeEachStore('throttling by two servers on one store', (kind) => {
  let removals: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const remove of removals.toReversed()) await remove();
    removals = [];
  });

  const newPlaceWithAlice = async () => {
    const place = newPlace(kind);
    const auth = await createAuth({ ...place.options, signingKey: TEST_KEY, passwordHashCost: 4 });
    removals.push(
      () => place.remove(),
      () => auth.close(),
    );
    await auth.users.create({ username: 'alice', password: PASSWORD });
    return place;
  };
  const fail = async (client: Client | undefined) => {
    const answer = await client?.send(TokenObtainPairDocument, { username: 'alice', password: 'not the password' });
    return answer?.errors[0]?.extensions['reason'];
  };
  const count = (reasons: readonly unknown[], reason: string) => reasons.filter((each) => each === reason).length;

  test('S30: what one of them counted, the other knows', async () => {
    const clock = new TestClock();
    const place = await newPlaceWithAlice();
    const settings = settingsFromEnvironment({ ...TEST_ENV, PORT: '0', LOG_LEVEL: 'silent', ...place.env });
    const clients: Client[] = [];
    for (const _name of ['one', 'two']) {
      const server = await startServer({ settings, clock: clock.read });
      removals.push(() => server.close());
      clients.push(new Client(server.url));
    }
    for (let index = 0; index < FREE; index += 1) expect(await fail(clients[index % 2])).toBe('no_active_account');
    expect(await Promise.all(clients.map(fail))).toEqual(['throttled', 'throttled']);

    clock.advance(1);
    const reasons = await Promise.all(Array.from({ length: 50 }, (_, index) => fail(clients[index % 2])));
    expect([count(reasons, 'no_active_account'), count(reasons, 'throttled')]).toEqual([1, 49]);
  });

  test('S30: in processes of their own, of 100 attempts at once no more than ten passwords are checked', async () => {
    const env = { ...TEST_ENV, ...(await newPlaceWithAlice()).env };
    removals.push(endProcesses);
    const processes = await Promise.all([startProcess({ env }), startProcess({ env })]);
    const clients = processes.map(({ url }) => new Client(url));
    const started = Date.now();
    const reasons = await Promise.all(Array.from({ length: 100 }, (_, index) => fail(clients[index % 2])));
    // Their time runs by itself: one more was let through after a second, one more two seconds later, and so on.
    const later = Math.floor(Math.log2((Date.now() - started) / 1000 + 1));
    const checked = count(reasons, 'no_active_account');
    expect(checked).toBeGreaterThanOrEqual(FREE);
    expect(checked).toBeLessThanOrEqual(FREE + later);
    expect(count(reasons, 'throttled')).toBe(100 - checked);
  });

  test('S30: a server that is killed and started again knows who has to wait', async () => {
    const env = { ...TEST_ENV, ...(await newPlaceWithAlice()).env };
    removals.push(endProcesses);
    const first = await startProcess({ env });
    const client = new Client(first.url);
    for (let index = 0; index < FREE; index += 1) expect(await fail(client)).toBe('no_active_account');
    await first.kill('SIGKILL');
    const second = new Client((await startProcess({ env })).url);
    // The first wait, of a second, may be over by now: then one more is checked, and the next wait is longer.
    expect([await fail(second), await fail(second)]).toContain('throttled');
  });
});
