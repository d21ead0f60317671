import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { SecurityEvent } from '../../../src/contracts/hooks.ts';
import type { Store } from '../../../src/contracts/store/store.ts';
import { removeTraces } from '../../../src/core/users/traces.ts';
import { claimsOf } from '../../support/forge.ts';
import { startTestLibrary, type TestLibrary } from '../../support/library.ts';
import { PASSWORD } from '../../support/server.ts';
import { describeEachStore } from '../../support/stores.ts';

/** That there is no user any more refuses their tokens here; others, which ask no store of users, hear of the sessions. */
describeEachStore('deleting a user', (kind) => {
  let library: TestLibrary;
  let events: SecurityEvent[];
  beforeEach(async () => {
    events = [];
    library = await startTestLibrary(kind, { onSecurityEvent: (event) => void events.push(event) });
  });
  afterEach(() => library.remove());

  test('S19: ends all their sessions, and tells of them in the feed', async () => {
    const { auth, alice } = library;
    const bob = await auth.users.create({ username: 'bob', password: PASSWORD });
    const pairs = [await auth.tokens.forUser(alice), await auth.tokens.forUser(alice)];
    const other = await auth.tokens.forUser(bob);
    events.length = 0;
    expect(await auth.users.delete(alice.id)).toBe(true);
    const sids = pairs.map(({ access }) => String(claimsOf(access.token)['sid']));
    for (const sid of sids) expect(await auth.sessions.find(sid)).toMatchObject({ revokedReason: 'user_deleted' });
    const { sessions } = await auth.revocations.page();
    expect(sessions.map(({ sid }) => sid).toSorted()).toEqual(sids.toSorted());
    expect(events).toMatchObject([
      { event: 'user_deleted', userId: alice.id },
      { event: 'sessions_ended', userId: alice.id, sessions: 2, reason: 'user_deleted' },
    ]);
    expect(await auth.tokens.verify(other.access.token)).toMatchObject({ userId: bob.id });
  });

  test('that there is none tells nothing', async () => {
    expect(await library.auth.users.delete('nobody')).toBe(false);
    expect(events.map(({ event }) => event)).toEqual(['user_created']);
  });

  test('ends the sessions that an earlier try has left, when the store was gone between its two writes', async () => {
    const { auth, seam, alice } = library;
    const { access } = await auth.tokens.forUser(alice);
    seam.failAt('sessions.revokeAll');
    await expect(auth.users.delete(alice.id)).rejects.toMatchObject({ reason: 'store_unavailable' });
    expect(await auth.users.delete(alice.id)).toBe(false);
    expect(await auth.sessions.find(String(claimsOf(access.token)['sid']))).toMatchObject({
      revokedReason: 'user_deleted',
    });
  });
});

describe('the removal of what is kept beside an account', () => {
  const NAMES = ['secondFactors', 'links', 'outbox', 'accountEvents'] as const;
  /** A store in which each removal takes a while, and one of them fails. */
  const storeWith = (gone: string[], failing?: string) => {
    const remove = (name: string) => async () => {
      await new Promise((resolve) => setImmediate(resolve));
      if (name === failing) throw new Error('the store is gone');
      gone.push(name);
    };
    return Object.fromEntries(
      NAMES.map((name) => [name, { delete: remove(name), deleteOfUser: remove(name) }]),
    ) as unknown as Store;
  };

  test('is told when it is done', async () => {
    const gone: string[] = [];
    await removeTraces(storeWith(gone), 'u');
    expect(gone.toSorted()).toEqual(NAMES.toSorted());
  });

  test.each(NAMES)('is not told as done where %s cannot be removed', async (name) => {
    await expect(removeTraces(storeWith([], name), 'u')).rejects.toThrow('the store is gone');
  });
});
