import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createAuth, type Auth } from '../../src/graphql/auth.ts';
import { TokenVerifyDocument } from '../generated/operations.ts';
import { Client } from '../support/client.ts';
import { rounds } from '../support/effort.ts';
import { claimsOf, forge } from '../support/forge.ts';
import { endProcesses, helloWith, refreshWith, startProcess, TEST_ENV, type Refreshed } from '../support/process.ts';
import { PASSWORD, TEST_KEY } from '../support/server.ts';
import { newPlace, storeKinds } from '../support/stores.ts';

const PARALLEL = 50;
const ROUNDS = rounds(2, 5);

/** One server process is what is promised for a SQLite file; two do no harm. */
const suites = storeKinds.flatMap((kind) => [
  { kind, grace: '30s' },
  { kind, grace: '0' },
]);

describe.each(suites)('two servers on one $kind store, with a grace interval of $grace', ({ kind, grace }) => {
  const place = newPlace(kind);
  let clients: readonly Client[];
  let auth: Auth;
  let aliceId: string;

  beforeAll(async () => {
    auth = await createAuth({ ...place.options, signingKey: TEST_KEY, passwordHashCost: 4 });
    aliceId = (await auth.users.create({ username: 'alice', password: PASSWORD })).id;
    const env = { ...TEST_ENV, ...place.env, JWT_REUSE_GRACE: grace };
    const servers = await Promise.all([startProcess({ env }), startProcess({ env })]);
    clients = servers.map(({ url }) => new Client(url));
  });
  afterAll(async () => {
    await auth.close();
    await endProcesses();
    await place.remove();
  });

  const client = (index: number) => clients[index % clients.length] as Client;
  const all = <Result>(count: number, send: (index: number) => Promise<Result>) =>
    Promise.all(Array.from({ length: count }, (_, index) => send(index)));
  const signIn = async () => {
    const user = await auth.users.find(aliceId);
    if (user === null) throw new Error('alice is gone');
    return (await auth.tokens.forUser(user)).refresh.token;
  };
  /** As simplejwt mints it, of no session. */
  const foreign = async () => {
    const now = Math.floor(Date.now() / 1000);
    const jti = randomUUID().replaceAll('-', '');
    return forge({ token_type: 'refresh', exp: now + 300, iat: now, jti, user_id: aliceId });
  };
  const origins = ROUNDS.flatMap((round) => [
    { round, origin: 'of a session', obtain: signIn },
    { round, origin: 'of no session', obtain: foreign },
  ]);

  async function expectOneGeneration(token: string, answers: readonly Refreshed[]): Promise<void> {
    expect(answers.filter(({ reason }) => reason !== null)).toEqual([]);
    const successors = new Set(answers.map(({ refresh }) => refresh));
    expect(successors.size).toBe(1);
    const [successor = null] = successors;
    expect(claimsOf(successor)['jti']).not.toBe(claimsOf(token)['jti']);
    const accesses = answers.map(({ access }) => access);
    expect(new Set(accesses.map((access) => claimsOf(access)['jti'])).size).toBe(PARALLEL);
    const greetings = await all(10, (index) => helloWith(client(index), accesses[index * 5 + 1] ?? null));
    expect(new Set(greetings)).toEqual(new Set(['Hello, alice!']));

    const second = await refreshWith(client(0), successor);
    const third = await refreshWith(client(1), second.refresh);
    expect([second.reason, third.reason]).toEqual([null, null]);
    expect(new Set([token, successor, second.refresh, third.refresh]).size).toBe(4);
    // Now it is older than the immediate predecessor: it ends the session, with all that all fifty were given.
    expect(await refreshWith(client(1), token)).toMatchObject({ reason: 'token_blacklisted' });
    expect(await helloWith(client(0), third.access)).toBe('session_revoked');
    expect(await helloWith(client(0), accesses[0] ?? null)).toBe('session_revoked');
  }

  async function expectOneWinner(token: string, answers: readonly Refreshed[]): Promise<void> {
    const winner = answers.find(({ reason }) => reason === null);
    const reasons = answers.map(({ reason }) => reason).filter((reason) => reason !== null);
    expect(reasons).toEqual(Array.from({ length: PARALLEL - 1 }, () => 'token_blacklisted'));
    expect(await helloWith(client(0), winner?.access ?? null)).toBe('session_revoked');
    expect(await refreshWith(client(1), winner?.refresh ?? null)).toMatchObject({ reason: 'token_blacklisted' });
    for (const refresh of [token, winner?.refresh ?? '']) {
      const { errors } = await client(0).send(TokenVerifyDocument, { token: refresh });
      expect(errors[0]?.extensions['reason']).toBe('token_blacklisted');
    }
  }

  test.each(origins)('S11: exchange a token $origin once, however many ask at once ($round)', async ({ obtain }) => {
    const before = await auth.sessions.list(aliceId);
    const token = await obtain();
    const answers = await all(PARALLEL, (index) => refreshWith(client(index), token));
    const expectation = grace === '0' ? expectOneWinner : expectOneGeneration;
    await expectation(token, answers);
    expect(await auth.sessions.list(aliceId)).toEqual(before);
  });
});
