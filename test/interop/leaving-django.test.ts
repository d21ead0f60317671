import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { settingsFromOptions } from '../../src/contracts/settings/settings.ts';
import type { Store, UserRecord } from '../../src/contracts/store/store.ts';
import { openStore } from '../../src/stores/open-store.ts';
import { HelloDocument, TokenRefreshDocument } from '../generated/operations.ts';
import { Client } from '../support/client.ts';
import { amount } from '../support/effort.ts';
import { endProcesses, runCli, startProcess, TEST_ENV } from '../support/process.ts';
import { PASSWORD } from '../support/server.ts';
import { snippetsOf } from '../support/snippets.ts';
import { newPlace } from '../support/stores.ts';
import { Django } from './django.ts';

const COUNT = amount(120, 1000);
/** Users of every such project. */
const OTHERS = ['alice', 'gone'];
const KINDS = ['pbkdf2_sha256', 'pbkdf2_sha1', 'bcrypt_sha256', 'bcrypt', 'argon2', 'scrypt'];

const names = Array.from({ length: COUNT }, (_, index) => `user${index}`);
const passwordOf = (name: string) => `pässword of ${name.slice('user'.length)}`;

describe('leaving a Django project with simplejwt', () => {
  const django = new Django();
  const handedOut: Record<'usable' | 'rotated' | 'successor' | 'signedOut' | 'forUser7', string> = {
    usable: '',
    rotated: '',
    successor: '',
    signedOut: '',
    forUser7: '',
  };
  const place = newPlace('sqlite');
  // Without a grace interval the second use of a token is refused at once.
  const env = { ...TEST_ENV, ...place.env, JWT_REUSE_GRACE: '0s' };
  let store: Store;
  let client: Client;

  beforeAll(async () => {
    await django.start();
    django.run('populate', String(COUNT));
    handedOut.usable = (await django.signIn()).refresh;
    handedOut.rotated = (await django.signIn()).refresh;
    handedOut.successor = (await django.post('token/refresh/', { refresh: handedOut.rotated })).body['refresh'] ?? '';
    handedOut.signedOut = (await django.signIn()).refresh;
    await django.post('token/blacklist/', { refresh: handedOut.signedOut });
    handedOut.forUser7 = (await django.signIn('user7', passwordOf('user7'))).refresh;
    store = await openStore(settingsFromOptions(place.options));
    client = new Client((await startProcess({ env })).url);
  });
  afterAll(async () => {
    await endProcesses();
    await store.close();
    await place.remove();
    django.stop();
  });

  const file = (name: string) => join(django.folder, name);
  const dump = (model: string, name: string, ...more: string[]) =>
    django.run('dumpdata', model, '-o', file(name), '-v', '0', ...more);
  /** The command line on the store of the server, which runs on. */
  const cli = (...args: string[]) => runCli(args, { env });
  const importing = async (...args: string[]) => {
    const { code, stdout, stderr } = await cli(...args, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout) as unknown;
  };
  const stored = (): Promise<UserRecord[]> => store.users.list({ after: null, limit: COUNT + OTHERS.length });
  const refresh = async (token: string) => {
    const { data, errors } = await client.send(TokenRefreshDocument, { refresh: token });
    return data?.tokenRefresh ?? errors[0]?.extensions['reason'];
  };

  test('a dump of many users and mixed hashes is imported, ids, moments and all', async () => {
    dump('auth.user', 'users.json');
    const counts = {
      rows: COUNT + OTHERS.length,
      bad: 0,
      withoutPassword: 0,
      otherModels: 0,
      activeByDefault: 0,
      leftOut: { email: COUNT },
    };
    const imported = { ...counts, imported: COUNT + OTHERS.length, alreadyThere: 0 };
    const rehearsed = await importing('users', 'import', file('users.json'), '--dry-run');
    expect(rehearsed).toEqual({ dryRun: true, ...imported });
    expect(await stored()).toEqual([]);
    expect(await importing('users', 'import', file('users.json'))).toEqual({ dryRun: false, ...imported });

    const users = await stored();
    expect(new Set(users.map(({ passwordHash }) => passwordHash.split('$')[0]))).toEqual(new Set(KINDS));
    expect(users.find(({ username }) => username === 'user7')).toMatchObject({
      id: '1007',
      isActive: true,
      createdAt: new Date('2025-01-02T03:04:05.678Z'),
      lastLogin: new Date('2026-01-02T03:04:05.678Z'),
    });
    expect(users.find(({ username }) => username === 'alice')?.id).toBe('1');
  });

  test('importing it again changes nothing, in lines too, and says so', async () => {
    const before = await stored();
    dump('auth.user', 'users.jsonl', '--format', 'jsonl');
    const again = await importing('users', 'import', file('users.jsonl'), '--format', 'jsonl');
    expect(again).toMatchObject({ imported: 0, alreadyThere: COUNT + OTHERS.length });
    expect(await stored()).toEqual(before);
  });

  test('each signs in with the old password, and the stored hash is ours', async () => {
    for (const name of names) expect((await client.signIn(name, passwordOf(name))).access).not.toBe('');
    const users = (await stored()).filter(({ username }) => !OTHERS.includes(username));
    expect(users.map(({ username }) => username).toSorted()).toEqual(names.toSorted());
    expect(users.filter(({ passwordHash }) => !passwordHash.startsWith('bcrypt_sha256$$2b$04$'))).toEqual([]);
    // Django's own, of the same kind and cost, need no upgrade; all others have one.
    expect(await importing('users', 'import', file('users.json'))).toMatchObject({
      alreadyThere: COUNT + OTHERS.length,
    });
  });

  test('a blacklisted token of Django stays refused, and the others are sessions', async () => {
    dump('token_blacklist', 'tokens.json');
    const blacklisted = { blacklisted: 2, alreadyThere: 0, expired: 0 };
    const dumped = JSON.parse(readFileSync(file('tokens.json'), 'utf8')) as readonly unknown[];
    // simplejwt 5.2 does not note the successor of a rotated token; 5.5 does.
    const outstanding = dumped.length - 2;
    const counts = { rows: dumped.length, outstanding, sessions: outstanding - 2, bad: 0, otherModels: 0 };
    const rehearsed = await importing('tokens', 'import', file('tokens.json'), '--dry-run');
    expect(rehearsed).toEqual({ dryRun: true, ...counts, ...blacklisted });
    const imported = await importing('tokens', 'import', file('tokens.json'));
    expect(imported).toEqual({ dryRun: false, ...counts, ...blacklisted });
    const again = await importing('tokens', 'import', file('tokens.json'));
    expect(again).toMatchObject({ blacklisted: 0, alreadyThere: 2 });

    expect(await refresh(handedOut.signedOut)).toBe('token_blacklisted');
    expect(await refresh(handedOut.rotated)).toBe('token_blacklisted');
    expect(await refresh(handedOut.successor)).toMatchObject({ refresh: expect.any(String) });
  });

  test.each([
    ['usable', 'alice'],
    ['forUser7', 'user7'],
  ] as const)('a token handed out before (%s, of %s) still refreshes, exactly once', async (which, name) => {
    const { tokenRefresh: first } = await client.expect(TokenRefreshDocument, { refresh: handedOut[which] });
    const hello = await client.expect(HelloDocument, {}, { token: first.access });
    expect(hello).toEqual({ hello: `Hello, ${name}!` });
    expect(await refresh(handedOut[which])).toBe('token_blacklisted');
  });

  test('by the code of the guide Django takes the passwords back, and lets everybody in with our hashes', async () => {
    django.run('flush', '--no-input', '-v', '0');
    django.run('loaddata', file('users.json'), '-v', '0');
    // Before the hashes come back nobody has a password in Django, so that only ours can open.
    const [, code = ''] = snippetsOf('docs/leaving-django.md', 'python');
    expect(code).toContain('"data/simplejwt.sqlite"');
    const spoil = 'from django.contrib.auth import get_user_model\nget_user_model().objects.update(password="!")\n';
    const database = join(place.options.dataDir, 'simplejwt.sqlite');
    writeFileSync(file('back.py'), spoil + code.replace('data/simplejwt.sqlite', database));
    const passwords = { alice: PASSWORD, ...Object.fromEntries(names.map((name) => [name, passwordOf(name)])) };
    writeFileSync(file('passwords.json'), JSON.stringify(passwords));
    await client.signIn('alice', PASSWORD);
    django.run('shell', file('back.py'));
    expect(JSON.parse(django.run('authenticate', file('passwords.json')))).toEqual([]);
    writeFileSync(file('passwords.json'), JSON.stringify({ user7: passwordOf('user8'), user8: `${PASSWORD}!` }));
    expect(JSON.parse(django.run('authenticate', file('passwords.json')))).toEqual(['user7', 'user8']);
    const { access } = await django.signIn('user9', passwordOf('user9'));
    expect(await django.hello(access)).toEqual({ status: 200, body: { message: 'Hello, user9!' } });
  });
});
