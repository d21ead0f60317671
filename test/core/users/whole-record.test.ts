import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Store, UserRecord } from '../../../src/contracts/store/store.ts';
import { createAuth, type Auth } from '../../../src/graphql/auth.ts';
import { openAt } from '../../stores/records.ts';
import { PASSWORD, TEST_KEY } from '../../support/server.ts';
import { describeEachStore, newPlace, type Place } from '../../support/stores.ts';

const CLIENT = { userAgent: null, ipAddress: null };

describeEachStore('an account whose record is damaged on its way from the store', (kind) => {
  let place: Place;
  let auth: Auth;
  let damage: (record: UserRecord) => UserRecord;
  beforeEach(async () => {
    damage = (record) => record;
    place = newPlace(kind);
    const store: Store = await openAt(place);
    const damaged = async (found: Promise<UserRecord | null>) => {
      const record = await found;
      return record && damage(record);
    };
    const users = {
      ...store.users,
      findByUsernameKey: (key: string) => damaged(store.users.findByUsernameKey(key)),
      findById: (id: string) => damaged(store.users.findById(id)),
    };
    auth = await createAuth({ signingKey: TEST_KEY, passwordHashCost: 4, store: { ...store, users } });
    await auth.users.create({ username: 'alice', password: PASSWORD });
  });
  afterEach(async () => {
    await auth.close();
    await place.remove();
  });

  const reasonOf = (work: Promise<unknown>) =>
    work.then(
      () => 'signed in',
      ({ reason }: { reason?: string }) => reason,
    );
  const signIn = (password = PASSWORD) => reasonOf(auth.users.authenticate('alice', password, CLIENT));
  /** A text of which the bits of one byte are turned round, as UTF-8 reads it. */
  const reverted = (given: string, index: number) => {
    const bytes = Buffer.from(given);
    bytes[index] = 255 - (bytes[index] ?? 0);
    return bytes.toString();
  };

  test('S39: a byte of the hash that is reverted does not make the right password wrong, whichever it is', async () => {
    let length = 0;
    damage = (record) => {
      length = record.passwordHash.length;
      return record;
    };
    expect(await signIn()).toBe('signed in');
    for (let index = 0; index < length; index += 1) {
      damage = (record) => ({ ...record, passwordHash: reverted(record.passwordHash, index) });
      expect([index, await signIn()]).toEqual([index, 'store_unavailable']);
    }
  });

  const FIELDS = ['id', 'username', 'usernameKey', 'passwordHash', 'passwordChangedAt', 'isActive', 'isAdmin'] as const;
  test.each([...FIELDS, 'createdAt'] as const)(
    'S39: a record whose %s has lost its name refuses nobody for good',
    async (field) => {
      damage = ({ [field]: _lost, ...rest }) => rest as UserRecord;
      expect(await signIn('a wrong password')).toBe('store_unavailable');
    },
  );

  test('S39: nor does it make a right current password wrong', async () => {
    const user = await auth.users.findByUsername('alice');
    damage = (record) => ({ ...record, passwordHash: reverted(record.passwordHash, 20) });
    const changing = auth.users.changePassword(user?.id ?? '', PASSWORD, 'correct horse battery staple');
    expect(await reasonOf(changing)).toBe('store_unavailable');
  });

  test('what is whole is refused as ever: a wrong password, and hashes that no password has', async () => {
    expect(await signIn('a wrong password')).toBe('no_active_account');
    for (const passwordHash of ['!unusable', 'md5$salt$0123456789abcdef', 'pbkdf2_sha256$9999999999$salt$AAAA']) {
      damage = (record) => ({ ...record, passwordHash });
      expect(await signIn()).toBe('no_active_account');
    }
  });
});
