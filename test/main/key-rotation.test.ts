import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TokenObtainPairDocument } from '../generated/operations.ts';
import { Client } from '../support/client.ts';
import { runCommand } from '../support/command.ts';
import { endProcesses, helloWith, refreshWith, startProcess } from '../support/process.ts';
import { jwkIn, kidOf, signWith, until } from '../support/ring.ts';
import { PASSWORD } from '../support/server.ts';
import { newPlace } from '../support/stores.ts';
import { VerifierProcess } from '../support/verifier-process.ts';

/** Seconds. Short, as the end of the former key is waited for in real time: it is that of processes. */
const LIFETIME = 6;
/** More than the six seconds for which our verifier does not ask again. */
const ACTIVATE_AFTER = 7;
/** How long the service with jose keeps the keys it was given: less than a key is published before it signs. */
const CACHE_MS = 1500;

/** Between two turns of a device: keys change in seconds, and what is asked meanwhile costs time that other tests need. */
const PAUSE_MS = 25;

const JOSE = new URL('../support/verifier.mjs', import.meta.url);
const OURS = new URL('../support/own-verifier.mjs', import.meta.url);

interface Key {
  readonly kid: string;
  readonly state: string;
  readonly retiresAt: string | null;
}

describe('two servers on one store and one ring, and two services that keep the published keys', () => {
  const place = newPlace('sqlite');
  const keysDir = join(place.options.dataDir, 'keys');
  const env = {
    ...place.env,
    NODE_ENV: 'test',
    PASSWORD_HASH_COST: '4',
    THROTTLE: 'off',
    JWT_KEYS_DIR: keysDir,
    JWT_ACCESS_TOKEN_LIFETIME: `${LIFETIME}s`,
    JWT_REFRESH_TOKEN_LIFETIME: `${LIFETIME}s`,
    JWT_SLIDING_TOKEN_LIFETIME: `${LIFETIME}s`,
  };
  let clients: readonly [Client, Client];
  let userId: string;
  let jose: VerifierProcess;
  let ours: VerifierProcess;

  const keys = async <Result>(...args: string[]): Promise<Result> => {
    const { code, stdout, stderr } = await runCommand(['keys', ...args, '--json'], { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout) as Result;
  };
  const list = () => keys<Key[]>('list');
  /** As a thief of the key would make it: good for an hour, so that only the key can be what is wrong with it. */
  const stolen = (kid: string) => {
    const jwk = jwkIn(keysDir, kid);
    return () => {
      const now = Math.floor(Date.now() / 1000);
      const jti = randomUUID().replaceAll('-', '');
      return signWith(jwk, { token_type: 'access', exp: now + 3600, iat: now, jti, user_id: userId });
    };
  };
  const helloOfBoth = (token: string) => Promise.all(clients.map((client) => helloWith(client, token)));
  const GREETINGS = ['Hello, alice!', 'Hello, alice!'];
  const REFUSALS = ['token_not_valid', 'token_not_valid'];

  beforeAll(async () => {
    await keys('generate', '--algorithm', 'ES256');
    const created = await runCommand(['users', 'create', 'alice', '--password-stdin', '--json'], {
      env,
      input: PASSWORD,
    });
    userId = (JSON.parse(created.stdout) as { id: string }).id;
    const [one, other] = await Promise.all([startProcess({ env }), startProcess({ env })]);
    clients = [new Client(one.url), new Client(other.url)];
    const { href } = new URL('/.well-known/jwks.json', other.url);
    jose = new VerifierProcess(process.execPath, JOSE, [href, String(CACHE_MS)]);
    ours = new VerifierProcess(process.execPath, OURS, [href]);
  });
  afterAll(async () => {
    await Promise.all([jose.end(), ours.end()]);
    await endProcesses();
    await place.remove();
  });

  test('S8: rotate under load without one request that fails, and refuse the former key after its end', async () => {
    const [former] = await list();
    const tokenOfFormer = stolen(former?.kid ?? '');
    const kept = tokenOfFormer();
    const signers = new Map<number, Set<unknown>>([
      [0, new Set()],
      [1, new Set()],
    ]);
    const failures: unknown[] = [];
    let requests = 0;
    const isRefusal = (verdict: string) => !verdict.startsWith('accepted');
    const over = new AbortController();
    /** One device: it refreshes at one server, and asks the other one and the services with what it got. */
    const load = async (device: number) => {
      let { refresh } = await clients[0].signIn('alice', PASSWORD);
      for (let turn = device; !over.signal.aborted; turn += 1) {
        await delay(PAUSE_MS);
        const here = turn % 2;
        const answer = await refreshWith(clients[here] as Client, refresh);
        const greeting = await helloWith(clients[1 - here] as Client, answer.access);
        const verdicts = [await jose.verify(answer.access ?? ''), await ours.verify(answer.access ?? '')];
        requests += 4;
        if (answer.refresh === null || greeting !== 'Hello, alice!' || verdicts.some(isRefusal)) {
          failures.push({ answer, greeting, verdicts });
          return;
        }
        signers.get(here)?.add(kidOf(answer.access));
        refresh = answer.refresh;
      }
    };
    const devices = Promise.all([0, 1, 2, 3].map(load));
    await until(() => requests > 50);
    const next = await keys<Key>('rotate', '--activate-after', `${ACTIVATE_AFTER}s`);
    expect(next.state).toBe('published');
    const everywhere = () => [...signers.values()].every((kids) => kids.has(next.kid));
    await until(() => everywhere() || failures.length > 0);
    expect(await helloOfBoth(kept)).toEqual(GREETINGS);
    expect(await jose.verify(kept)).toBe(`accepted ${former?.kid}`);
    expect(await ours.verify(kept)).toBe(`accepted ${userId}`);

    const [retiring] = await list();
    expect(retiring).toMatchObject({ kid: former?.kid, state: 'verifying' });
    const end = Date.parse(String(retiring?.retiresAt));
    await until(async () => Date.now() > end || failures.length > 0);
    expect(await helloOfBoth(kept)).toEqual(REFUSALS);
    expect(await helloOfBoth(tokenOfFormer())).toEqual(REFUSALS);
    expect(await helloOfBoth(stolen(next.kid)())).toEqual(GREETINGS);
    over.abort();
    await devices;
    expect(failures).toEqual([]);
    for (const kids of signers.values()) expect([...kids]).toEqual([former?.kid, next.kid]);
    await until(async () => (await jose.verify(kept)) === 'refused ERR_JWKS_NO_MATCHING_KEY');
  });

  test('S8: refuse all former tokens at once in an emergency, and let everybody sign in again', async () => {
    const signing = (await list()).find(({ state }) => state === 'signing');
    const forged = stolen(signing?.kid ?? '')();
    const { access, refresh } = await clients[0].signIn('alice', PASSWORD);
    expect(await helloOfBoth(access)).toEqual(GREETINGS);
    const begun = Date.now();
    const next = await keys<Key>('rotate', '--emergency');
    expect(await list()).toMatchObject([{ kid: next.kid, state: 'signing' }]);
    await until(async () => {
      const answers = await helloOfBoth(forged);
      return answers.every((answer) => answer === 'token_not_valid');
    });
    expect(Date.now() - begun).toBeLessThan(LIFETIME * 1000); // long before any of them ends by itself
    expect(await helloOfBoth(access)).toEqual(REFUSALS);
    for (const client of clients) {
      expect(await refreshWith(client, refresh)).toMatchObject({ reason: 'token_not_valid' });
      const { tokenObtainPair } = await client.expect(TokenObtainPairDocument, {
        username: 'alice',
        password: PASSWORD,
      });
      expect(kidOf(tokenObtainPair.access)).toBe(next.kid);
      expect(await helloOfBoth(tokenObtainPair.access)).toEqual(GREETINGS);
      await until(async () => (await jose.verify(tokenObtainPair.access)) === `accepted ${next.kid}`);
      await until(async () => (await ours.verify(tokenObtainPair.access)) === `accepted ${userId}`);
    }
    expect(await jose.verify(forged)).toBe('refused ERR_JWKS_NO_MATCHING_KEY');
    expect(await ours.verify(forged)).toBe('refused token_not_valid');
  });
});
