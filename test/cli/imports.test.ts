import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TokenObtainPairDocument } from '../generated/operations.ts';
import { PASSWORD } from '../support/server.ts';
import { setStage, type Stage } from '../support/stage.ts';
import { describeEachStore } from '../support/stores.ts';

/** Django's hash of `wonderland123!`, with little work. */
const HASH = 'pbkdf2_sha256$1000$bpRStXzh9sC9lBuFluFlvm$Sj/qwgl4jH1XAi+brkO1RtAYdxCrz+1a7g9ObKiDKko=';
const MONTH = 30 * 24 * 3600 * 1000;
const soon = new Date(Date.now() + MONTH).toISOString();

const user = (pk: unknown, fields: object = {}) => ({
  model: 'auth.user',
  pk,
  fields: {
    password: HASH,
    last_login: null,
    username: `name${String(pk)}`,
    email: '',
    is_active: true,
    date_joined: '2025-01-02T03:04:05.678Z',
    ...fields,
  },
});
const outstanding = (pk: number, fields: object = {}) => ({
  model: 'token_blacklist.outstandingtoken',
  pk,
  fields: { user: 1, jti: `jti ${pk}`, token: 'a.b.c', created_at: soon, expires_at: soon, ...fields },
});
const blacklisted = (pk: number, token: unknown) => ({
  model: 'token_blacklist.blacklistedtoken',
  pk,
  fields: { token, blacklisted_at: '2026-01-02T03:04:05Z' },
});

describeEachStore('the command line, for imports from Django', (kind) => {
  const folder = mkdtempSync(join(tmpdir(), 'dump-'));
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage(kind);
  });
  afterAll(async () => {
    await stage.remove();
    rmSync(folder, { recursive: true });
  });

  const fileOf = (content: unknown): string => {
    const file = join(folder, 'dump');
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  };
  const importUsers = (content: unknown, ...flags: string[]) =>
    stage.cli(['users', 'import', fileOf(content), ...flags]);
  const importTokens = (content: unknown, ...flags: string[]) =>
    stage.cli(['tokens', 'import', fileOf(content), ...flags]);
  const summaryOf = ({ stdout }: { stdout: string }) => JSON.parse(stdout) as Record<string, unknown>;

  test('takes in accounts that sign in at once with the old password, and prints the summary as lines', async () => {
    const dump = [
      user(1, { username: 'Zoë', email: 'zoe@example.com', is_superuser: true, is_staff: true }),
      user(2, { is_active: false }),
    ];
    const { code, stdout, stderr } = await importUsers(dump);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(
      'dryRun: false\nrows: 2\nimported: 2\nalreadyThere: 0\nbad: 0\nwithoutPassword: 0\notherModels: 0\nactiveByDefault: 0\nleftOut: email (1), is_superuser (1), is_staff (1)\n',
    );
    await stage.signIn('zoë', PASSWORD);
    expect(await stage.auth.users.findByUsername('ZOË')).toMatchObject({ id: '1', username: 'Zoë', isAdmin: false });
    const refused = await stage.client.send(TokenObtainPairDocument, { username: 'name2', password: PASSWORD });
    expect(refused.errors[0]?.extensions['reason']).toBe('no_active_account');
    expect(await stage.auth.users.find('2')).toMatchObject({
      isActive: false,
      lastLogin: null,
      createdAt: new Date('2025-01-02T03:04:05.678Z'),
    });
  });

  test('skips who is there, as used as they are, and says where Django knows better', async () => {
    const dump = [
      user(1, { username: 'Zoë' }), // whose hash was upgraded by the sign-in
      user(2, { is_active: true, password: '!' }),
    ];
    const result = await importUsers(dump, '--json');
    expect(summaryOf(result)).toMatchObject({ imported: 0, alreadyThere: 2, bad: 0 });
    expect({ code: result.code, stderr: result.stderr }).toEqual({
      code: 0,
      stderr: 'Row 2, pk "2": exists already and was not changed; differs in whether it is active and the password.\n',
    });
    expect(await stage.auth.users.find('2')).toMatchObject({ isActive: false });
  });

  test('refuses bad rows by their position, takes the others, and exits with 1', async () => {
    const dump = [
      user(10),
      user(11, { username: 'NAME10' }), // the name of the row before, to us
      user(12, { username: 'zoË' }),
      user(1, { username: 'somebody' }),
      user(13, { username: 'with space' }),
      user('4 2', { username: 'name42' }),
      user(null),
      user(14, { last_login: '2026-02-30T00:00:00Z' }),
      user(15, { password: null }),
      'text',
      { model: 'auth.group', pk: 1, fields: {} },
      user(16, { password: 'md5$salt$0123' }),
      user(17, { password: '!unusable' }),
      user(18, { password: '' }),
      user(2 ** 53, { username: 'name20' }),
      user(19, { date_joined: '2025-01-02T03:04:05', last_login: '2025-01-02T03:04:05.678901+02:00' }),
      user(22, { password: `pbkdf2_sha256$99999999$salt$${Buffer.alloc(32).toString('base64')}` }),
    ];
    const rehearsal = await importUsers(dump, '--json', '--dry-run');
    expect(await stage.auth.users.find('10')).toBeNull();
    const result = await importUsers(dump, '--json');
    expect(result.code).toBe(1);
    const lines = result.stderr.trimEnd().split('\n');
    expect(lines.toSorted()).toEqual(
      [
        'Row 2, pk "11": was refused: somebody else has this username already (letter case does not count).',
        'Row 3, pk "12": was refused: somebody else has this username already (letter case does not count).',
        'Row 4, pk "1": was refused: somebody else has this id already.',
        'Row 5, pk "13": was refused: This is not a valid username. Expected 1 to 150 letters, digits and @ . + - _ characters, or an e-mail address.',
        'Row 6, pk "4 2": was refused: An id has 1 to 64 letters, digits and _ . @ + - characters.',
        'Row 7: was refused: pk: expected the primary key, a text or a number below 2^53; dump without --natural-primary.',
        'Row 8, pk "14": was refused: last_login: expected a moment such as 2026-01-31T12:00:00Z.',
        'Row 9, pk "15": was refused: password: expected a password hash.',
        'Row 10: was refused: expected an object with model, pk and fields.',
        'Row 15: was refused: pk: expected the primary key, a text or a number below 2^53; dump without --natural-primary.',
        'Row 17, pk "22": was refused: its password hash takes too much work to check: pbkdf2 of more than 5000000 iterations; give it another.',
        'Row 12, pk "16": was imported, but its password hash is of an unsupported kind; set a password with `users set-password`.',
        'Some rows were refused. Correct them and import again: what is there is skipped.',
      ].toSorted(),
    );
    const summary = { rows: 17, imported: 5, alreadyThere: 0, bad: 11, withoutPassword: 3, otherModels: 1 };
    expect(summaryOf(result)).toMatchObject({ dryRun: false, ...summary });
    expect(summaryOf(rehearsal)).toMatchObject({ dryRun: true, ...summary });
    expect(rehearsal).toMatchObject({ code: 1, stderr: result.stderr });
    expect(await stage.auth.users.find('19')).toMatchObject({
      createdAt: new Date('2025-01-02T03:04:05Z'),
      lastLogin: new Date('2025-01-02T01:04:05.678Z'),
    });
    expect((await importUsers([user(17, { password: '!other' })])).code).toBe(0);
  });

  test('reads lines and standard input, and refuses a line that is no JSON by its number', async () => {
    const lines = [JSON.stringify(user(20)), '', '{"model": broken', JSON.stringify(user(21))].join('\n');
    const args = ['users', 'import', '-', '--format', 'jsonl', '--json'];
    const { code, stdout, stderr } = await stage.cli(args, lines);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Row 3: was refused: this is no JSON\.\n/);
    expect(JSON.parse(stdout)).toMatchObject({ rows: 3, imported: 2, bad: 1 });
  });

  test('reads users of a model of their own', async () => {
    const own = [{ model: 'accounts.user', pk: 'a-b', fields: { password: HASH, email: 'own@example.com' } }];
    const wrong = await importUsers(own);
    expect(wrong).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'The dump has no row of the model "auth.user", but of "accounts.user". Name that of your users with --model.\n',
    });
    const right = await importUsers(own, '--model', 'accounts.User', '--username-field', 'email', '--json');
    expect(summaryOf(right)).toMatchObject({ imported: 1 });
    expect(await stage.auth.users.findByUsername('own@example.com')).toMatchObject({ id: 'a-b', isActive: true });
  });

  test.each([
    ['breaks off', `[${JSON.stringify(user(30))}, {"model"`, /^The dump ends in the middle, after 1 complete rows\. /],
    ['is no JSON', `[${JSON.stringify(user(30))}, {model}]`, /^The dump is no JSON in row 2 or right after it\. /],
    ['is no array', JSON.stringify(user(30)), /^The dump is no JSON array\. /],
    ['is empty', '', /^The dump ends in the middle, after 0 complete rows\. /],
  ])('a dump that %s is told in one line that quotes nothing, and what came before is taken', async (_, dump, line) => {
    const { code, stdout, stderr } = await importUsers(dump);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(line);
    expect(stderr).toMatch(/ Expected what `manage\.py dumpdata` writes, .* import the complete dump again, .*\.\n$/);
    expect(stderr.trimEnd()).not.toMatch(/\n|pbkdf2/);
    expect((await stage.auth.users.find('30'))?.id).toBe(dump.startsWith('[') ? '30' : undefined);
    await stage.auth.users.delete('30');
  });

  test('tells in one line that there is no file to read', async () => {
    for (const file of [join(folder, 'none'), folder]) {
      const { code, stdout, stderr } = await stage.cli(['users', 'import', file]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^.* cannot be read: E[A-Z]+: .*\. Expected a file that .*\.\n$/);
    }
  });

  test('takes in the blacklist, in any order, and leaves out what has expired', async () => {
    const past = new Date(Date.now() - 1000).toISOString();
    const dump = [
      blacklisted(1, 1),
      outstanding(1),
      outstanding(2),
      outstanding(3, { expires_at: past }),
      blacklisted(2, 3),
      outstanding(4),
      blacklisted(3, 4),
      blacklisted(4, 99),
      outstanding(5, { jti: '' }),
      { model: 'auth.user', pk: 1, fields: {} },
    ];
    const summary = { rows: 10, outstanding: 4, sessions: 1, expired: 1, bad: 2, otherModels: 1 };
    const rehearsal = await importTokens(dump, '--json', '--dry-run');
    expect(summaryOf(rehearsal)).toEqual({ dryRun: true, ...summary, blacklisted: 2, alreadyThere: 0 });
    const result = await importTokens(dump, '--json');
    expect(summaryOf(result)).toEqual({ dryRun: false, ...summary, blacklisted: 2, alreadyThere: 0 });
    expect(result.code).toBe(1);
    expect(result.stderr).toBe(
      'Row 9, pk "5": was refused: jti: expected a jti.\n' +
        'Row 8, pk "4": was refused: its outstanding token is not in the dump; expected that of the whole application token_blacklist.\n' +
        'Some rows were refused. Correct them and import again: what is there is skipped.\n',
    );
    const wrong = await importTokens(dump.slice(-1));
    expect(wrong).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/no outstanding or blacklisted/),
    });
    expect(await importTokens([], '--json')).toMatchObject({ code: 0, stderr: '' });
    const again = await importTokens(dump.slice(0, 7), '--json');
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(summaryOf(again)).toMatchObject({ blacklisted: 0, alreadyThere: 2, expired: 1 });
  });
});
