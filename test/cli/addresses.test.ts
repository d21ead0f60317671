import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startRecoveryServer, type RecoveryServer } from '../support/recovery.ts';
import { runCommand } from '../support/command.ts';
import { PASSWORD, TEST_KEY } from '../support/server.ts';
import { describeEachStore } from '../support/stores.ts';

const HASH = 'bcrypt_sha256$$2b$04$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';

describeEachStore('the command line, for addresses, beside a server', (kind) => {
  let server: RecoveryServer;
  beforeAll(async () => {
    server = await startRecoveryServer(kind);
  });
  afterAll(() => server.remove());

  const cli = (args: readonly string[], input = '', more: Readonly<Record<string, string>> = {}) =>
    runCommand(args, {
      input,
      env: { ...server.place.env, JWT_SIGNING_KEY: TEST_KEY, PASSWORD_HASH_COST: '4', EMAIL: 'on', ...more },
    });

  test('invites a user by a mail that the server sends', async () => {
    const { code, stdout } = await cli(['users', 'invite', 'Bob', 'bob@example.com', '--language', 'de', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ username: 'Bob', email: 'bob@example.com' });
    server.clock.catchUp();
    await server.deliver();
    expect(server.mailbox.tokenTo('bob@example.com')).toHaveLength(43);
  });

  test('creates accounts with an address, and sets or takes away that of a user', async () => {
    const created = await cli(
      ['users', 'create', 'carol', '--email', 'Carol@example.com', '--password-stdin'],
      PASSWORD,
    );
    expect(created.stdout).toContain('email: Carol@example.com\n');
    await server.client.signIn('carol@example.com', PASSWORD);
    const set = await cli(['users', 'set-email', 'carol', 'c@example.com', '--json']);
    expect(JSON.parse(set.stdout)).toMatchObject({ email: 'c@example.com' });
    await server.client.signIn('c@example.com', PASSWORD);
    const gone = await cli(['users', 'set-email', 'carol', '--none', '--json']);
    expect(JSON.parse(gone.stdout)).not.toHaveProperty('email');
    await expect(server.client.signIn('c@example.com', PASSWORD)).rejects.toThrow('no_active_account');
  });

  test.each([
    [['users', 'invite', 'dave', 'nobody'], 'This is not an e-mail address.'],
    [['users', 'invite', 'dave', 'alice@EXAMPLE.com'], 'A user with that e-mail address already exists.'],
    [['users', 'set-email', 'alice'], 'Say which: an address, or --none.'],
    [['users', 'set-email', 'nobody', 'a@example.com'], 'There is no user named "nobody".'],
  ])('refuses %j in one line', async (args, words) => {
    expect(await cli(args)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(`^${words}[^\n]*\n$`) });
  });

  test('says that addresses are off where they are', async () => {
    const { code, stderr } = await cli(['users', 'invite', 'dave', 'dave@example.com'], '', { EMAIL: 'off' });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'EMAIL: off, expected on. Set EMAIL=on here and for the server.\n',
    });
  });

  test('brings the addresses of Django in, and says which it leaves out', async () => {
    const file = join(server.place.options.dataDir, 'users.json');
    const row = (pk: number, username: string, email: string) => ({
      model: 'auth.user',
      pk,
      fields: { username, email, password: HASH, is_active: true },
    });
    const rows = [
      row(101, 'erin', 'Erin@example.com'),
      row(102, 'frank', 'erin@EXAMPLE.com'),
      row(103, 'grace', 'not an address'),
      row(104, 'heidi', ''),
    ];
    writeFileSync(file, JSON.stringify(rows));
    const rehearsed = await cli(['users', 'import', file, '--dry-run', '--json']);
    const { code, stdout, stderr } = await cli(['users', 'import', file, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ imported: 4, bad: 0, leftOut: {} });
    const remarks = [
      'Row 2, pk "102": was imported without its e-mail address, which another account has.',
      'Row 3, pk "103": was imported without its e-mail address, which is none.',
    ];
    expect(stderr.trimEnd().split('\n')).toEqual(remarks);
    expect(rehearsed.stderr).toBe(stderr);
    expect(await server.auth.users.findByUsername('erin')).toMatchObject({
      email: 'Erin@example.com',
      emailVerified: false,
    });
    expect(await server.auth.users.findByUsername('frank')).not.toHaveProperty('email');
    expect(JSON.parse((await cli(['users', 'import', file, '--json'])).stdout)).toMatchObject({ alreadyThere: 4 });
  });
});
