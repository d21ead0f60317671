import { expect, test } from '@jest/globals';
import type { SessionRecord, Store } from '../../src/contracts/store/store.ts';
import { describeEachStore } from '../support/stores.ts';
import { after, count, newId, newReplay, newSession, newSuccessor, ODD_TEXT, race, revocation } from './records.ts';
import { openTwins } from './twins.ts';

describeEachStore('the tokens of a stored session', (kind) => {
  let store: Store;
  let twin: Store;
  openTwins(kind, (...opened) => ([store, twin] = opened));

  const inserted = async (fields: Partial<SessionRecord> = {}): Promise<SessionRecord> => {
    const session = newSession(fields);
    expect(await store.sessions.insert(session)).toBe(true);
    return session;
  };
  const ended = { revokedAt: after(1), revokedReason: 'signed_out' } as const;

  test('rotating makes the successor current and the presented one its predecessor, and leaves the rest', async () => {
    const session = await inserted({ previousJti: 'before' });
    const bystander = await inserted({ userId: session.userId, jti: session.jti });
    const successor = newSuccessor({ rotatedBy: { userAgent: ODD_TEXT, ipAddress: null } });
    expect(await twin.sessions.rotate(session.id, session.jti, successor)).toBe(true);
    const rotated = { ...session, ...successor, previousJti: session.jti };
    expect(await store.sessions.find(session.id)).toEqual(rotated);
    expect(await store.sessions.find(bystander.id)).toEqual(bystander);

    const next = newSuccessor({ expiresAt: after(90_000) });
    expect(await store.sessions.rotate(session.id, successor.jti, next)).toBe(true);
    expect(await twin.sessions.find(session.id)).toEqual({ ...session, ...next, previousJti: successor.jti });
  });

  test('rotating with any token but the current one changes nothing', async () => {
    const { id, ...first } = await inserted();
    const second = newSuccessor();
    await store.sessions.rotate(id, first.jti, second);
    const session = await store.sessions.find(id);
    for (const jti of [first.jti, newId(), '', second.jti.toUpperCase(), `${second.jti} `, '%']) {
      expect(await store.sessions.rotate(id, jti, newSuccessor())).toBe(false);
    }
    expect(await store.sessions.find(id)).toEqual(session);
  });

  test('no session that has ended, or that there never was, is rotated, replaced or touched', async () => {
    const session = await inserted(ended);
    const nobody = newId();
    for (const id of [session.id, nobody]) {
      expect(await store.sessions.rotate(id, session.jti, newSuccessor())).toBe(false);
      expect(await store.sessions.replaceCurrent(id, newSuccessor())).toBe(false);
      expect(await store.sessions.touch(id, after(9))).toBe(false);
    }
    expect(await store.sessions.find(session.id)).toEqual(session);
    expect(await store.sessions.find(nobody)).toBeNull();
  });

  test('tokens may have any name', async () => {
    const { id } = await inserted({ jti: ODD_TEXT });
    expect(await store.sessions.rotate(id, ODD_TEXT, newSuccessor({ jti: `next ${ODD_TEXT}` }))).toBe(true);
    expect(await store.sessions.find(id)).toMatchObject({ jti: `next ${ODD_TEXT}`, previousJti: ODD_TEXT });
  });

  test('of fifty rotations at once with one token exactly one succeeds, and its successor is current', async () => {
    const { id, jti: first } = await inserted();
    let current = first;
    for (let round = 0; round < 10; round += 1) {
      const presented = current;
      const successors = Array.from({ length: 50 }, (_, index) => newSuccessor({ rotatedAt: after(index) }));
      const outcomes = await race([store, twin], ({ sessions }, index) =>
        sessions.rotate(id, presented, successors[index] ?? newSuccessor()),
      );
      expect(count(outcomes, true)).toBe(1);
      const winner = successors[outcomes.indexOf(true)];
      expect(await store.sessions.find(id)).toMatchObject({ ...winner, previousJti: presented });
      current = winner?.jti ?? '';
    }
  });

  test('of fifty rotations and a revocation at once at most one rotates, and the session has ended', async () => {
    for (let round = 0; round < 5; round += 1) {
      const session = await inserted();
      const outcomes = await race([store, twin], ({ sessions }, index) =>
        index === round * 10
          ? sessions.revoke(session.id, revocation())
          : sessions.rotate(session.id, session.jti, newSuccessor()),
      );
      const [revoked] = outcomes.splice(round * 10, 1);
      expect(revoked).toBe(true);
      expect(count(outcomes, true)).toBeLessThanOrEqual(1);
      const { at: revokedAt, reason: revokedReason } = revocation();
      const now = await store.sessions.find(session.id);
      expect(now).toMatchObject({ revokedAt, revokedReason });
      expect(await store.sessions.rotate(session.id, now?.jti ?? '', newSuccessor())).toBe(false);
    }
  });

  test('a replay is noted as it is given, over the note before, and rotating leaves it', async () => {
    const session = await inserted({ previousJti: 'before' });
    const bystander = await inserted({ userId: session.userId, jti: session.jti });
    const first = newReplay({ jti: session.jti, reported: null });
    const second = newReplay({ jti: session.jti, version: 2 });
    expect(await twin.sessions.noteReplay(session.id, null, first)).toBe(true);
    expect(await store.sessions.find(session.id)).toEqual({ ...session, replay: first });
    expect(await store.sessions.noteReplay(session.id, first, second)).toBe(true);
    expect(await twin.sessions.find(session.id)).toEqual({ ...session, replay: second });
    const successor = newSuccessor();
    await store.sessions.rotate(session.id, session.jti, successor);
    expect(await store.sessions.find(session.id)).toMatchObject({ ...successor, replay: second });
    expect(await store.sessions.find(bystander.id)).toEqual(bystander);
    const kept = await inserted({ replay: second, rotatedBy: { userAgent: 'Mozilla/5.0', ipAddress: '::1' } });
    expect(await twin.sessions.find(kept.id)).toEqual(kept);
  });

  test('a replay is noted of the current token of a session that goes on, over the note that was seen, and else not', async () => {
    const session = await inserted();
    const note = newReplay({ jti: session.jti });
    const [over, ofAnother] = [newReplay({ jti: session.jti, version: 2 }), newReplay({ jti: newId() })];
    expect(await store.sessions.noteReplay(session.id, null, ofAnother)).toBe(false);
    expect(await store.sessions.noteReplay(session.id, note, over)).toBe(false);
    expect(await store.sessions.noteReplay(newId(), null, note)).toBe(false);
    expect(await store.sessions.noteReplay(session.id, null, note)).toBe(true);
    expect(await store.sessions.noteReplay(session.id, null, over)).toBe(false);
    expect(await store.sessions.noteReplay(session.id, { ...note, version: 7 }, over)).toBe(false);
    expect(await store.sessions.find(session.id)).toEqual({ ...session, replay: note });
    const gone = await inserted(ended);
    expect(await store.sessions.noteReplay(gone.id, null, newReplay({ jti: gone.jti }))).toBe(false);
    expect(await store.sessions.find(gone.id)).toEqual(gone);
  });

  test('of fifty notes at once over one note exactly one is stored', async () => {
    const session = await inserted();
    const notes = Array.from({ length: 50 }, (_, index) => newReplay({ jti: session.jti, late: index }));
    const outcomes = await race([store, twin], ({ sessions }, index) =>
      sessions.noteReplay(session.id, null, notes[index] ?? newReplay()),
    );
    expect(count(outcomes, true)).toBe(1);
    expect((await store.sessions.find(session.id))?.replay).toEqual(notes[outcomes.indexOf(true)]);
  });

  test('replacing makes the successor current whatever was before it, and leaves the rest', async () => {
    const session = await inserted({ previousJti: 'before' });
    for (const successor of [newSuccessor(), newSuccessor({ expiresAt: after(1) })]) {
      expect(await twin.sessions.replaceCurrent(session.id, successor)).toBe(true);
      expect(await store.sessions.find(session.id)).toEqual({ ...session, ...successor });
    }
    expect(await store.sessions.rotate(session.id, session.jti, newSuccessor())).toBe(false);
  });

  test('of fifty replacements at once all succeed, and one of them is current as a whole', async () => {
    const session = await inserted();
    const successors = Array.from({ length: 50 }, (_, index) =>
      newSuccessor({ rotatedAt: after(index), lastUsedAt: after(index), expiresAt: after(index) }),
    );
    const outcomes = await race([store, twin], ({ sessions }, index) =>
      sessions.replaceCurrent(session.id, successors[index] ?? newSuccessor()),
    );
    expect(count(outcomes, true)).toBe(50);
    const now = await store.sessions.find(session.id);
    const current = successors.find(({ jti }) => jti === now?.jti);
    expect(now).toEqual({ ...session, ...current });
    expect(current).toBeDefined();
  });

  test('a touch notes the last use, and nothing else', async () => {
    const session = await inserted();
    const bystander = await inserted({ userId: session.userId });
    for (const lastUsedAt of [after(123_456), after(5)]) {
      expect(await twin.sessions.touch(session.id, lastUsedAt)).toBe(true);
      expect(await store.sessions.find(session.id)).toEqual({ ...session, lastUsedAt });
    }
    expect(await store.sessions.find(bystander.id)).toEqual(bystander);
  });

  test('a session past its end that nobody removed can still be rotated: who asks decides on time', async () => {
    const session = await inserted({ expiresAt: new Date(0), endsAt: new Date(0) });
    expect(await store.sessions.touch(session.id, after(1))).toBe(true);
    expect(await store.sessions.rotate(session.id, session.jti, newSuccessor())).toBe(true);
    expect((await store.sessions.find(session.id))?.endsAt).toEqual(new Date(0));
  });
});
