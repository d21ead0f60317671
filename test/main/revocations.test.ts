import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RevocationPage } from '../../src/core/trust/revocation-feed.ts';
import { createAuth, type Auth } from '../../src/graphql/auth.ts';
import { claimsOf } from '../support/forge.ts';
import { endProcesses, startProcess, TEST_ENV, type RunningProcess } from '../support/process.ts';
import { PASSWORD, TEST_KEY } from '../support/server.ts';
import { basic, Service } from '../support/service.ts';
import { newPlace, storeKinds, type Place } from '../support/stores.ts';

const SESSIONS = 200;
const AT_ONCE = 10;
const onMongoDb = storeKinds.includes('mongodb') ? describe : describe.skip;

onMongoDb('two servers on one MongoDB', () => {
  let place: Place;
  let auth: Auth;
  let services: Service[];
  beforeAll(async () => {
    place = newPlace('mongodb');
    auth = await createAuth({ ...place.options, signingKey: TEST_KEY, passwordHashCost: 4, maxSessions: SESSIONS });
    const env = { ...TEST_ENV, ...place.env, JWT_MAX_SESSIONS: String(SESSIONS) };
    const servers: RunningProcess[] = await Promise.all([startProcess({ env }), startProcess({ env })]);
    const { name, secret } = await auth.services.create('orders');
    services = servers.map(({ url }) => new Service(url, basic(name, secret)));
  });
  afterAll(async () => {
    await auth.close();
    await endProcesses();
    await place.remove();
  });

  test('tell a service that asks them in turn of every revocation that either has answered', async () => {
    const user = await auth.users.create({ username: 'alice', password: PASSWORD });
    const pairs: string[] = [];
    for (let made = 0; made < SESSIONS; made += 1) pairs.push((await auth.tokens.forUser(user)).access.token);
    const serviceOf = (index: number) => services[index % services.length];

    const known = new Set<string>();
    let cursor: string | null = null;
    const poll = async (index: number) => {
      const query: string = cursor === null ? '' : `?since=${cursor}`;
      const page = (await serviceOf(index)?.get(`/revocations${query}`))?.body as RevocationPage;
      for (const { sid } of page.sessions) known.add(sid);
      ({ cursor } = page);
    };
    const statuses: unknown[] = [];
    const revoking = Array.from({ length: AT_ONCE }, async (_, lane) => {
      for (let index = lane; index < SESSIONS; index += AT_ONCE) {
        statuses.push((await serviceOf(index + lane)?.revoke(pairs[index] ?? ''))?.status);
      }
    });
    const running = new Set(revoking);
    for (const lane of revoking) void lane.finally(() => running.delete(lane));
    let polls = 0;
    for (; running.size > 0; polls += 1) await poll(polls);
    await Promise.all(revoking);
    await poll(polls);
    expect(statuses).toEqual(Array.from({ length: SESSIONS }, () => 200));
    expect(polls).toBeGreaterThan(2);
    expect([...known].toSorted()).toEqual(pairs.map((token) => String(claimsOf(token)['sid'])).toSorted());
  });
});
