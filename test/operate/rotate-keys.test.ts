import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createAuth } from '../../src/graphql/auth.ts';
import { Client } from '../support/client.ts';
import { endProcesses, helloWith, refreshWith, startProcess } from '../support/process.ts';
import { kidOf, until } from '../support/ring.ts';
import { blocksOf, OperatorShell } from '../support/runbook.ts';
import { PASSWORD } from '../support/server.ts';
import { newPlace, storeKinds } from '../support/stores.ts';

const RUNBOOK = 'docs/runbook.md';
const DEVICES = 4;

/** When what was published signs, and when the former key retires, is shown in `test/main/key-rotation`. */
describe.each(storeKinds.slice(-1))('keys of two servers on one %s, as the runbook has it', (kind) => {
  const place = newPlace(kind);
  const keysDir = join(place.options.dataDir, 'keys');
  const env = { ...place.env, NODE_ENV: 'test', PASSWORD_HASH_COST: '4', THROTTLE: 'off', JWT_KEYS_DIR: keysDir };
  const shell = new OperatorShell(env);
  let servers: readonly [Client, Client];

  beforeAll(async () => {
    const [, once = ''] = blocksOf(RUNBOOK, 'Two servers on one store', 'sh');
    await shell.expect(once.split('\n')[0] ?? ''); // keys generate
    const auth = await createAuth({ ...place.options, keysDir, passwordHashCost: 4 });
    await auth.users.create({ username: 'alice', password: PASSWORD });
    await auth.close();
    const [one, other] = await Promise.all([startProcess({ env }), startProcess({ env })]);
    servers = [new Client(one.url), new Client(other.url)];
  });
  afterAll(async () => {
    await endProcesses();
    shell.remove();
    await place.remove();
  });

  const publishedBy = async ({ url }: Client): Promise<readonly string[]> => {
    const response = await fetch(new URL('/.well-known/jwks.json', url));
    const { keys } = (await response.json()) as { readonly keys: readonly { readonly kid: string }[] };
    return keys.map(({ kid }) => kid).toSorted();
  };
  const allPublish = (kids: readonly string[]) =>
    until(async () => {
      const found = await Promise.all(servers.map(publishedBy));
      return found.every((each) => each.join() === kids.toSorted().join());
    });
  /** What the commands have printed in the end: the table of `keys list`. */
  const tableIn = (printed: string) =>
    Array.from(printed.matchAll(/^(\S{43}) +\S+ +(published|signing|verifying) /gm), ([, kid = '', state]) => ({
      kid,
      state,
    }));

  test('on any day: all servers publish the next key, and no request fails meanwhile', async () => {
    const failures: unknown[] = [];
    const over = new AbortController();
    let rounds = 0;
    const device = async () => {
      let { refresh }: { refresh: string | null } = await servers[0].signIn('alice', PASSWORD);
      for (let turn = 0; !over.signal.aborted; turn += 1) {
        const answer = await refreshWith(servers[turn % 2] ?? servers[0], refresh);
        const greeting = await helloWith(servers[(turn + 1) % 2] ?? servers[1], answer.access);
        if (answer.reason !== null || greeting !== 'Hello, alice!') failures.push({ answer, greeting });
        rounds += 1;
        refresh = answer.refresh;
      }
    };
    const devices = Promise.all(Array.from({ length: DEVICES }, device));
    const more = async (count: number) => {
      const goal = rounds + count;
      await until(() => rounds >= goal || failures.length > 0);
    };
    await more(DEVICES * 2);
    const [rotate = ''] = blocksOf(RUNBOOK, 'Rotate the keys', 'sh');
    const keys = tableIn(await shell.expect(rotate));
    expect(keys.map(({ state }) => state)).toEqual(['signing', 'published']);
    await allPublish(keys.map(({ kid }) => kid));
    await more(DEVICES * 2);
    over.abort();
    await devices;
    expect(failures).toEqual([]);
  });

  test('when a key was stolen: all tokens are refused by both, and everybody signs in again', async () => {
    const before = await servers[0].signIn('alice', PASSWORD);
    expect(await helloWith(servers[1], before.access)).toBe('Hello, alice!');
    const [emergency = ''] = blocksOf(RUNBOOK, 'A stolen key', 'sh');
    const keys = tableIn(await shell.expect(emergency));
    expect(keys).toEqual([{ kid: expect.any(String), state: 'signing' }]);
    const [{ kid } = { kid: '' }] = keys;
    await allPublish([kid]);
    for (const server of servers) {
      expect(await helloWith(server, before.access)).toBe('token_not_valid');
      expect(await refreshWith(server, before.refresh)).toMatchObject({ access: null, reason: 'token_not_valid' });
      const { access } = await server.signIn('alice', PASSWORD);
      expect(kidOf(access)).toBe(kid);
    }
  });
});
