import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { forgeForAlice } from '../../support/forge.ts';
import { startTestLibrary, type TestLibrary } from '../../support/library.ts';
import { describeEachStore } from '../../support/stores.ts';

/** Seconds. */
const LEEWAY = 30;
const LIFETIME = 60;

describeEachStore('what has expired, but for the leeway', (kind) => {
  let library: TestLibrary;
  beforeEach(async () => {
    const lifetimes = { refreshTokenLifetime: LIFETIME, accessTokenLifetime: 10 };
    library = await startTestLibrary(kind, { leeway: LEEWAY, replayWindow: 0, ...lifetimes });
  });
  afterEach(() => library.remove());
  const verdictOf = (token: string) =>
    library.auth.tokens.verify(token).then(
      () => 'good',
      ({ reason }: { reason: string }) => reason,
    );

  test.each(['refresh', 'sliding'] as const)(
    'a blacklisted %s token of no session stays so through a flush, until it has expired',
    async (type) => {
      const { auth, clock } = library;
      const [token, other] = [1, 2].map(() =>
        forgeForAlice(library, { token_type: type, exp: clock.seconds + LIFETIME }),
      );
      await auth.tokens.blacklist(token ?? '', type);
      clock.advance(LIFETIME + LEEWAY - 1);
      expect(await auth.flushExpired()).toEqual({ sessions: 0, blacklist: 0 });
      expect(await verdictOf(token ?? '')).toBe('token_blacklisted');
      expect(await verdictOf(other ?? '')).toBe('good');
      clock.advance(2);
      expect(await verdictOf(other ?? '')).toBe('token_expired');
      expect(await auth.flushExpired()).toEqual({ sessions: 0, blacklist: 1 });
    },
  );

  test('a session goes on through a flush, until its token has expired', async () => {
    const { auth, clock, alice } = library;
    const { refresh } = await auth.tokens.forUser(alice);
    const lost = await auth.tokens.forUser(alice);
    clock.advance(LIFETIME + LEEWAY - 1);
    expect(await auth.flushExpired()).toEqual({ sessions: 0, blacklist: 0 });
    const next = await auth.tokens.refresh(refresh.token);
    expect(await verdictOf(next.access.token)).toBe('good');
    clock.advance(2);
    expect(await verdictOf(lost.refresh.token)).toBe('token_expired');
    expect(await auth.flushExpired()).toEqual({ sessions: 1, blacklist: 0 });
    expect(await verdictOf(next.refresh.token ?? '')).toBe('good');
  });

  test('a session is listed for as long as its tokens are good', async () => {
    const { auth, clock, alice } = library;
    const { refresh } = await auth.tokens.forUser(alice);
    clock.advance(LIFETIME + LEEWAY - 1);
    expect(await verdictOf(refresh.token)).toBe('good');
    expect(await auth.sessions.list(alice.id)).toHaveLength(1);
    clock.advance(1);
    expect(await verdictOf(refresh.token)).toBe('token_expired');
    expect(await auth.sessions.list(alice.id)).toEqual([]);
  });

  test('a replay counts as one also where the server that rotated has a clock that is behind', async () => {
    const { auth, clock, alice } = library;
    const { refresh } = await auth.tokens.forUser(alice);
    const [reached, late] = [30 + LEEWAY - 1, 1];
    const next = await auth.tokens.refresh(refresh.token);
    clock.advance(reached);
    expect((await auth.tokens.refresh(refresh.token)).refresh.token).toBe(next.refresh.token);
    clock.advance(late);
    await expect(auth.tokens.refresh(refresh.token)).rejects.toMatchObject({ reason: 'token_blacklisted' });
    expect(await auth.sessions.list(alice.id)).toEqual([]);
  });
});
