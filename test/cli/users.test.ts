import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { settingsFromOptions } from '../../src/contracts/settings/settings.ts';
import { openStore } from '../../src/stores/open-store.ts';
import { TokenObtainPairDocument } from '../generated/operations.ts';
import { runCommand } from '../support/command.ts';
import { helloWith, refreshWith, TEST_ENV } from '../support/process.ts';
import { PASSWORD } from '../support/server.ts';
import { setStage, type Stage } from '../support/stage.ts';
import { describeEachStore, newPlace } from '../support/stores.ts';

const NEXT_PASSWORD = 'through the looking glass';
const ISO_DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describeEachStore('the command line, for users, beside a server', (kind) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage(kind);
    await stage.createUser('alice');
  });
  afterAll(() => stage.remove());

  const signInReason = async (username: string, password: string) =>
    (await stage.client.send(TokenObtainPairDocument, { username, password })).errors[0]?.extensions['reason'];

  test('creates an account that signs in at once, with the id it is told and every space of the password', async () => {
    const password = '  surrounded by spaces  ';
    const args = ['users', 'create', 'Bob', '--password-stdin', '--id', '42', '--json'];
    const { code, stdout, stderr } = await stage.cli(args, `${password}\r\n`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      id: '42',
      username: 'Bob',
      isActive: true,
      isAdmin: false,
      lastLogin: null,
      createdAt: expect.stringMatching(ISO_DATE),
    });
    const { access } = await stage.signIn('bob', password);
    expect(await helloWith(stage.client, access)).toBe('Hello, Bob!');
    expect(await signInReason('bob', password.trim())).toBe('no_active_account');
  });

  test('shows an account by its name or by its id, and says what is missing', async () => {
    const show = (...args: string[]) => stage.cli(['users', 'show', ...args]);
    const bob = await show('Bob');
    expect(bob).toMatchObject({ code: 0, stdout: expect.stringMatching(/^id: 42\nusername: Bob\n/) });
    expect(await show('--id', '42')).toEqual(bob);
    const refusal = (stderr: string) => ({ code: 1, stdout: '', stderr });
    const unknown = 'There is no user with the id "43". `users list` shows those there are.\n';
    expect(await show('--id', '43')).toEqual(refusal(unknown));
    expect(await show()).toEqual(refusal('Say which: a name, or --id <id>.\n'));
    expect(await show('Bob', '--id', '42')).toEqual(refusal('Say which: a name, or --id <id>.\n'));
  });

  test('refuses a taken name or id in one line, and creates nobody', async () => {
    const create = (name: string, ...more: string[]) =>
      stage.cli(['users', 'create', name, '--password-stdin', ...more], PASSWORD);
    const results = await Promise.all([create('ALICE'), create('carol', '--id', '42')]);
    const taken = (what: string) => ({ code: 1, stdout: '', stderr: `A user with that ${what} already exists.\n` });
    expect(results).toEqual([taken('username'), taken('id')]);
    expect((await stage.auth.users.list(9)).map(({ username }) => username)).toEqual(['alice', 'Bob']);
  });

  test('S19: disabling takes effect at once and ends all sessions; enabling lets the user sign in again', async () => {
    const pair = await stage.signIn('alice');
    expect(await helloWith(stage.client, pair.access)).toBe('Hello, alice!');
    const disabled = await stage.cli(['users', 'disable', 'alice']);
    expect(disabled).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('\nisActive: false\n') });
    expect(await helloWith(stage.client, pair.access)).toBe('user_inactive');
    expect(await refreshWith(stage.client, pair.refresh)).toMatchObject({ access: null, refresh: null });
    expect(await signInReason('alice', PASSWORD)).toBe('no_active_account');

    const enabled = await stage.cli(['users', 'enable', 'alice', '--json']);
    expect(JSON.parse(enabled.stdout)).toMatchObject({ username: 'alice', isActive: true });
    expect(await helloWith(stage.client, pair.access)).toBe('session_revoked');
    expect(await refreshWith(stage.client, pair.refresh)).toMatchObject({ reason: 'token_blacklisted' });
    expect(await helloWith(stage.client, (await stage.signIn('alice')).access)).toBe('Hello, alice!');
  });

  test('makes an admin, and takes that away at once from one who is signed in', async () => {
    const keys = async (token: string) => {
      const { errors } = await stage.client.sendRaw({ query: '{ keys { kid } }' }, { token });
      return errors[0]?.extensions['reason'] ?? 'told';
    };
    const created = await stage.cli(['users', 'create', 'root', '--admin', '--password-stdin', '--json'], PASSWORD);
    expect(JSON.parse(created.stdout)).toMatchObject({ username: 'root', isAdmin: true });
    const [root, alice] = [await stage.signIn('root', PASSWORD), await stage.signIn('alice')];
    expect([await keys(root.access), await keys(alice.access)]).toEqual(['told', 'permission_denied']);
    const granted = await stage.cli(['users', 'grant-admin', 'alice', '--json']);
    expect(JSON.parse(granted.stdout)).toMatchObject({ username: 'alice', isAdmin: true, isActive: true });
    const revoked = await stage.cli(['users', 'revoke-admin', 'ROOT', '--json']);
    expect(JSON.parse(revoked.stdout)).toMatchObject({ username: 'root', isAdmin: false });
    expect([await keys(root.access), await keys(alice.access)]).toEqual(['permission_denied', 'told']);
    await stage.cli(['users', 'revoke-admin', 'alice']);
    await stage.cli(['users', 'delete', 'root']);
  });

  test('S20: a new password takes effect at once and ends all sessions', async () => {
    const pair = await stage.signIn('alice');
    expect(await helloWith(stage.client, pair.access)).toBe('Hello, alice!');
    const args = ['users', 'set-password', 'alice', '--password-stdin', '--json'];
    const { code, stdout, stderr } = await stage.cli(args, `${NEXT_PASSWORD}\n`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ username: 'alice', isActive: true });
    expect(await helloWith(stage.client, pair.access)).toBe('session_revoked');
    expect(await refreshWith(stage.client, pair.refresh)).toMatchObject({ reason: 'password_changed' });
    expect(await signInReason('alice', PASSWORD)).toBe('no_active_account');
    expect(await stage.signIn('alice', NEXT_PASSWORD)).toBeDefined();
  });

  test('S19: deleting takes effect at once, and a namesake who comes later inherits nothing', async () => {
    await stage.createUser('dora');
    const pair = await stage.signIn('dora');
    expect(await helloWith(stage.client, pair.access)).toBe('Hello, dora!');
    const deleted = await stage.cli(['users', 'delete', 'dora', '--json']);
    expect(deleted).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(deleted.stdout)).toEqual({ deleted: 'dora', id: expect.stringMatching(/^[\da-f]{32}$/) });
    expect(await helloWith(stage.client, pair.access)).toBe('user_not_found');
    expect(await refreshWith(stage.client, pair.refresh)).toMatchObject({ access: null, refresh: null });
    expect(await signInReason('dora', PASSWORD)).toBe('no_active_account');

    await stage.createUser('dora');
    expect(await helloWith(stage.client, pair.access)).toBe('user_not_found');
    expect(await refreshWith(stage.client, pair.refresh)).toMatchObject({ access: null, refresh: null });
  });

  test('lists more accounts than it reads at once, each once and in order', async () => {
    const many = Array.from({ length: 501 }, (_, index) => `many-${String(index).padStart(4, '0')}`);
    const store = await openStore(settingsFromOptions(stage.place.options));
    const now = new Date();
    const common = {
      passwordHash: '!',
      passwordChangedAt: now,
      isActive: true,
      isAdmin: false,
      lastLogin: null,
      createdAt: now,
    };
    await store.users.insertMany(many.map((name) => ({ id: name, username: name, usernameKey: name, ...common })));
    await store.close();
    const listed = JSON.parse((await stage.cli(['users', 'list', '--json'])).stdout) as { username: string }[];
    expect(listed.map(({ username }) => username)).toEqual(['alice', 'Bob', 'dora', ...many]);
  });
});

describe('the command line, for users', () => {
  const place = newPlace('sqlite');
  const env = { ...TEST_ENV, ...place.env };
  afterAll(() => place.remove());

  const cli = (args: readonly string[], input = PASSWORD) => runCommand(['users', ...args], { env, input });

  test('lists nobody in a new store', async () => {
    const [json, human] = await Promise.all([cli(['list', '--json']), cli(['list'])]);
    expect(json).toEqual({ code: 0, stdout: '[]\n', stderr: '' });
    expect({ ...human, stdout: human.stdout.trim() }).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('prints an account as lines and several as a table, and never a password or its hash', async () => {
    const created = await cli(['create', 'Alice', '--password-stdin']);
    expect(created).toMatchObject({ code: 0, stderr: '' });
    const lines = created.stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.split(': '))).toEqual([
      ['id', expect.stringMatching(/^[\da-f]{32}$/)],
      ['username', 'Alice'],
      ['isActive', 'true'],
      ['isAdmin', 'false'],
      ['lastLogin', '-'],
      ['createdAt', expect.stringMatching(ISO_DATE)],
    ]);
    const [list, listJson, show, showJson] = await Promise.all([
      cli(['list']),
      cli(['list', '--json']),
      cli(['show', 'ALICE']),
      cli(['show', 'alice', '--json']),
    ]);
    const values = lines.map((line) => line.split(': ')[1] ?? '');
    const rows = list.stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    expect(rows).toEqual([['id', 'username', 'isActive', 'isAdmin', 'lastLogin', 'createdAt'], values]);
    const columns = list.stdout.split('\n').map((line) => line.search(/username|Alice/));
    expect(columns[0]).toBe(columns[1]);
    expect(show.stdout).toBe(created.stdout);
    expect(JSON.parse(listJson.stdout)).toEqual([JSON.parse(showJson.stdout)]);
    expect(created.stdout + list.stdout + listJson.stdout + showJson.stdout).not.toMatch(/wonderland|bcrypt/);
  });

  test.each([
    ['a short password', ['create', 'carol', '--password-stdin'], 'seven77', /^This password is too short\. .*\n$/],
    [
      'a common password',
      ['create', 'carol', '--password-stdin'],
      'Password123',
      /^This password is too easy to guess: it is a common password\. .*\n$/,
    ],
    [
      'to set the username',
      ['set-password', 'alice', '--password-stdin'],
      'alice-2026',
      /^This password is too similar/,
    ],
    ['no password', ['create', 'carol', '--password-stdin'], '\n', /^This field may not be blank\.\n$/],
    ['an odd name', ['create', 'c a r o l', '--password-stdin'], PASSWORD, /^This is not a valid username\. .*\n$/],
    ['an odd id', ['create', 'carol', '--password-stdin', '--id', '4 2'], PASSWORD, /^An id has 1 to 64 .*\n$/],
    ['to create without a terminal', ['create', 'carol'], PASSWORD, /^There is no terminal .* --password-stdin\.\n$/],
    ['to set a short password', ['set-password', 'alice', '--password-stdin'], 'short', /^This password is too short/],
    [
      'to set one without a terminal',
      ['set-password', 'alice'],
      PASSWORD,
      /^There is no terminal .* --password-stdin\.\n$/,
    ],
  ])('refuses %s, in one line', async (_what, args, input, line) => {
    const { code, stdout, stderr } = await cli(args, input);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(line);
  });

  test('says in one line that there is no such user', async () => {
    const commands = ['show', 'enable', 'disable', 'delete', 'set-password'];
    const flags = (command: string) => (command === 'set-password' ? ['--password-stdin'] : []);
    const results = await Promise.all(commands.map((command) => cli([command, 'nobody', ...flags(command)])));
    const stderr = 'There is no user named "nobody". `users list` shows those there are.\n';
    expect(results).toEqual(commands.map(() => ({ code: 1, stdout: '', stderr })));
  });

  test('has created and changed nothing where it refused', async () => {
    const { stdout } = await cli(['list', '--json']);
    expect(JSON.parse(stdout)).toEqual([expect.objectContaining({ username: 'Alice', isActive: true })]);
  });
});
