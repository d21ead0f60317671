import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { SecurityEvent } from '../../../src/contracts/hooks.ts';
import type { Client } from '../../../src/contracts/hooks.ts';
import { settingsFromOptions } from '../../../src/contracts/settings/settings.ts';
import { adoptedId } from '../../../src/core/sessions/standing.ts';
import { OutstandingTokens } from '../../../src/core/users/outstanding-tokens.ts';
import { claimsOf, forgeForAlice } from '../../support/forge.ts';
import { startTestLibrary, type TestLibrary } from '../../support/library.ts';
import { PASSWORD, TEST_KEY } from '../../support/server.ts';
import { describeEachStore } from '../../support/stores.ts';

const OTHER_PASSWORD = 'looking-glass-456!';
const CLIENT: Client = { userAgent: null, ipAddress: '192.0.2.1' };
const NO_ACCOUNT = { reason: 'no_active_account' };
const BLACKLISTED = { reason: 'token_blacklisted' };
const GONE = { reason: 'store_unavailable' };

describeEachStore('what happens in the middle of an operation', (kind) => {
  let library: TestLibrary;
  let events: SecurityEvent[];
  beforeEach(() => {
    events = [];
  });
  afterEach(() => library.remove());
  const start = async (options: Parameters<typeof startTestLibrary>[1] = {}) => {
    const onSecurityEvent = (event: SecurityEvent) => void events.push(event);
    library = await startTestLibrary(kind, { onSecurityEvent, ...options });
    return library;
  };
  const signIn = async () => {
    const user = await library.auth.users.authenticate('alice', PASSWORD, CLIENT);
    return library.auth.tokens.forUser(user, { client: CLIENT });
  };
  const liveSessions = () => library.auth.sessions.list(library.alice.id);
  const namesOfEvents = () => events.map(({ event }) => event);

  test.each([true, false])(
    'a sign-in with the password of before a change gets nothing, where the last sign-in is noted: %s',
    async (updateLastLogin) => {
      const { auth, seam, clock, alice } = await start({ updateLastLogin });
      seam.after('users.findByUsernameKey', async () => {
        clock.advance(1);
        await auth.users.setPassword(alice.id, OTHER_PASSWORD);
      });
      await expect(signIn()).rejects.toMatchObject(NO_ACCOUNT);
      expect(await liveSessions()).toEqual([]);
    },
  );

  test('a sign-in that meets a password change is not told as one where the last sign-in is noted', async () => {
    const { auth, seam, clock, alice } = await start({ updateLastLogin: true });
    seam.before('users.update', async () => {
      clock.advance(1);
      await auth.users.setPassword(alice.id, OTHER_PASSWORD);
    });
    await expect(auth.users.authenticate('alice', PASSWORD, CLIENT)).rejects.toMatchObject(NO_ACCOUNT);
    expect(namesOfEvents()).not.toContain('sign_in');
  });

  test('who is disabled while their sign-in is being noted gets nothing, and no session lives on', async () => {
    const { auth, alice } = await start({
      onLoginSuccess: async ({ id }) => {
        await library.auth.users.setActive(id, false);
      },
    });
    await expect(signIn()).rejects.toMatchObject(NO_ACCOUNT);
    expect(await liveSessions()).toEqual([]);
    expect(events.at(-1)).toMatchObject({ event: 'sessions_ended', reason: 'revoked', sessions: 1, client: CLIENT });
    await auth.users.setActive(alice.id, true);
    expect(await liveSessions()).toEqual([]);
  });

  test('a token of elsewhere that is signed out while it starts a session gets nothing, and the session ends', async () => {
    const { auth, seam, clock } = await start();
    const token = forgeForAlice(library, { token_type: 'refresh' });
    const jti = String(claimsOf(token)['jti']);
    const entry = { jti, expiresAt: new Date(clock.read() + 300_000), blacklistedAt: new Date(clock.read()) };
    seam.after('sessions.insert', () => seam.store.blacklist.add(entry));
    await expect(auth.tokens.refresh(token, CLIENT)).rejects.toMatchObject(BLACKLISTED);
    expect(await auth.sessions.find(adoptedId(jti))).toMatchObject({ revokedReason: 'signed_out' });
    expect(events.at(-1)).toMatchObject({ event: 'sessions_ended', reason: 'signed_out', client: CLIENT });
  });

  test('a token of elsewhere that starts a session while all that its user has is ended gets nothing, and leaves none', async () => {
    const { auth, seam, clock, alice } = await start();
    const token = forgeForAlice(library, { token_type: 'refresh', iat: clock.seconds - 60 });
    seam.before('sessions.insert', () => auth.sessions.revokeAll(alice.id));
    await expect(auth.tokens.refresh(token, CLIENT)).rejects.toMatchObject(BLACKLISTED);
    expect(await liveSessions()).toEqual([]);
    expect(events.at(-1)).toMatchObject({ event: 'sessions_ended', reason: 'revoked', client: CLIENT });
  });

  test.each(['signed out', 'ended with all others'])(
    'a token of elsewhere that is %s while it starts a session is not refused as long as the store cannot end that',
    async (how) => {
      const { auth, seam, clock, alice } = await start();
      const token = forgeForAlice(library, { token_type: 'refresh', iat: clock.seconds - 60 });
      const entry = { jti: String(claimsOf(token)['jti']), expiresAt: new Date(clock.read() + 300_000) };
      seam.before('sessions.insert', () =>
        how === 'signed out'
          ? seam.store.blacklist.add({ ...entry, blacklistedAt: new Date(clock.read()) })
          : auth.sessions.revokeAll(alice.id),
      );
      seam.failAt('sessions.revoke');
      await expect(auth.tokens.refresh(token)).rejects.toMatchObject(GONE);
    },
  );

  test('a token of elsewhere that starts a session while it is signed out leaves none', async () => {
    const { auth, seam } = await start();
    const token = forgeForAlice(library, { token_type: 'refresh' });
    let access = '';
    seam.before('blacklist.add', async () => {
      ({ token: access } = (await auth.tokens.refresh(token)).access);
    });
    await auth.tokens.blacklist(token, 'refresh', CLIENT);
    expect(access).not.toBe('');
    await expect(auth.tokens.verify(access)).rejects.toMatchObject(BLACKLISTED);
    expect(events.at(-1)).toMatchObject({ event: 'sessions_ended', reason: 'signed_out', client: CLIENT });
  });

  test('a token that is imported while all that its user has is ended is kept nowhere, and who imports it hears where that fails', async () => {
    const { auth, seam, clock, alice } = await start();
    const settings = settingsFromOptions({ signingKey: TEST_KEY });
    const tokens = new OutstandingTokens({ store: seam.store, settings, clock: clock.read, sessions: auth.sessions });
    const outstanding = (jti: string) => ({
      jti,
      userId: alice.id,
      issuedAt: new Date(clock.read() - 1000),
      hashClaim: null,
      expiresAt: new Date(clock.read() + 300_000),
    });
    const whileAllIsEnded = (jti: string) => {
      clock.advance(2);
      seam.before('sessions.insert', () => auth.sessions.revokeAll(alice.id));
      return tokens.keep([outstanding(jti)]);
    };
    expect(await whileAllIsEnded('a')).toEqual([false]);
    expect(await liveSessions()).toEqual([]);
    seam.failAt('sessions.revoke');
    await expect(whileAllIsEnded('b')).rejects.toMatchObject(GONE);
    clock.advance(2);
    expect(await tokens.keep([outstanding('c')])).toEqual([true]);
    const entry = { jti: 'c', expiresAt: new Date(clock.read() + 300_000), blacklistedAt: new Date(clock.read()) };
    seam.failAt('sessions.revoke');
    await expect(tokens.blacklist([entry])).rejects.toMatchObject(GONE);
    expect(await tokens.blacklist([entry])).toEqual([false]);
    expect(await auth.sessions.find(adoptedId('c'))).toMatchObject({ revokedReason: 'signed_out' });
  });

  test('of two that sign out at once one is told so', async () => {
    const { auth, seam } = await start();
    const { refresh } = await signIn();
    seam.before('sessions.revoke', () => auth.tokens.blacklist(refresh.token));
    await expect(auth.tokens.blacklist(refresh.token)).rejects.toMatchObject(BLACKLISTED);
    const alone = forgeForAlice(library, { token_type: 'sliding' });
    seam.before('blacklist.add', () => auth.tokens.blacklist(alone, 'sliding'));
    await expect(auth.tokens.blacklist(alone, 'sliding')).rejects.toMatchObject(BLACKLISTED);
  });

  test('of two that refresh at once the second gets the successor of the first', async () => {
    const { auth, seam } = await start();
    const { refresh } = await signIn();
    let first: string | null = null;
    seam.before('sessions.rotate', async () => {
      first = (await auth.tokens.refresh(refresh.token)).refresh.token;
    });
    expect((await auth.tokens.refresh(refresh.token)).refresh.token).toBe(first);
    expect(await liveSessions()).toHaveLength(1);
  });

  test('of two that replay at once, the one that shows two clients is not forgotten for the other', async () => {
    const { auth, seam } = await start();
    const elsewhere = { userAgent: 'curl/8.5.0', ipAddress: '198.51.100.7' };
    const refresh = async (token: string, client = CLIENT) =>
      (await auth.tokens.refresh(token, client)).refresh.token ?? '';
    let { token } = (await signIn()).refresh;
    for (let rotation = 1; rotation <= 2; rotation += 1) {
      const successor = await refresh(token);
      expect(await refresh(token, elsewhere)).toBe(successor);
      token = successor;
    }
    const successor = await refresh(token);
    // A second tab has read the session when the other one comes.
    seam.before('sessions.noteReplay', () => expect(refresh(token, elsewhere)).rejects.toMatchObject(BLACKLISTED));
    await expect(refresh(token)).rejects.toMatchObject(BLACKLISTED);
    await expect(refresh(successor)).rejects.toMatchObject(BLACKLISTED);
    expect(events.at(-1)).toMatchObject({ event: 'token_replayed', reason: 'replayed', client: elsewhere });
  });

  test('a replay is judged anew where the session is rotated in between', async () => {
    const { auth, seam } = await start();
    const first = (await signIn()).refresh.token;
    const second = (await auth.tokens.refresh(first)).refresh.token ?? '';
    seam.before('sessions.noteReplay', () => auth.tokens.refresh(second));
    await expect(auth.tokens.refresh(first)).rejects.toMatchObject(BLACKLISTED);
    expect(await liveSessions()).toEqual([]);
    expect(events.at(-1)).toMatchObject({ event: 'token_reused' });
  });

  test('a replay is not answered where it cannot be noted, and is later', async () => {
    const { auth, seam } = await start();
    const first = (await signIn()).refresh.token;
    const second = (await auth.tokens.refresh(first)).refresh.token;
    seam.failAt('sessions.noteReplay');
    const gone = { reason: 'store_unavailable', action: 'WAIT' };
    await expect(auth.tokens.refresh(first)).rejects.toMatchObject(gone);
    expect((await auth.tokens.refresh(first)).refresh.token).toBe(second);
  });

  test.each([
    ['rotates', 'sessions.rotate', {}],
    ['keeps its token', 'sessions.touch', { rotateRefreshTokens: false }],
    ['gets one beside it', 'sessions.replaceCurrent', { blacklistAfterRotation: false }],
  ] as const)('a refresh that %s gets nothing of a session that ends under it', async (_what, method, options) => {
    const { auth, seam, alice } = await start(options);
    const { refresh } = await signIn();
    seam.before(method, () => auth.sessions.revokeAll(alice.id));
    await expect(auth.tokens.refresh(refresh.token)).rejects.toMatchObject(BLACKLISTED);
    expect(await liveSessions()).toEqual([]);
  });

  test('a sliding token is not moved on where its session ends under it', async () => {
    const { auth, seam, alice } = await start();
    const { token } = await auth.tokens.slidingForUser(alice);
    seam.before('sessions.touch', () => auth.sessions.revokeAll(alice.id));
    await expect(auth.tokens.refreshSliding(token)).rejects.toMatchObject(BLACKLISTED);
  });
});
