import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { systemClock } from '../../../src/contracts/clock.ts';
import type { Store } from '../../../src/contracts/store/store.ts';
import { AccountImport, type ForeignAccount } from '../../../src/core/users/account-import.ts';
import { PasswordHasher } from '../../../src/core/users/password-hasher.ts';
import { openAt } from '../../stores/records.ts';
import { PASSWORD } from '../../support/server.ts';
import { describeEachStore, newPlace, type Place } from '../../support/stores.ts';

const FIRST_DAY = new Date('2020-01-02T03:04:05Z');
/** Of no password. */
const HASH = `pbkdf2_sha256$1$salt$${Buffer.alloc(32).toString('base64')}`;
const foreign = (fields: Partial<ForeignAccount> = {}): ForeignAccount => ({
  id: '7',
  username: 'Alice',
  passwordHash: HASH,
  isActive: true,
  lastLogin: null,
  createdAt: FIRST_DAY,
  ...fields,
});

describeEachStore('an import of accounts', (kind) => {
  let place: Place;
  let store: Store;
  let hasher: PasswordHasher;
  let imports: AccountImport;
  beforeEach(async () => {
    place = newPlace(kind);
    store = await openAt(place);
    hasher = new PasswordHasher(4, systemClock);
    imports = new AccountImport(store.users, hasher);
  });
  afterEach(async () => {
    await store.close();
    await place.remove();
  });

  test('takes them as they are, none as an admin, and with the password of their first day', async () => {
    const account = foreign({ isActive: false, lastLogin: new Date(FIRST_DAY.getTime() + 1) });
    expect(await imports.add([account, foreign({ id: '8', username: 'bob' })])).toEqual([
      { outcome: 'imported' },
      { outcome: 'imported' },
    ]);
    const names = { username: 'Alice', usernameKey: 'alice' };
    const expected = { ...account, ...names, passwordChangedAt: FIRST_DAY, isAdmin: false };
    expect(await store.users.findById('7')).toEqual(expected);
  });

  test('changes nothing of one that is there, and says what differs', async () => {
    const upgraded = await hasher.hash(PASSWORD);
    const there = foreign();
    await imports.add([there, foreign({ id: '8', username: 'bob', passwordHash: upgraded })]);
    const again = [
      there,
      foreign({ isActive: false }),
      foreign({ passwordHash: 'other', isActive: false }),
      foreign({ id: '8', username: 'bob', passwordHash: 'other' }),
    ];
    expect(await imports.add(again)).toEqual(
      [[], ['whether it is active'], ['whether it is active', 'the password'], []].map((differences) => ({
        outcome: 'present',
        differences,
      })),
    );
    expect(await store.users.findById('7')).toMatchObject(there);
  });

  test('refuses those that cannot be, and takes the others', async () => {
    await imports.add([foreign()]);
    const outcomes = await imports.add([
      foreign({ id: '9', username: 'a lice' }),
      foreign({ id: 'a b', username: 'carol' }),
      foreign({ username: 'dora' }),
      foreign({ id: '10', username: 'ALICE' }),
      foreign({ id: '11', username: 'emil' }),
    ]);
    expect(outcomes).toEqual([
      { outcome: 'refused', problem: expect.stringContaining('not a valid username') },
      { outcome: 'refused', problem: expect.stringContaining('An id has') },
      { outcome: 'refused', problem: 'somebody else has this id already' },
      { outcome: 'refused', problem: 'somebody else has this username already (letter case does not count)' },
      { outcome: 'imported' },
    ]);
  });

  test('takes those whose address cannot be theirs without it, and says why', async () => {
    const outcomes = await imports.add([
      foreign({ email: 'alice@example.com' }),
      foreign({ id: '8', username: 'bob', email: 'ALICE@example.com' }),
      foreign({ id: '9', username: 'carol', email: 'carol' }),
    ]);
    expect(outcomes).toEqual([
      { outcome: 'imported' },
      { outcome: 'imported', lacks: 'its e-mail address, which another account has' },
      { outcome: 'imported', lacks: 'its e-mail address, which is none' },
    ]);
    expect(await store.users.findById('7')).toMatchObject({ emailKey: 'alice@example.com', emailVerified: false });
    for (const id of ['8', '9']) expect(await store.users.findById(id)).not.toHaveProperty('emailKey');
  });

  const DIGEST = Buffer.alloc(64, 1).toString('base64');
  const BCRYPT = `saltsaltsaltsaltsaltsu${'a'.repeat(31)}`;
  test.each([
    ['pbkdf2_sha256$99999999$salt$' + HASH.slice(-44), 'pbkdf2 of more than 5000000 iterations'],
    ['pbkdf2_sha1$5000001$salt$AAAAAAAAAAAAAAAAAAAAAAAAAAA=', 'pbkdf2 of more than 5000000 iterations'],
    [`pbkdf2_sha256$${'9'.repeat(400)}$salt$${HASH.slice(-44)}`, 'pbkdf2 of more than 5000000 iterations'],
    [`scrypt$16384$salt$8$1000$${DIGEST}`, 'scrypt of N * r * p over 4194304'],
    [`scrypt$16$salt$8$1000000000000000$${DIGEST}`, 'scrypt of N * r * p over 4194304'],
    [`scrypt$2$salt$2000000$1$${DIGEST}`, 'or of more than a gibibyte'],
    ['argon2$argon2id$v=19$m=102400,t=999,p=8$c2FsdHNhbHRzYWx0$c2FsdHNhbHRzYWx0c2FsdHNhbHQ', 'argon2 of m * t over'],
    ['argon2$argon2id$v=19$m=8,t=1000,p=1$c2FsdHNhbHRzYWx0$c2FsdHNhbHRzYWx0c2FsdHNhbHQ', '999 passes'],
    [`bcrypt$$2b$31$${BCRYPT}`, 'bcrypt of a cost over 15'],
    [`bcrypt_sha256$$2b$16$${BCRYPT}`, 'bcrypt of a cost over 15'],
    [`$2y$31$${BCRYPT}`, 'bcrypt of a cost over 15'],
  ])('S48: refuses an account whose hash takes too much work, and stores nothing of it: %s', async (hash, excess) => {
    expect(await imports.add([foreign({ passwordHash: hash })])).toEqual([
      { outcome: 'refused', problem: expect.stringContaining(excess) },
    ]);
    expect(await store.users.findById('7')).toBeNull();
    expect(hasher.reads(hash)).toBe(false);
  });

  test.each([
    `pbkdf2_sha256$5000000$salt$${HASH.slice(-44)}`,
    `scrypt$16384$salt$8$5$${DIGEST}`,
    'argon2$argon2id$v=19$m=102400,t=2,p=8$c2FsdHNhbHRzYWx0$' + 'A'.repeat(43),
    `bcrypt_sha256$$2b$15$${BCRYPT}`,
  ])('S48: takes one whose hash takes what is usual: %s', async (hash) => {
    expect(await imports.add([foreign({ passwordHash: hash })])).toEqual([{ outcome: 'imported' }]);
    expect(hasher.reads(hash)).toBe(true);
  });

  test('stops at what is no account at all, which is a fault of the program', async () => {
    await expect(imports.add([foreign({ username: 5 as never })])).rejects.toThrow(TypeError);
  });

  test('says of a hash whether anybody can sign in with it', () => {
    const kinds = [HASH, '!nothing', 'md5$salt$00', ''].map((passwordHash) =>
      imports.kindOf(foreign({ passwordHash })),
    );
    expect(kinds).toEqual(['readable', 'unusable', 'unknown', 'unknown']);
  });
});
