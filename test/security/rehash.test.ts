import { pbkdf2Sync, scryptSync } from 'node:crypto';
import { afterEach, expect, jest, test } from '@jest/globals';
import { Overloaded } from '../../src/contracts/errors.ts';
import { PasswordHasher } from '../../src/core/users/password-hasher.ts';
import { openStore } from '../../src/stores/open-store.ts';
import { TokenObtainPairDocument } from '../generated/operations.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { describeEachStore } from '../support/stores.ts';

/** As Django writes them. */
const pbkdf2 = (hash: 'sha1' | 'sha256', bytes: number) =>
  `pbkdf2_${hash}$1000$salt$${pbkdf2Sync(PASSWORD, 'salt', 1000, bytes, hash).toString('base64')}`;
const OLDER: readonly [what: string, passwordHash: string][] = [
  ['pbkdf2_sha256', pbkdf2('sha256', 32)],
  ['pbkdf2_sha1', pbkdf2('sha1', 20)],
  ['scrypt', `scrypt$16384$salt$8$1$${scryptSync(PASSWORD, 'salt', 64, { N: 16_384, r: 8, p: 1 }).toString('base64')}`],
];

describeEachStore('a hash of former times', (kind) => {
  let server: TestServer;
  afterEach(() => server.remove());

  const signIn = (password: string) => server.client.send(TokenObtainPairDocument, { username: 'alice', password });

  /** Puts a hash in the place of alice's; resolves to a function that tells what it has become. */
  async function withHash(passwordHash: string): Promise<() => Promise<string>> {
    server = await startTestServer(kind, { env: { PASSWORD_HASH_COST: '5' } });
    const onStore = async (change: boolean) => {
      const { options } = server.place;
      const store = await openStore({ mongodbUri: undefined, ...options });
      if (change) await store.users.update(server.alice.id, { passwordHash });
      const user = await store.users.findById(server.alice.id);
      await store.close();
      return user?.passwordHash ?? '';
    };
    expect(await onStore(true)).toBe(passwordHash);
    return () => onStore(false);
  }

  test.each(OLDER)('S28: of %s is replaced when the right password is given, and not before', async (_what, older) => {
    const hash = await withHash(older);
    expect((await signIn('looking glass 1871')).errors[0]?.extensions['reason']).toBe('no_active_account');
    expect(await hash()).toBe(older);
    const before = await signIn(PASSWORD);
    expect(before.errors).toEqual([]);
    expect(await hash()).toMatch(/^bcrypt_sha256\$\$2b\$05\$/);
    expect((await signIn(PASSWORD)).errors).toEqual([]);
  });

  test('S28: of another cost is replaced as well, and one that is up to date is not', async () => {
    server = await startTestServer(kind, { env: { PASSWORD_HASH_COST: '4' } });
    const store = await openStore({ mongodbUri: undefined, ...server.place.options });
    const cheap = (await store.users.findById(server.alice.id))?.passwordHash ?? '';
    await store.close();
    await server.remove();
    const hash = await withHash(cheap);
    expect((await signIn(PASSWORD)).errors).toEqual([]);
    const upToDate = await hash();
    expect(upToDate).toMatch(/^bcrypt_sha256\$\$2b\$05\$/);
    expect((await signIn(PASSWORD)).errors).toEqual([]);
    expect(await hash()).toBe(upToDate);
  });

  test('S28: waits for a later sign-in where no time is left for it', async () => {
    const hash = await withHash(OLDER[0]?.[1] ?? '');
    const before = await hash();
    jest.spyOn(PasswordHasher.prototype, 'hash').mockRejectedValueOnce(new Overloaded());
    expect((await signIn(PASSWORD)).errors).toEqual([]);
    expect(await hash()).toBe(before);
    expect((await signIn(PASSWORD)).errors).toEqual([]);
    expect(await hash()).toMatch(/^bcrypt_sha256/);
  });
});
