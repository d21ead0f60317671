import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { claimsOf } from '../support/forge.ts';
import { helloWith, refreshWith } from '../support/process.ts';
import { setStage, type Stage } from '../support/stage.ts';
import { describeEachStore } from '../support/stores.ts';

const sidOf = (token: string) => String(claimsOf(token)['sid']);
const refused = (stderr: string) => ({ code: 1, stdout: '', stderr });
const NO_REPLAYS = { replays: null, refreshedBy: null, replayedBy: null };
const NOT_HERS = '"alice" has no live session with this id. `sessions list` shows those there are.\n';

describeEachStore('the command line, for sessions, beside a server', (kind) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage(kind);
    await Promise.all([stage.createUser('alice'), stage.createUser('bob')]);
  });
  afterAll(() => stage.remove());

  test('lists the live sessions of a user, the newest first, as JSON and as a table', async () => {
    const first = await stage.signIn('alice');
    const second = await stage.signIn('alice');
    await stage.signIn('bob');
    const [json, table] = await Promise.all([
      stage.cli(['sessions', 'list', 'alice', '--json']),
      stage.cli(['sessions', 'list', 'ALICE']),
    ]);
    expect(json).toMatchObject({ code: 0, stderr: '' });
    const sessions = JSON.parse(json.stdout) as { id: string; createdAt: string; imported: boolean }[];
    const times = { createdAt: expect.any(String), lastUsedAt: expect.any(String), expiresAt: expect.any(String) };
    const common = { ...times, imported: false, ipAddress: '127.0.0.1', userAgent: 'node', ...NO_REPLAYS };
    expect(sessions).toEqual([
      { id: sidOf(second.access), ...common },
      { id: sidOf(first.access), ...common },
    ]);
    const [newer, older] = sessions.map(({ createdAt }) => Date.parse(createdAt));
    expect(newer).toBeGreaterThan(Number(older));

    expect(table).toMatchObject({ code: 0, stderr: '' });
    const rows = table.stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    expect(rows).toEqual([
      Object.keys({ id: '', ...common }),
      ...sessions.map((session) =>
        Object.values<string | boolean | null>(session).map((value) => String(value ?? '-')),
      ),
    ]);
  });

  test('S44: names both clients that seem to hold the tokens of a session', async () => {
    const id = await stage.createUser('dora');
    const [one, other] = [
      { userAgent: 'Mozilla/5.0', ipAddress: '192.0.2.1' },
      { userAgent: null, ipAddress: '192.0.2.1' },
    ];
    const user = await stage.auth.users.find(id);
    let token = user && (await stage.auth.tokens.forUser(user, { client: one })).refresh.token;
    for (let rotation = 1; rotation <= 3; rotation += 1) {
      const successor = (await stage.auth.tokens.refresh(token ?? '', one)).refresh.token;
      await stage.auth.tokens.refresh(token ?? '', other);
      token = successor;
    }
    const { stdout } = await stage.cli(['sessions', 'list', 'dora', '--json']);
    const both = { refreshedBy: 'Mozilla/5.0 at 192.0.2.1', replayedBy: 'unknown program at 192.0.2.1' };
    expect(JSON.parse(stdout)).toMatchObject([{ replays: 3, ...both }]);
  });

  test('S50: shows what a client sent without the controls that a terminal would obey', async () => {
    await stage.createUser('carol');
    const carol = await stage.auth.users.findByUsername('carol');
    const userAgent = 'a\u009b31mred\u009d0;title\u0007\u202Eevil\u2028line\nid: 1';
    expect(carol).not.toBeNull();
    if (carol) await stage.auth.tokens.forUser(carol, { client: { userAgent, ipAddress: null } });
    for (const args of [
      ['sessions', 'list', 'carol'],
      ['sessions', 'list', 'carol', '--json'],
    ]) {
      const { stdout } = await stage.cli(args);
      expect(stdout).toContain('a\\u009b31mred\\u009d0;title\\u0007\\u202eevil\\u2028line\\');
      expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Bidi_Control}|\u2028/u);
    }
    const unknown = await stage.cli(['sessions', 'list', 'a\u009bb']);
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('"a\\u009bb"') });
  });

  test('S22: ending one session takes effect at once; the others live', async () => {
    const [lost, kept] = [await stage.signIn('alice'), await stage.signIn('alice')];
    expect(await helloWith(stage.client, lost.access)).toBe('Hello, alice!');
    const args = ['sessions', 'revoke', 'alice', '--session', sidOf(lost.access)];
    expect(await stage.cli(args)).toEqual({ code: 0, stdout: 'ended: 1\n', stderr: '' });
    expect(await helloWith(stage.client, lost.access)).toBe('session_revoked');
    expect(await refreshWith(stage.client, lost.refresh)).toMatchObject({ reason: 'token_blacklisted' });
    expect(await helloWith(stage.client, kept.access)).toBe('Hello, alice!');
    expect(await stage.cli(args)).toEqual(refused(NOT_HERS));
  });

  test("S22: ending all of a user's sessions takes effect at once, and touches nobody else's", async () => {
    await stage.auth.sessions.revokeAll((await stage.auth.users.findByUsername('alice'))?.id ?? '');
    const [here, there, bob] = [await stage.signIn('alice'), await stage.signIn('alice'), await stage.signIn('bob')];
    expect(await helloWith(stage.client, here.access)).toBe('Hello, alice!');
    const { code, stdout, stderr } = await stage.cli(['sessions', 'revoke', 'alice', '--all', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ ended: 2 });
    for (const { access, refresh } of [here, there]) {
      expect(await helloWith(stage.client, access)).toBe('session_revoked');
      expect(await refreshWith(stage.client, refresh)).toMatchObject({ reason: 'token_blacklisted' });
    }
    expect(await helloWith(stage.client, bob.access)).toBe('Hello, bob!');

    const [again, none] = await Promise.all([
      stage.cli(['sessions', 'revoke', 'alice', '--all']),
      stage.cli(['sessions', 'list', 'alice', '--json']),
    ]);
    expect(again).toEqual({ code: 0, stdout: 'ended: 0\n', stderr: '' });
    expect(none).toEqual({ code: 0, stdout: '[]\n', stderr: '' });
    expect(await helloWith(stage.client, (await stage.signIn('alice')).access)).toBe('Hello, alice!');
  });
});

describe('the command line, for sessions', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage('sqlite');
    await Promise.all([stage.createUser('alice'), stage.createUser('bob')]);
  });
  afterAll(() => stage.remove());

  test("refuses in one line an unknown user, somebody else's session, and to guess which is meant", async () => {
    const bob = await stage.signIn('bob');
    const results = await Promise.all([
      stage.cli(['sessions', 'list', 'nobody']),
      stage.cli(['sessions', 'revoke', 'nobody', '--all']),
      stage.cli(['sessions', 'revoke', 'alice', '--session', sidOf(bob.access)]),
      stage.cli(['sessions', 'revoke', 'bob']),
      stage.cli(['sessions', 'revoke', 'bob', '--all', '--session', sidOf(bob.access)]),
    ]);
    const nobody = 'There is no user named "nobody". `users list` shows those there are.\n';
    const which = 'Say which: --session <id>, or --all.\n';
    expect(results).toEqual([nobody, nobody, NOT_HERS, which, which].map(refused));
    expect(await helloWith(stage.client, bob.access)).toBe('Hello, bob!');
  });
});
