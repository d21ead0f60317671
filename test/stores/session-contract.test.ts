import { expect, test } from '@jest/globals';
import type { SessionRecord, Store } from '../../src/contracts/store/store.ts';
import { describeEachStore } from '../support/stores.ts';
import { after, count, newId, newSession, newUser, NOW, ODD_TEXT, race, revocation } from './records.ts';
import { openTwins } from './twins.ts';

describeEachStore('the sessions of a store', (kind) => {
  let store: Store;
  let twin: Store;
  openTwins(kind, (...opened) => ([store, twin] = opened));

  const inserted = async (fields: Partial<SessionRecord> = {}): Promise<SessionRecord> => {
    const session = newSession(fields);
    expect(await store.sessions.insert(session)).toBe(true);
    return session;
  };
  /** A user's sessions, the oldest first. */
  const insertedFor = async (userId: string, ...fields: Partial<SessionRecord>[]): Promise<SessionRecord[]> => {
    const sessions: SessionRecord[] = [];
    for (const [index, each] of fields.entries()) {
      sessions.push(await inserted({ userId, createdAt: after(index), ...each }));
    }
    return sessions;
  };
  const now = (session: SessionRecord | undefined) => store.sessions.find(session?.id ?? '');
  const live = async (userId: string, at = NOW) => (await store.sessions.listLive(userId, at)).map(({ id }) => id);
  const idsOf = (...sessions: (SessionRecord | undefined)[]) => sessions.map((session) => session?.id);
  const { at: revokedAt, reason: revokedReason } = revocation();

  test.each<[string, Partial<SessionRecord>]>([
    ['of the usual kind', {}],
    ['of an unknown device', { userAgent: null, ipAddress: null }],
    ['with a predecessor', { previousJti: 'before' }],
    ['that has ended', { revokedAt: after(1), revokedReason: 'limit' }],
    ['of an odd device', { userAgent: ODD_TEXT, ipAddress: '::ffff:127.0.0.1' }],
    ['of a device without a name', { userAgent: '', ipAddress: '' }],
    ['with odd names', { id: ODD_TEXT, userId: ODD_TEXT, jti: ODD_TEXT }],
    ['with moments far apart', { createdAt: new Date(0), endsAt: new Date('9999-12-31T23:59:59.999Z') }],
  ])('a session %s is found as inserted', async (_case, fields) => {
    const session = await inserted(fields);
    expect(await twin.sessions.find(session.id)).toEqual(session);
    expect(await twin.sessions.findWithUser(session.id, 'nobody')).toEqual({ session, user: null });
  });

  test.each([ODD_TEXT, newId()])(
    'a session and a user are found together, and each without the other: %j',
    async (id) => {
      const [session, other] = [await inserted({ id: `together ${id}` }), await inserted()];
      const user = newUser({ id: `together ${id}`, lastLogin: null });
      expect(await store.users.insert(user)).toBe('inserted');
      expect(await twin.sessions.findWithUser(session.id, user.id)).toEqual({ session, user });
      expect(await twin.sessions.findWithUser(other.id, user.id)).toEqual({ session: other, user });
      expect(await twin.sessions.findWithUser(session.id, other.userId)).toEqual({ session, user: null });
      expect(await twin.sessions.findWithUser(user.username, user.id)).toEqual({ session: null, user });
      expect(await twin.sessions.findWithUser('', '')).toEqual({ session: null, user: null });
    },
  );

  test('no session is found by anything but exactly its id', async () => {
    const { id, jti, userId } = await inserted({ id: `Id-${newId()}` });
    for (const other of ['', id.toLowerCase(), `${id} `, id.slice(1), '%', jti, userId]) {
      expect(await store.sessions.find(other)).toBeNull();
    }
  });

  test('the first session of an id is kept', async () => {
    const first = await inserted();
    expect(await twin.sessions.insert(newSession({ id: first.id }))).toBe(false);
    expect(await now(first)).toEqual(first);
  });

  test('of fifty insertions at once with one id exactly one succeeds', async () => {
    for (let round = 0; round < 5; round += 1) {
      const id = newId();
      const sessions = Array.from({ length: 50 }, () => newSession({ id }));
      const outcomes = await race([store, twin], (each, index) =>
        each.sessions.insert(sessions[index] ?? newSession()),
      );
      expect(count(outcomes, true)).toBe(1);
      expect(await store.sessions.find(id)).toEqual(sessions[outcomes.indexOf(true)]);
    }
  });

  test('the live ones are a user’s own that are neither revoked nor past their end, the newest first', async () => {
    const userId = newId();
    const [old, , recent] = await insertedFor(userId, {}, { revokedAt, revokedReason }, {});
    await inserted({ userId: newId() });
    const other = await inserted({ userId: userId.toUpperCase() });
    expect(await live(userId)).toEqual(idsOf(recent, old));
    expect(await twin.sessions.listLive(userId, NOW)).toEqual([recent, old]);
    expect(await live(userId.toUpperCase())).toEqual([other.id]);
    expect(await live(newId())).toEqual([]);
  });

  test('a session is past its end when the time has come, to the millisecond', async () => {
    const userId = newId();
    const [session] = await insertedFor(userId, { expiresAt: after(60_000) });
    expect(await live(userId, after(59_999))).toEqual(idsOf(session));
    expect(await live(userId, after(60_000))).toEqual([]);
    expect(await live(userId, after(60_001))).toEqual([]);
  });

  test('sessions of one moment are listed in one order, always', async () => {
    const userId = newId();
    for (const id of ['b', 'c', 'a']) await inserted({ userId, id: `${id} ${userId}`, createdAt: NOW });
    const order = ['c', 'b', 'a'].map((id) => `${id} ${userId}`);
    expect(await live(userId)).toEqual(order);
    expect(await store.sessions.revokeOldest(userId, 2, revocation('limit', 0))).toBe(1);
    expect(await live(userId)).toEqual(order.slice(0, 2));
  });

  test('a revocation ends a session once, and its first reason stays', async () => {
    const session = await inserted();
    const bystander = await inserted({ userId: session.userId });
    expect(await store.sessions.revoke(session.id, revocation())).toBe(true);
    expect(await twin.sessions.revoke(session.id, revocation('signed_out', 9999))).toBe(false);
    expect(await now(session)).toEqual({ ...session, revokedAt, revokedReason });
    expect(await now(bystander)).toEqual(bystander);
    expect(await store.sessions.revoke(newId(), revocation())).toBe(false);
  });

  test('of fifty revocations at once exactly one ends the session', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id } = await inserted();
      const outcomes = await race([store, twin], ({ sessions }, index) =>
        sessions.revoke(id, revocation('reused', index)),
      );
      expect(count(outcomes, true)).toBe(1);
      expect((await store.sessions.find(id))?.revokedAt).toEqual(after(outcomes.indexOf(true)));
    }
  });

  test('all sessions of a user end but the one that is spared', async () => {
    const userId = newId();
    const [first, spared, third, ended] = await insertedFor(
      userId,
      {},
      {},
      {},
      { revokedAt: NOW, revokedReason: 'limit' },
    );
    const bystander = await inserted();
    expect(await twin.sessions.revokeAll(userId, revocation(), spared?.id)).toBe(2);
    expect(await now(first)).toEqual({ ...first, revokedAt, revokedReason });
    expect(await now(third)).toEqual({ ...third, revokedAt, revokedReason });
    expect(await Promise.all([now(spared), now(ended), now(bystander)])).toEqual([spared, ended, bystander]);
    expect(await store.sessions.revokeAll(userId, revocation('reused'))).toBe(1);
    expect((await now(spared))?.revokedReason).toBe('reused');
    expect(await store.sessions.revokeAll(userId, revocation())).toBe(0);
    expect(await store.sessions.revokeAll(newId(), revocation())).toBe(0);
  });

  test('sparing a session that is none, or somebody else’s, spares nothing', async () => {
    const [stranger, userId] = [await inserted(), newId()];
    await insertedFor(userId, {}, {});
    expect(await store.sessions.revokeAll(userId, revocation(), stranger.id)).toBe(2);
    expect(await now(stranger)).toEqual(stranger);
  });

  test('fifty calls at once to end all sessions end each once', async () => {
    const userId = newId();
    await insertedFor(userId, {}, {}, {}, {}, {});
    const ended = await race([store, twin], ({ sessions }) => sessions.revokeAll(userId, revocation()));
    expect(ended.reduce((sum, each) => sum + each, 0)).toBe(5);
    expect(await live(userId)).toEqual([]);
  });

  test('the oldest live sessions end until so many are left', async () => {
    const userId = newId();
    const sessions = await insertedFor(
      userId,
      {},
      { expiresAt: after(7001) }, // over by the time of the revocation
      {},
      { revokedAt: NOW, revokedReason: 'signed_out' },
      {},
      {},
    );
    const [first, expired, second, ended, third, fourth] = sessions;
    expect(await store.sessions.revokeOldest(userId, 4, revocation('limit'))).toBe(0);
    expect(await store.sessions.revokeOldest(userId, 100, revocation('limit'))).toBe(0);
    expect(await twin.sessions.revokeOldest(userId, 2, revocation('limit'))).toBe(2);
    expect(await now(first)).toEqual({ ...first, revokedAt, revokedReason: 'limit' });
    expect(await now(second)).toEqual({ ...second, revokedAt, revokedReason: 'limit' });
    expect(await Promise.all([expired, ended, third, fourth].map(now))).toEqual([expired, ended, third, fourth]);
    expect(await store.sessions.revokeOldest(userId, 2, revocation('limit'))).toBe(0);
    expect(await store.sessions.revokeOldest(userId, 0, revocation('limit'))).toBe(2);
    expect(await live(userId)).toEqual(idsOf(expired));
  });

  test('fifty calls at once to end the oldest end each once, and never one of the newest', async () => {
    const userId = newId();
    const sessions = await insertedFor(userId, ...Array.from({ length: 8 }, () => ({})));
    const ended = await race([store, twin], (each) => each.sessions.revokeOldest(userId, 3, revocation('limit')));
    expect(ended.reduce((sum, each) => sum + each, 0)).toBe(5);
    expect(await live(userId)).toEqual(idsOf(...sessions.slice(5).toReversed()));
  });

  test('sessions whose end is not after the given time are removed, revoked or not, and counted', async () => {
    await store.sessions.deleteExpired(new Date(Date.UTC(9999, 0)));
    const [before, at, later, revoked, gone] = await insertedFor(
      newId(),
      { expiresAt: after(-1) },
      { expiresAt: NOW },
      { expiresAt: after(1) },
      { expiresAt: after(1), revokedAt, revokedReason },
      { expiresAt: NOW, revokedAt, revokedReason },
    );
    expect(await twin.sessions.deleteExpired(after(-2))).toBe(0);
    expect(await twin.sessions.deleteExpired(NOW)).toBe(3);
    expect(await Promise.all([before, at, gone].map(now))).toEqual([null, null, null]);
    expect(await Promise.all([later, revoked].map(now))).toEqual([later, revoked]);
    expect(await store.sessions.deleteExpired(NOW)).toBe(0);
  });
});
