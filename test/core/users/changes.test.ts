import { availableParallelism } from 'node:os';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { systemClock } from '../../../src/contracts/clock.ts';
import { Overloaded } from '../../../src/contracts/errors.ts';
import type { SecurityEvent, User } from '../../../src/contracts/hooks.ts';
import { PasswordCheck } from '../../../src/core/users/password-check.ts';
import { PasswordHasher } from '../../../src/core/users/password-hasher.ts';
import { startTestLibrary, type TestLibrary } from '../../support/library.ts';
import { PASSWORD } from '../../support/server.ts';
import { describeEachStore } from '../../support/stores.ts';

const NEXT_PASSWORD = 'through the looking glass';
const CLIENT = { userAgent: null, ipAddress: null };
const GONE = { reason: 'store_unavailable' };

describeEachStore('a change of an account', (kind) => {
  let library: TestLibrary;
  let events: SecurityEvent[];
  beforeEach(async () => {
    events = [];
    library = await startTestLibrary(kind, { onSecurityEvent: (event) => void events.push(event) });
    events.length = 0;
  });
  afterEach(() => library.remove());
  const told = () => events.map(({ event }) => event);

  test.each([
    [{ isActive: true }, ['user_enabled']],
    [{ isActive: false }, ['user_disabled', 'sessions_ended']],
    [{ isAdmin: true }, ['admin_granted']],
    [{ isAdmin: false }, ['admin_revoked']],
    [{ isActive: true, isAdmin: true }, ['user_enabled', 'admin_granted']],
  ])('to %j tells what changed, and nothing else', async (changes, names) => {
    const { auth, alice } = library;
    await auth.tokens.forUser(alice);
    expect(await auth.users.change(alice.id, changes)).toEqual({ ...alice, ...changes });
    expect(told()).toEqual(names);
    events.length = 0;
    expect(await auth.users.change('nobody', changes)).toBeNull();
    expect(told()).toEqual([]);
  });

  test.each([
    [false, ['user_created']],
    [true, ['user_created', 'admin_granted']],
  ])('that makes one tells so, and whether it is of an admin: %s', async (isAdmin, names) => {
    const user = await library.auth.users.create({ username: 'bob', password: PASSWORD, isAdmin });
    expect(user).toMatchObject({ username: 'bob', isAdmin, isActive: true, lastLogin: null });
    expect(told()).toEqual(names);
    expect(events.map(({ userId }) => userId)).toEqual(names.map(() => user.id));
  });

  test('names who made it, where that is not the user', async () => {
    const { auth } = library;
    const by = { actorId: 'root', client: CLIENT };
    const { id } = await auth.users.create({ username: 'bob', password: PASSWORD, isAdmin: true }, by);
    for (const change of [
      () => auth.users.change(id, { isActive: false, isAdmin: false }, by),
      () => auth.users.setPassword(id, NEXT_PASSWORD, by),
      () => auth.users.delete(id, by),
    ]) {
      await auth.tokens.forUser((await auth.users.find(id)) as User);
      expect(await change()).not.toHaveProperty('passwordHash');
    }
    const made = ['user_created', 'admin_granted'];
    const changed = ['user_disabled', 'admin_revoked', 'sessions_ended', 'password_changed', 'sessions_ended'];
    expect(told()).toEqual([...made, ...changed, 'user_deleted', 'sessions_ended']);
    for (const event of events) expect(event).toMatchObject({ userId: id, ...by });
  });

  test('that invites somebody stores what Django stores where there is no password, and nobody signs in with', async () => {
    const { auth, seam } = library;
    const { id } = await auth.users.invite({ username: 'bob' }, {});
    expect((await seam.store.users.findById(id))?.passwordHash).toMatch(/^![\w-]{40}$/);
  });

  test('is not done while the sessions live on: who asked is told that the store is gone', async () => {
    const { auth, seam, alice } = library;
    const { id } = alice;
    const changes = [
      () => auth.users.setPassword(id, NEXT_PASSWORD),
      () => auth.users.changePassword(id, NEXT_PASSWORD, PASSWORD),
      () => auth.users.setActive(id, false),
    ];
    for (const change of changes) {
      seam.failAt('sessions.revokeAll');
      await expect(change()).rejects.toMatchObject(GONE);
    }
  });

  test('of the password is dated, and makes the hash of before useless', async () => {
    const { auth, seam, clock, alice } = library;
    clock.advance(60);
    await auth.users.changePassword(alice.id, PASSWORD, NEXT_PASSWORD);
    const record = await seam.store.users.findById(alice.id);
    expect(record?.passwordChangedAt).toEqual(new Date(clock.read()));
    expect(await auth.users.authenticate('alice', NEXT_PASSWORD, CLIENT)).toMatchObject({ id: alice.id });
  });

  test('by another hash of a right password is told where the store fails, and waits where there is too much to do', async () => {
    const { seam, alice } = library;
    const record = await seam.store.users.findById(alice.id);
    if (record === null) throw new Error('expected alice');
    const hasher = new PasswordHasher(5, systemClock);
    const check = new PasswordCheck({ store: seam.store, hasher });
    seam.failAt('users.replacePasswordHash');
    await expect(check.upgrade(record, PASSWORD)).rejects.toMatchObject(GONE);
    jest.spyOn(hasher, 'hash').mockRejectedValue(new Overloaded());
    await check.upgrade(record, PASSWORD);
    expect(await seam.store.users.findById(alice.id)).toEqual(record);
  });

  test('hands out no secret, nor does looking one up', async () => {
    const { auth, alice } = library;
    expect(await auth.users.find(alice.id)).toEqual(alice);
    expect(await auth.users.findByUsername('ALICE')).toEqual(alice);
    expect(await auth.users.list(10)).toEqual([alice]);
    expect(Object.keys(alice)).not.toContain('passwordHash');
    expect(await auth.users.findByUsername('nobody')).toBeNull();
    expect(await auth.users.find('nobody')).toBeNull();
  });
});

test('64 passwords may wait for as many as are checked at once, and the next is refused', async () => {
  const hasher = new PasswordHasher(4, systemClock);
  const room = availableParallelism() + 64;
  const outcomes = await Promise.allSettled(Array.from({ length: room + 1 }, () => hasher.hash(PASSWORD)));
  expect(outcomes.map(({ status }) => status)).toEqual([
    ...Array.from({ length: room }, () => 'fulfilled'),
    'rejected',
  ]);
});

test('a sign-in that fails is answered once those who are told of it have done their work', async () => {
  let isDone = false;
  const onLoginFailed = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    isDone = true;
  };
  const library = await startTestLibrary('sqlite', { onLoginFailed });
  await expect(library.auth.users.authenticate('alice', 'wrong', CLIENT)).rejects.toMatchObject({
    reason: 'no_active_account',
  });
  expect(isDone).toBe(true);
  await library.remove();
});
