import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Store, UserChanges } from '../../src/contracts/store/store.ts';
import { describeEachStore, newPlace, type Place } from '../support/stores.ts';
import { after, count, newId, newUser, ODD_TEXT, openAt, race } from './records.ts';
import { openTwins } from './twins.ts';

describeEachStore('the users of a store', (kind) => {
  let store: Store;
  let twin: Store;
  openTwins(kind, (...opened) => ([store, twin] = opened));

  const inserted = async (fields: Parameters<typeof newUser>[0] = {}) => {
    const user = newUser(fields);
    expect(await store.users.insert(user)).toBe('inserted');
    return user;
  };

  test.each([
    ['of the usual kind', {}],
    ['who is disabled and never signed in', { isActive: false, lastLogin: null }],
    ['with moments far apart', { createdAt: new Date(0), lastLogin: new Date('9999-12-31T23:59:59.999Z') }],
    ['with odd text', { username: ODD_TEXT, passwordHash: ODD_TEXT }],
  ])('a user %s is found as inserted, by id and by name', async (_case, fields) => {
    const user = await inserted(fields);
    expect(await twin.users.findById(user.id)).toEqual(user);
    expect(await twin.users.findByUsernameKey(user.usernameKey)).toEqual(user);
  });

  test('a user with an odd id and an odd name is found, changed and deleted', async () => {
    const { id, usernameKey } = await inserted({ id: ODD_TEXT, usernameKey: ODD_TEXT });
    expect((await store.users.findByUsernameKey(usernameKey))?.id).toBe(id);
    expect((await store.users.update(id, { isActive: false }))?.isActive).toBe(false);
    expect(await store.users.delete(id)).toBe(true);
  });

  test('no user is found by anything but exactly their id or name', async () => {
    const { id, usernameKey } = await inserted({ id: `Id-${newId()}`, usernameKey: `zoë ${newId()}` });
    for (const other of ['', id.toLowerCase(), id.slice(1), `${id} `, '%', usernameKey]) {
      expect(await store.users.findById(other)).toBeNull();
    }
    // Folding case and Unicode forms is done before the store is asked.
    for (const other of ['', usernameKey.toUpperCase(), usernameKey.normalize('NFD'), ` ${usernameKey}`, '%', id]) {
      expect(await store.users.findByUsernameKey(other)).toBeNull();
    }
  });

  test('a taken name or id is told apart, and changes nobody', async () => {
    const user = await inserted();
    expect(await twin.users.insert(newUser({ usernameKey: user.usernameKey }))).toBe('username_taken');
    expect(await twin.users.insert(newUser({ id: user.id }))).toBe('id_taken');
    expect(await store.users.findById(user.id)).toEqual(user);
    const twice = await twin.users.insert(newUser({ id: user.id, usernameKey: user.usernameKey }));
    expect(['id_taken', 'username_taken']).toContain(twice);
  });

  test('of fifty insertions at once with one name exactly one succeeds', async () => {
    const usernameKey = newId();
    const users = Array.from({ length: 50 }, () => newUser({ usernameKey }));
    const outcomes = await race([store, twin], (each, index) => each.users.insert(users[index] ?? newUser()));
    expect(count(outcomes, 'inserted')).toBe(1);
    expect(count(outcomes, 'username_taken')).toBe(49);
    expect(await store.users.findByUsernameKey(usernameKey)).toEqual(users[outcomes.indexOf('inserted')]);
  });

  test('of fifty insertions at once with one id exactly one succeeds', async () => {
    const id = newId();
    const users = Array.from({ length: 50 }, () => newUser({ id }));
    const outcomes = await race([store, twin], (each, index) => each.users.insert(users[index] ?? newUser()));
    expect(count(outcomes, 'inserted')).toBe(1);
    expect(count(outcomes, 'id_taken')).toBe(49);
    expect(await store.users.findById(id)).toEqual(users[outcomes.indexOf('inserted')]);
  });

  test('of many inserted at once each is stored for itself, and told apart from those that are taken', async () => {
    const there = await inserted();
    const users = Array.from({ length: 300 }, (_, index) => newUser({ isActive: index % 2 === 0 }));
    const [first = there, second = there, last = there] = [users[0], users[1], users.at(-1)];
    const taken = [
      newUser({ id: there.id }),
      newUser({ usernameKey: there.usernameKey }),
      newUser({ id: second.id }),
      newUser({ usernameKey: first.usernameKey }),
    ];
    const batch = [...users.slice(0, 200), ...taken, ...users.slice(200)];
    const outcomes = await twin.users.insertMany(batch);
    expect(outcomes.slice(200, 204)).toEqual(['id_taken', 'username_taken', 'id_taken', 'username_taken']);
    expect(count(outcomes, 'inserted')).toBe(users.length);
    for (const user of [there, first, second, last]) expect(await store.users.findById(user.id)).toEqual(user);
    for (const { usernameKey, id } of taken) {
      expect((await store.users.findById(id))?.usernameKey).not.toBe(usernameKey);
    }
  });

  test('a second insertion of many meets them all, and changes none', async () => {
    const users = Array.from({ length: 20 }, () => newUser());
    await store.users.insertMany(users);
    const again = await twin.users.insertMany(users.map((user) => ({ ...user, passwordHash: 'another' })));
    expect(count(again, 'inserted')).toBe(0);
    for (const user of users) expect(await store.users.findById(user.id)).toEqual(user);
  });

  test('of two insertions of many at once each user is inserted by one', async () => {
    const users = Array.from({ length: 300 }, () => newUser());
    const [one, other] = await Promise.all([store.users.insertMany(users), twin.users.insertMany(users.toReversed())]);
    expect(one.map((outcome, index) => [outcome, other.at(-1 - index)].filter((each) => each === 'inserted'))).toEqual(
      users.map(() => ['inserted']),
    );
  });

  test('an insertion of none has no outcomes', async () => {
    expect(await store.users.insertMany([])).toEqual([]);
  });

  test.each<[string, UserChanges]>([
    ['the password', { passwordHash: 'new', passwordChangedAt: after(123) }],
    ['the switch off', { isActive: false }],
    ['the switch on', { isActive: true }],
    ['the role', { isAdmin: false }],
    ['the last sign-in', { lastLogin: after(456) }],
    ['the last sign-in to none', { lastLogin: null }],
    [
      'all',
      { passwordHash: ODD_TEXT, passwordChangedAt: after(7), isActive: false, isAdmin: false, lastLogin: after(8) },
    ],
    ['nothing', {}],
  ])('an update sets %s and leaves the rest, and answers the user as they are now', async (_case, changes) => {
    const user = await inserted({ isActive: !changes.isActive });
    const bystander = await inserted();
    expect(await twin.users.update(user.id, changes)).toEqual({ ...user, ...changes });
    expect(await store.users.findById(user.id)).toEqual({ ...user, ...changes });
    expect(await store.users.findById(bystander.id)).toEqual(bystander);
  });

  test('an update of nobody makes nobody', async () => {
    const id = newId();
    expect(await store.users.update(id, { isActive: false })).toBeNull();
    expect(await store.users.findById(id)).toBeNull();
  });

  test('a hash is upgraded if it is the expected one, and nothing else changes', async () => {
    const user = await inserted();
    expect(await store.users.replacePasswordHash(user.id, 'another', 'upgraded')).toBe(false);
    expect(await store.users.replacePasswordHash(newId(), user.passwordHash, 'upgraded')).toBe(false);
    expect(await store.users.findById(user.id)).toEqual(user);
    expect(await twin.users.replacePasswordHash(user.id, user.passwordHash, 'upgraded')).toBe(true);
    expect(await store.users.findById(user.id)).toEqual({ ...user, passwordHash: 'upgraded' });
    expect(await store.users.replacePasswordHash(user.id, user.passwordHash, 'late')).toBe(false);
  });

  test('an upgrade never overwrites a password change, whichever comes first', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { id, passwordHash } = await inserted();
      const change = { passwordHash: 'changed', passwordChangedAt: after(round) };
      const upgrade = () => twin.users.replacePasswordHash(id, passwordHash, 'upgraded');
      const calls = [upgrade, () => store.users.update(id, change), upgrade];
      await Promise.all((round % 2 === 0 ? calls : calls.toReversed()).map((call) => call()));
      expect(await store.users.findById(id)).toMatchObject(change);
    }
  });

  test('of fifty upgrades at once exactly one succeeds', async () => {
    const { id, passwordHash } = await inserted();
    const outcomes = await race([store, twin], ({ users }, index) =>
      users.replacePasswordHash(id, passwordHash, `upgraded ${index}`),
    );
    expect(count(outcomes, true)).toBe(1);
    expect((await store.users.findById(id))?.passwordHash).toBe(`upgraded ${outcomes.indexOf(true)}`);
  });

  test('a deleted user is gone, and both their names are free', async () => {
    const user = await inserted();
    const bystander = await inserted();
    expect(await twin.users.delete(user.id)).toBe(true);
    expect(await store.users.findById(user.id)).toBeNull();
    expect(await store.users.findByUsernameKey(user.usernameKey)).toBeNull();
    expect(await store.users.delete(user.id)).toBe(false);
    expect(await store.users.update(user.id, { isActive: true })).toBeNull();
    expect(await store.users.insert(user)).toBe('inserted');
    expect(await store.users.findById(bystander.id)).toEqual(bystander);
  });

  test('of fifty deletions at once exactly one meets the user', async () => {
    const { id } = await inserted();
    expect(count(await race([store, twin], ({ users }) => users.delete(id)), true)).toBe(1);
  });
});

describeEachStore('pages of users', (kind) => {
  // In the order of their code points, which is that of their UTF-8 bytes.
  const KEYS = ['-', '1', '10', '2', '_', 'a', 'a.b', 'ab', 'b', 'z', 'ß', 'é', 'ł', 'д', '中', '𝒶'];
  let place: Place;
  let store: Store;
  beforeAll(async () => {
    place = newPlace(kind);
    store = await openAt(place);
    for (const usernameKey of KEYS.toReversed())
      await store.users.insert(newUser({ usernameKey, id: `id ${usernameKey}` }));
  });
  afterAll(async () => {
    await store.close();
    await place.remove();
  });

  const keys = async (afterKey: string | null, limit: number) =>
    (await store.users.list({ after: afterKey, limit })).map(({ usernameKey }) => usernameKey);

  test('have all users in the order of their keys', async () => {
    expect(await keys(null, 100)).toEqual(KEYS);
    expect((await store.users.list({ after: null, limit: 1 }))[0]).toMatchObject({ id: 'id -', usernameKey: '-' });
  });

  test.each([1, 3, 16, 17])('of %i lead through all, each once', async (limit) => {
    const seen: string[] = [];
    for (let page = await keys(null, limit); page.length > 0; page = await keys(seen.at(-1) ?? '', limit)) {
      expect(page.length).toBeLessThanOrEqual(limit);
      seen.push(...page);
    }
    expect(seen).toEqual(KEYS);
  });

  test('begin after a key that is nobody’s', async () => {
    expect(await keys('ac', 2)).toEqual(['b', 'z']);
    expect(await keys('', 1)).toEqual(['-']);
    expect(await keys('𝒷', 2)).toEqual([]);
  });

  test('of none have none', async () => {
    expect(await keys(null, 0)).toEqual([]);
  });
});
