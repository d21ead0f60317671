import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TokenObtainPairDocument } from '../generated/operations.ts';
import { Client } from '../support/client.ts';
import { endProcesses, helloWith, refreshWith, runCli, startProcess } from '../support/process.ts';
import { jwkIn, kidOf, signWith, until } from '../support/ring.ts';
import { PASSWORD } from '../support/server.ts';
import { newPlace } from '../support/stores.ts';

/** Seconds. Short, as the end of the former key is waited for in real time: it is that of processes. */
const LIFETIME = 6;
const ACTIVATE_AFTER = 3;
/** How long the other service keeps the keys it was given: less than a key is published before it signs. */
const CACHE_MS = 1500;

const VERIFIER = fileURLToPath(new URL('../support/verifier.mjs', import.meta.url));

interface Key {
  readonly kid: string;
  readonly state: string;
  readonly retiresAt: string | null;
}

/** A service that verifies by the published keys, in a process of its own. */
class Verifier {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #last: Promise<unknown> = Promise.resolve();

  constructor(url: URL) {
    this.#child = spawn(process.execPath, [VERIFIER, url.href, String(CACHE_MS)]);
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  verify(token: string): Promise<string> {
    const answer = this.#last.then(async () => {
      this.#child.stdin.write(`${token}\n`);
      return String((await this.#lines.next()).value);
    });
    this.#last = answer;
    return answer;
  }

  async end(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.kill();
    await exited;
  }
}

describe('two servers on one store and one ring, and a service that keeps the published keys', () => {
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
  let verifier: Verifier;

  const keys = async <Result>(...args: string[]): Promise<Result> => {
    const { code, stdout, stderr } = await runCli(['keys', ...args, '--json'], { env });
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
    const created = await runCli(['users', 'create', 'alice', '--password-stdin', '--json'], { env, input: PASSWORD });
    userId = (JSON.parse(created.stdout) as { id: string }).id;
    const [one, other] = await Promise.all([startProcess({ env }), startProcess({ env })]);
    clients = [new Client(one.url), new Client(other.url)];
    verifier = new Verifier(new URL('/.well-known/jwks.json', other.url));
  });
  afterAll(async () => {
    await verifier.end();
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
    const over = new AbortController();
    /** One device: it refreshes at one server, and asks the other one and the service with what it got. */
    const load = async (device: number) => {
      let { refresh } = await clients[0].signIn('alice', PASSWORD);
      for (let turn = device; !over.signal.aborted; turn += 1) {
        const here = turn % 2;
        const answer = await refreshWith(clients[here] as Client, refresh);
        const greeting = await helloWith(clients[1 - here] as Client, answer.access);
        const verdict = await verifier.verify(answer.access ?? '');
        requests += 3;
        if (answer.refresh === null || greeting !== 'Hello, alice!' || !verdict.startsWith('accepted')) {
          failures.push({ answer, greeting, verdict });
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
    expect(await verifier.verify(kept)).toBe(`accepted ${former?.kid}`);

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
    await until(async () => (await verifier.verify(kept)) === 'refused ERR_JWKS_NO_MATCHING_KEY');
  }, 90_000);

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
      await until(async () => (await verifier.verify(tokenObtainPair.access)) === `accepted ${next.kid}`);
    }
    expect(await verifier.verify(forged)).toBe('refused ERR_JWKS_NO_MATCHING_KEY');
  }, 60_000);
});
