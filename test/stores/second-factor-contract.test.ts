import { expect, test } from '@jest/globals';
import type { Store } from '../../src/contracts/store/store.ts';
import { describeEachStore } from '../support/stores.ts';
import {
  after,
  count,
  newFactors,
  newId,
  newReplay,
  newSession,
  newUser,
  NOW,
  ODD_TEXT,
  race,
  revocation,
} from './records.ts';
import { openTwins } from './twins.ts';

describeEachStore('the second factors of a store', (kind) => {
  let store: Store;
  let twin: Store;
  openTwins(kind, (...opened) => ([store, twin] = opened));

  test.each([
    ['an app, one that waits, and codes', {}],
    ['nothing', { totp: null, pending: null, recoveryHashes: [] }],
    ['odd text', { pending: { secret: ODD_TEXT, createdAt: NOW }, recoveryHashes: [ODD_TEXT] }],
  ])('are found as they were stored: %s', async (_what, fields) => {
    const factors = newFactors(fields);
    expect(await store.secondFactors.replace(null, factors)).toBe(true);
    expect(await twin.secondFactors.find(factors.userId)).toEqual(factors);
    expect(await twin.secondFactors.find(`${factors.userId} `)).toBeNull();
    expect(await twin.secondFactors.delete(factors.userId)).toBe(true);
    expect(await store.secondFactors.find(factors.userId)).toBeNull();
    expect(await store.secondFactors.delete(factors.userId)).toBe(false);
  });

  test('are begun, and then changed, by one of fifty calls at once', async () => {
    const userId = newId();
    let former = null;
    for (let version = 1; version <= 3; version += 1) {
      const made = Array.from({ length: 50 }, () => newFactors({ userId, version }));
      const before = former;
      const replaced = await race([store, twin], (one, index) =>
        one.secondFactors.replace(before, made[index] ?? newFactors({ userId, version })),
      );
      expect(count(replaced, true)).toBe(1);
      former = await twin.secondFactors.find(userId);
      expect(former).toEqual(made[replaced.indexOf(true)]);
    }
    expect(await store.secondFactors.replace(newFactors({ userId, version: 2 }), newFactors({ userId }))).toBe(false);
    expect(await store.secondFactors.replace(null, newFactors({ userId }))).toBe(false);
    expect(await twin.secondFactors.find(userId)).toEqual(former);
  });

  test('roles of a user are stored with them, changed and taken away', async () => {
    const user = newUser({ roles: ['AUTHOR', ODD_TEXT] });
    await store.users.insert(user);
    expect(await twin.users.findById(user.id)).toEqual(user);
    const changed = { ...user, roles: ['EDITOR'] };
    expect(await store.users.update(user.id, { roles: ['EDITOR'] })).toEqual(changed);
    expect(await twin.users.update(user.id, { isActive: false })).toEqual({ ...changed, isActive: false });
    const { roles: _roles, ...without } = changed;
    await store.users.update(user.id, { roles: [] });
    expect(await twin.users.findByUsernameKey(user.usernameKey)).toStrictEqual({ ...without, isActive: false });
  });

  test('a session keeps the name of its device and the last proof of its user, until it is revoked', async () => {
    const proof = { at: after(9), methods: ['pwd', 'otp', 'mfa'] };
    const session = newSession({ deviceName: ODD_TEXT, authentication: proof });
    const plain = newSession();
    await Promise.all([store.sessions.insert(session), store.sessions.insert(plain)]);
    expect(await twin.sessions.find(session.id)).toEqual(session);
    expect(await twin.sessions.find(plain.id)).toEqual(plain);
    const later = { at: after(10), methods: [] };
    expect(await store.sessions.rename(plain.id, 'Phone')).toBe(true);
    expect(await store.sessions.reauthenticate(plain.id, later)).toBe(true);
    const changed = { ...plain, deviceName: 'Phone', authentication: later };
    expect(await twin.sessions.find(plain.id)).toEqual(changed);
    await store.sessions.revoke(plain.id, revocation());
    expect(await store.sessions.rename(plain.id, 'Other')).toBe(false);
    expect(await store.sessions.reauthenticate(plain.id, proof)).toBe(false);
    expect(await twin.sessions.find(plain.id)).toMatchObject({ deviceName: 'Phone', authentication: later });
    expect(await store.sessions.rename(newId(), 'Other')).toBe(false);
  });

  test('all sessions of a user are listed, and made anonymous, the ended ones too', async () => {
    const userId = newId();
    const client = { userAgent: 'A', ipAddress: '192.0.2.1' };
    const told = { userId, rotatedBy: client, replay: newReplay(), deviceName: 'Phone' };
    const [oldest, ended, expired] = [
      newSession({ ...told, createdAt: after(1) }),
      newSession({ ...told, createdAt: after(2), revokedAt: after(4), revokedReason: 'revoked' }),
      newSession({ ...told, createdAt: after(3), expiresAt: after(-1) }),
    ];
    const others = newSession({ ...told, userId: newId() });
    for (const session of [ended, oldest, expired, others]) await store.sessions.insert(session);
    const listed = await twin.sessions.listAll(userId);
    expect(listed).toEqual([expired, ended, oldest]);
    await store.sessions.anonymize(userId);
    const nothing = { userAgent: null, ipAddress: null, rotatedBy: null, replay: null };
    const { deviceName: _name, ...rest } = ended;
    expect(await twin.sessions.find(ended.id)).toEqual({ ...rest, ...nothing });
    expect(await twin.sessions.find(oldest.id)).toMatchObject(nothing);
    expect(await twin.sessions.find(others.id)).toEqual(others);
  });
});
