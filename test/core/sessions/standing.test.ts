import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { SecurityEvent, User } from '../../../src/contracts/hooks.ts';
import type { SettingsInput } from '../../../src/contracts/settings/settings-table.ts';
import { passwordFingerprint } from '../../../src/core/sessions/account.ts';
import { adoptedId } from '../../../src/core/sessions/standing.ts';
import { claimsOf, forge, forgeForAlice } from '../../support/forge.ts';
import { startTestLibrary, type TestLibrary } from '../../support/library.ts';
import { describeEachStore } from '../../support/stores.ts';

const CLIENT = { userAgent: 'x'.repeat(300), ipAddress: '192.0.2.1' };
const GONE = { reason: 'store_unavailable' };
const BLACKLISTED = { reason: 'token_blacklisted' };

test('the session that a token of elsewhere starts has one name, whichever server and version starts it', () => {
  expect(adoptedId('abc')).toBe(createHash('sha256').update('session of abc').digest('hex').slice(0, 32));
});

test('the claim of the password is the same on every server and version, as are the tokens that have it', () => {
  const user = { id: 'u', passwordChangedAt: new Date('2026-01-02T03:04:05.678Z') } as User;
  const expected = createHash('sha256').update('u 2026-01-02T03:04:05.678Z').digest('hex').slice(0, 32);
  expect(passwordFingerprint(user)).toBe(expected);
});

describeEachStore('a session', (kind) => {
  let library: TestLibrary;
  let events: SecurityEvent[];
  beforeEach(() => {
    events = [];
  });
  afterEach(() => library.remove());
  const start = async (options: SettingsInput = {}) => {
    const onSecurityEvent = (event: SecurityEvent) => void events.push(event);
    library = await startTestLibrary(kind, { onSecurityEvent, ...options });
    events.length = 0;
    return library;
  };

  test('keeps 256 characters of what a client says it is', async () => {
    const { auth, alice } = await start();
    await auth.tokens.forUser(alice, { client: CLIENT });
    await auth.tokens.forUser(alice);
    expect(await auth.sessions.list(alice.id)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ userAgent: 'x'.repeat(256), ipAddress: '192.0.2.1' }),
        expect.objectContaining({ userAgent: null, ipAddress: null }),
      ]),
    );
  });

  test('that ends with all others is told once, and nothing where there was none', async () => {
    const { auth, alice } = await start();
    const { access } = await auth.tokens.forUser(alice);
    await auth.tokens.forUser(alice);
    expect(await auth.sessions.revokeAll(alice.id)).toBe(2);
    expect(await auth.sessions.revokeAll(alice.id)).toBe(0);
    expect(events).toEqual([
      expect.objectContaining({ event: 'sessions_ended', userId: alice.id, sessions: 2, reason: 'revoked' }),
    ]);
    expect(await auth.sessions.find(String(claimsOf(access.token)['sid']))).toMatchObject({ revokedReason: 'revoked' });
  });

  test('goes on where the store fails before the tokens of no session have ended, too', async () => {
    const { auth, alice, seam } = await start();
    await auth.tokens.forUser(alice);
    seam.failAt('users.update');
    await expect(auth.sessions.revokeAll(alice.id)).rejects.toMatchObject(GONE);
    expect(await auth.sessions.list(alice.id)).toHaveLength(1);
  });

  test('says who refreshed it last, where that is another program or address than signed in', async () => {
    const { auth, alice } = await start();
    let { token } = (await auth.tokens.forUser(alice, { client: CLIENT })).refresh;
    for (const [client, rotatedBy] of [
      [
        { ...CLIENT, userAgent: 'curl' },
        { ...CLIENT, userAgent: 'curl' },
      ],
      [CLIENT, null],
      [
        { userAgent: 'x'.repeat(256), ipAddress: '192.0.2.2' },
        { userAgent: 'x'.repeat(256), ipAddress: '192.0.2.2' },
      ],
    ] as const) {
      token = (await auth.tokens.refresh(token, client)).refresh.token ?? '';
      expect((await auth.sessions.list(alice.id))[0]?.rotatedBy).toEqual(rotatedBy);
    }
  });

  test('of nobody ends no other of nobody, however many there may be of a user', async () => {
    const { auth } = await start({ maxSessions: 1 });
    const ofNobody = () => auth.tokens.refresh(forgeForAlice(library, { user_id: undefined }));
    const pairs = [await ofNobody(), await ofNobody()];
    for (const { access } of pairs) expect(await auth.tokens.verify(access.token)).toMatchObject({ userId: null });
    expect(events).toEqual([]);
  });

  test.each([
    [{}, 'The field `sessions` lists'],
    [{ actorId: 'root' }, 'The field `userSessions` lists'],
  ])('of another user is not found, and who asks (%j) is told where to look', async (by, hint) => {
    const { auth, alice } = await start();
    const refused = { reason: 'session_not_found', message: expect.stringContaining(hint) };
    await expect(auth.sessions.revoke(alice.id, 'unknown', by)).rejects.toMatchObject(refused);
  });

  test('is over at its end, whatever its tokens say', async () => {
    const { auth, alice, clock } = await start({ leeway: 10, refreshTokenLifetime: 100, accessTokenLifetime: 60 });
    const { access, refresh } = await auth.tokens.forUser(alice);
    const later = (token: string) => forge({ ...claimsOf(token), exp: clock.seconds + 600 });
    const tokens = [access, refresh].map(({ token }) => later(token));
    clock.advance(109);
    for (const token of tokens) expect(await auth.tokens.verify(token)).toBeDefined();
    clock.advance(1);
    for (const token of tokens) await expect(auth.tokens.verify(token)).rejects.toMatchObject(BLACKLISTED);
  });

  test('is read with its user in one question', async () => {
    const { auth, alice, seam } = await start();
    const { access } = await auth.tokens.forUser(alice);
    for (const method of ['sessions.find', 'users.findById'] as const) seam.failAt(method);
    expect(await auth.tokens.verify(access.token)).toMatchObject({ userId: alice.id });
  });

  test.each(['id', 'username'] as const)(
    'may be of a token that names nobody, where users go by their %s',
    async (userIdField) => {
      const { auth, alice } = await start({ userIdField });
      const { access } = await auth.tokens.forUser(alice);
      const nobody = forge({ ...claimsOf(access.token), user_id: undefined });
      expect(await auth.tokens.verify(nobody)).toMatchObject({ userId: null });
      const alone = forgeForAlice(library, { token_type: 'access', user_id: undefined, jti: 'a' });
      expect(await auth.tokens.verify(alone)).toMatchObject({ userId: null });
    },
  );

  test('is not looked for where an access token is of none, nor is the blacklist', async () => {
    const { auth, seam } = await start();
    const alone = forgeForAlice(library, { token_type: 'access' });
    for (const method of ['sessions.find', 'blacklist.find'] as const) seam.failAt(method);
    expect(await auth.tokens.verify(alone)).toMatchObject({ type: 'access' });
  });

  test('of which a superseded token was used is not said to have ended while the store is gone', async () => {
    const { auth, alice, seam } = await start();
    const { refresh } = await auth.tokens.forUser(alice);
    const second = await auth.tokens.refresh(refresh.token);
    const next = await auth.tokens.refresh(second.refresh.token ?? '');
    for (const use of [() => auth.tokens.refresh(refresh.token), () => auth.tokens.blacklist(refresh.token)]) {
      seam.failAt('sessions.revoke');
      await expect(use()).rejects.toMatchObject(GONE);
    }
    expect(await auth.tokens.verify(next.access.token)).toBeDefined();
    await expect(auth.tokens.refresh(refresh.token)).rejects.toMatchObject(BLACKLISTED);
    await expect(auth.tokens.verify(next.access.token)).rejects.toMatchObject(BLACKLISTED);
    expect(events.map(({ event }) => event)).toEqual(['token_reused']);
  });

  test('of which two use one token at once, without a grace interval, ends', async () => {
    const { auth, alice, seam } = await start({ reuseGrace: 0 });
    const { refresh } = await auth.tokens.forUser(alice);
    seam.before('sessions.rotate', async () => {
      await auth.tokens.refresh(refresh.token);
      seam.failAt('sessions.revoke');
    });
    await expect(auth.tokens.refresh(refresh.token, CLIENT)).rejects.toMatchObject(GONE);
    await expect(auth.tokens.refresh(refresh.token, CLIENT)).rejects.toMatchObject(BLACKLISTED);
    expect(events).toMatchObject([{ event: 'token_reused', reason: 'reused', sessions: 1, client: CLIENT }]);
    expect(await auth.sessions.list(alice.id)).toEqual([]);
  });
});
