import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createAuth } from '../../src/graphql/auth.ts';
import { TokenBlacklistDocument, TokenVerifyDocument } from '../generated/operations.ts';
import { Client } from '../support/client.ts';
import { rounds } from '../support/effort.ts';
import {
  endProcesses,
  helloWith,
  refreshWith,
  startProcess,
  TEST_ENV,
  type RunningProcess,
} from '../support/process.ts';
import { PASSWORD, TEST_KEY } from '../support/server.ts';
import { newPlace } from '../support/stores.ts';

const CHAINS = 6;

/**
 * One device: its refresh tokens as they were answered, oldest first. What was answered is a promise. Whether the
 * exchange of `last` happened that was asked for and not answered, nobody was told: both are right.
 */
interface Chain {
  readonly tokens: readonly string[];
  readonly last: string;
  readonly access: string;
  readonly wasAsked: boolean;
}

describe.each(rounds(2, 5))('a server killed amid refreshes and started again (%i)', (round) => {
  const grace = round % 2 === 0 ? '30s' : '0';
  const place = newPlace('sqlite');
  const env = { ...TEST_ENV, ...place.env, JWT_REUSE_GRACE: grace };
  let client: Client;
  let chains: readonly Chain[];
  let signedOut: readonly { readonly access: string; readonly refresh: string }[];

  beforeAll(async () => {
    const auth = await createAuth({ ...place.options, signingKey: TEST_KEY, passwordHashCost: 4 });
    await auth.users.create({ username: 'alice', password: PASSWORD });
    await auth.close();
    const server = await startProcess({ env });
    ({ chains, signedOut } = await refreshUntilKilled(server));
    client = new Client((await startProcess({ env })).url);
  });
  afterAll(async () => {
    await endProcesses();
    await place.remove();
  });

  /** A chain that rests by then, chains that go on until the server dies, and a device that signs in and out. */
  async function refreshUntilKilled(server: RunningProcess) {
    const before = new Client(server.url);
    const begin = async () => {
      const { access, refresh } = await before.signIn('alice', PASSWORD);
      return { tokens: [refresh], access };
    };
    const refresh = async (chain: { tokens: string[]; access: string }): Promise<boolean> => {
      const answer = await refreshWith(before, chain.tokens.at(-1) ?? '').catch(() => null);
      if (answer === null) return false;
      expect(answer.reason).toBeNull();
      chain.tokens.push(answer.refresh ?? '');
      chain.access = answer.access ?? '';
      return true;
    };

    const resting = await begin();
    for (let count = 0; count < 3; count += 1) await refresh(resting);
    const restless = await Promise.all(Array.from({ length: CHAINS }, begin));
    const ended: { access: string; refresh: string }[] = [];

    let exchanges = 0;
    let killed: Promise<unknown> | undefined;
    const enough = CHAINS * 5 + randomInt(CHAINS * 10);
    const killOnceEnough = () => {
      exchanges += 1;
      const isEnough = exchanges >= enough && ended.length > 0 && restless.every(({ tokens }) => tokens.length > 2);
      if (isEnough) killed ??= delay(randomInt(8)).then(() => server.kill('SIGKILL'));
    };
    const goOn = async (chain: { tokens: string[]; access: string }) => {
      while (await refresh(chain)) killOnceEnough();
    };
    const comeAndGo = async () => {
      for (;;) {
        const pair = await before.signIn('alice', PASSWORD);
        await before.expect(TokenBlacklistDocument, { refresh: pair.refresh });
        ended.push(pair);
      }
    };
    await Promise.all([...restless.map(goOn), comeAndGo().catch(() => null)]);
    await killed;
    const asChain = ({ tokens, access }: { tokens: string[]; access: string }, wasAsked: boolean): Chain => {
      return { tokens, access, wasAsked, last: tokens.at(-1) ?? '' };
    };
    return { chains: [asChain(resting, false), ...restless.map((chain) => asChain(chain, true))], signedOut: ended };
  }

  const verifyReason = async (token: string) =>
    (await client.send(TokenVerifyDocument, { token })).errors[0]?.extensions['reason'] ?? null;

  test('S40: knows every exchange and every signing out that was answered', async () => {
    for (const { tokens, access } of chains) {
      // `tokenVerify` does not tell the last but one from the last, where both would be answered.
      const superseded = await Promise.all(tokens.slice(0, grace === '0' ? -1 : -2).map(verifyReason));
      expect(new Set(superseded)).toEqual(new Set(['token_blacklisted']));
      expect(await helloWith(client, access)).toBe('Hello, alice!');
    }
    for (const { access, refresh } of signedOut) {
      expect(await refreshWith(client, refresh)).toMatchObject({ reason: 'token_blacklisted' });
      expect(await helloWith(client, access)).toBe('session_revoked');
    }
  });

  test('S40: goes on with the last token that was answered, and with no older one', async () => {
    for (const { tokens, last, wasAsked, access } of chains) {
      // If the exchange happened, a second use is one like any other without a grace interval: the device signs in again.
      const isLost = (await verifyReason(last)) === 'token_blacklisted';
      expect(isLost && (!wasAsked || grace !== '0')).toBe(false);
      const next = await refreshWith(client, last);
      expect(next.reason).toBe(isLost ? 'token_blacklisted' : null);
      const later = await refreshWith(client, next.refresh);
      expect(later.reason === null).toBe(!isLost);
      expect(await helloWith(client, later.access ?? 'none')).toBe(isLost ? 'token_not_valid' : 'Hello, alice!');

      for (const old of [last, ...tokens]) {
        expect(await refreshWith(client, old)).toEqual({ access: null, refresh: null, reason: 'token_blacklisted' });
      }
      expect(await helloWith(client, access)).toBe('session_revoked');
      expect(await refreshWith(client, later.refresh)).toMatchObject({ access: null });
    }
  });
});
