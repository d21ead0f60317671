import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from '../support/client.ts';
import { runMongoShell } from '../support/mongo-shell.ts';
import { endProcesses, helloWith, refreshWith, startProcess, TEST_ENV } from '../support/process.ts';
import { blocksOf, expectAnswer, OperatorShell, withReplacements } from '../support/runbook.ts';
import { PASSWORD } from '../support/server.ts';
import { setStage, type Stage } from '../support/stage.ts';
import { storeKinds } from '../support/stores.ts';

const RUNBOOK = 'docs/runbook.md';
const ID = '6b1f0c5e7d5a4a0f9d0c3b2a19887766';
const NEXT_PASSWORD = 'through the looking glass';

interface Pair {
  readonly access: string;
  readonly refresh: string;
}

describe.each(storeKinds.slice(-1))('ending sessions at two servers on one %s, as the runbook has it', (kind) => {
  let stage: Stage;
  let shell: OperatorShell;
  let servers: readonly [Client, Client];
  let aliceId: string;

  beforeAll(async () => {
    stage = await setStage(kind);
    const env = { ...TEST_ENV, ...stage.place.env };
    shell = new OperatorShell(env);
    servers = [stage.client, new Client((await startProcess({ env })).url)];
    [aliceId] = await Promise.all([stage.createUser('alice'), stage.createUser('alicia'), stage.createUser('bob')]);
  });
  afterAll(async () => {
    shell.remove();
    await endProcesses();
    await stage.remove();
  });

  /** Signs in at both servers. */
  const signInAtBoth = (username: string): Promise<Pair[]> =>
    Promise.all(servers.map((server) => server.signIn(username, PASSWORD)));

  /** Every token of every pair, at every server. */
  const atBoth = (pairs: readonly Pair[], ask: (server: Client, pair: Pair) => Promise<unknown>) =>
    Promise.all(pairs.flatMap((pair) => servers.map((server) => ask(server, pair))));

  async function expectEnded(pairs: readonly Pair[]): Promise<void> {
    const greetings = await atBoth(pairs, (server, { access }) => helloWith(server, access));
    expect(new Set(greetings)).toEqual(new Set(['session_revoked']));
    const refreshed = await atBoth(pairs, async (server, { refresh }) => (await refreshWith(server, refresh)).reason);
    expect(new Set(refreshed)).toEqual(new Set(['token_blacklisted']));
  }

  async function expectUnharmed(pairs: readonly Pair[], greeting: string): Promise<void> {
    const greetings = await atBoth(pairs, (server, { access }) => helloWith(server, access));
    expect(new Set(greetings)).toEqual(new Set([greeting]));
    for (const { refresh } of pairs) expect(await refreshWith(servers[0], refresh)).toMatchObject({ reason: null });
  }

  test('the first admin is made, asks by curl, and is found again when lost', async () => {
    const [make = '', find = ''] = blocksOf(RUNBOOK, 'Create or restore an admin', 'sh');
    await shell.expect(withReplacements(make, { '--admin': '--admin --password-stdin' }), { input: PASSWORD });
    const [define = '', signIn = ''] = blocksOf(RUNBOOK, 'Call the API as an admin', 'sh');
    const ask = withReplacements(define, { 'https://auth.example.com/graphql': servers[1].url });
    const answer = (password: string) => {
      const signedIn = withReplacements(signIn, { 'the password of root': password });
      return shell.run(`${ask}${signedIn}ask << 'END'\n{ users(search: "r") { nodes { username isAdmin } } }\nEND`);
    };
    const root = { code: 0, stdout: '{"data":{"users":{"nodes":[{"username":"root","isAdmin":true}]}}}\n' };
    expect(await answer(PASSWORD)).toMatchObject(root);

    await stage.auth.users.change((await stage.auth.users.findByUsername('root'))?.id ?? '', { isActive: false });
    const refusal = expect.stringMatching(/: No active account found with the given credentials\n$/);
    expect(await answer(PASSWORD)).toMatchObject({ code: 5, stdout: '', stderr: refusal });
    const again = withReplacements(find, { 'set-password root': 'set-password root --password-stdin' });
    await shell.expect(again, { input: NEXT_PASSWORD });
    expect(await answer(NEXT_PASSWORD)).toMatchObject(root);
    expect(await stage.auth.users.findByUsername('alice')).toMatchObject({ isAdmin: false });
  });

  test('in a shell: all tokens of that user are refused at once at both, and nobody else is harmed', async () => {
    const [of, others] = [await signInAtBoth('alice'), await signInAtBoth('bob')];
    const [revoke = ''] = blocksOf(RUNBOOK, 'End the sessions of one user', 'sh');
    const printed = await shell.expect(revoke);
    expect(printed).toMatch(/^id +createdAt .*\n(\w+ .*\n){2}ended: 2\n$/);
    await expectEnded(of);
    await expectUnharmed(others, 'Hello, bob!');
    await stage.signIn('alice');
  });

  test('by an admin: the user is found by name, and the same comes of it', async () => {
    await stage.auth.users.create({ username: 'chief', password: PASSWORD, isAdmin: true });
    const { access } = await stage.signIn('chief');
    await stage.auth.sessions.revokeAll(aliceId);
    const [of, others] = [await signInAtBoth('alice'), await signInAtBoth('bob')];
    const [search = '', revoke = ''] = blocksOf(RUNBOOK, 'End the sessions of one user', 'graphql');
    const { users } = await expectAnswer(servers[0], search, access);
    expect(users).toEqual({ nodes: [{ id: aliceId, username: 'alice' }] });
    const ended = await expectAnswer(servers[0], withReplacements(revoke, { [ID]: aliceId }), access);
    expect(ended).toEqual({ userRevokeSessions: 2 });
    await expectEnded(of);
    await expectUnharmed(others, 'Hello, bob!');
  });

  (kind === 'mongodb' ? describe : describe.skip)('of everybody, in the shell of MongoDB', () => {
    test('takes effect at once at both, and everybody may sign in again', async () => {
      const pairs = [...(await signInAtBoth('alice')), ...(await signInAtBoth('bob'))];
      const [statement = ''] = blocksOf('docs/operating.md', 'After a restore', 'js');
      await runMongoShell(stage.place.options.mongodbUri ?? '', statement);
      await expectEnded(pairs);
      const { access } = await stage.signIn('alice');
      expect(await helloWith(servers[1], access)).toBe('Hello, alice!');
    });
  });
});
