import { expect, test } from '@jest/globals';
import type { Store } from '../../src/contracts/store/store.ts';
import { describeEachStore } from '../support/stores.ts';
import { after, newEntry, newReplay, newSession, NOW, revocation } from './records.ts';
import { openTwins } from './twins.ts';

const MOMENTS = [1, 2, 2, 2, 3];
/** In another order than the moments, but where these are the same. */
const NAMES = ['9', '1', '2', '3', '0'];

describeEachStore('what was revoked', (kind) => {
  let store: Store;
  openTwins(kind, (opened) => (store = opened));

  test('is listed as sessions in the order of their ends and names, from any of them on', async () => {
    const revoked = MOMENTS.map((moment, index) =>
      newSession({ id: `s${index}`, revokedAt: after(moment), revokedReason: 'limit' }),
    );
    for (const session of [newSession(), ...revoked.toReversed()]) await store.sessions.insert(session);
    const list = (at: Date, name: string, limit = 9) => store.sessions.listRevoked({ at, name }, limit);
    expect(await list(NOW, '')).toEqual(revoked);
    expect(await list(after(2), '')).toEqual(revoked.slice(1));
    expect(await list(after(2), 's2')).toEqual(revoked.slice(3));
    expect(await list(after(1), 's9')).toEqual(revoked.slice(1));
    expect(await list(after(1), '', 3)).toEqual(revoked.slice(0, 3));
    expect(await list(after(1), '', 0)).toEqual([]);
    expect(await list(after(4), '')).toEqual([]);
    const one = newSession();
    await store.sessions.insert(one);
    await store.sessions.revoke(one.id, revocation());
    expect((await list(after(4), '')).map(({ id }) => id)).toEqual([one.id]);
  });

  test('is listed among what began, in the order of beginnings and names, from any of them on', async () => {
    const begun = MOMENTS.map((moment, index) =>
      newSession({
        id: `b${NAMES[index]}`,
        createdAt: after(100 + moment),
        ...(index === 3 && { revokedAt: after(0), revokedReason: 'limit' }),
      }),
    );
    for (const session of begun.toReversed()) await store.sessions.insert(session);
    const list = (at: Date, name: string, limit = 9) => store.sessions.listBegun({ at, name }, limit);
    expect(await list(after(101), '')).toEqual(begun);
    expect(await list(after(102), 'b2')).toEqual(begun.slice(3));
    expect(await list(after(101), '', 3)).toEqual(begun.slice(0, 3));
    expect(await list(after(101), '', 0)).toEqual([]);
    expect(await list(after(104), '')).toEqual([]);
  });

  test('is listed among what was replayed, in the order of reports and names, and only what was reported', async () => {
    const client = { userAgent: 'agent', ipAddress: null };
    const reported = (moment: number) => ({ at: after(moment), rotations: 3, refreshedBy: client, replayedBy: client });
    const replayed = MOMENTS.map((moment, index) =>
      newSession({ id: `r${NAMES[index]}`, replay: newReplay({ reported: reported(moment) }) }),
    );
    const others = [newSession(), newSession({ replay: newReplay({ reported: null }) })];
    for (const session of [...others, ...replayed.toReversed()]) await store.sessions.insert(session);
    const list = (at: Date, name: string, limit = 9) => store.sessions.listReplayed({ at, name }, limit);
    expect(await list(NOW, '')).toEqual(replayed);
    expect(await list(after(2), 'r2')).toEqual(replayed.slice(3));
    expect(await list(after(1), '', 3)).toEqual(replayed.slice(0, 3));
    expect(await list(after(1), '', 0)).toEqual([]);
    expect(await list(after(4), '')).toEqual([]);
    const one = newSession();
    await store.sessions.insert(one);
    await store.sessions.noteReplay(one.id, null, newReplay({ jti: one.jti, reported: reported(6) }));
    expect((await list(after(4), '')).map(({ id }) => id)).toEqual([one.id]);
  });

  test('is listed as entries in the order of their moments and names, from any of them on', async () => {
    const entries = MOMENTS.map((moment, index) => newEntry({ jti: `j${index}`, blacklistedAt: after(moment) }));
    for (const entry of entries.toReversed()) await store.blacklist.add(entry);
    const list = (at: Date, name: string, limit = 9) => store.blacklist.list({ at, name }, limit);
    expect(await list(NOW, '')).toEqual(entries);
    expect(await list(after(2), '')).toEqual(entries.slice(1));
    expect(await list(after(2), 'j2')).toEqual(entries.slice(3));
    expect(await list(after(1), 'j9')).toEqual(entries.slice(1));
    expect(await list(after(1), '', 3)).toEqual(entries.slice(0, 3));
    expect(await list(after(1), '', 0)).toEqual([]);
    expect(await list(after(4), '')).toEqual([]);
  });
});
