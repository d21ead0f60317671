import { afterEach, expect, test } from '@jest/globals';
import type { Client, SecurityEvent } from '../../../src/contracts/hooks.ts';
import { startTestLibrary, type TestLibrary } from '../../support/library.ts';
import { describeEachStore } from '../../support/stores.ts';

const DAY = 24 * 60 * 60;
const BLACKLISTED = { reason: 'token_blacklisted' };
const OWNER = { userAgent: 'Mozilla/5.0 (X11; Linux x86_64)', ipAddress: '192.0.2.1' };
const ELSEWHERE = { userAgent: 'curl/8.5.0', ipAddress: '198.51.100.7' };
/** The owner's phone, after it left the Wi-Fi. */
const ON_MOBILE = { ...OWNER, ipAddress: '2001:db8:7::9' };

describeEachStore('a predecessor that comes again', (kind) => {
  let library: TestLibrary;
  let events: SecurityEvent[] = [];
  afterEach(() => library.remove());

  const start = async (options: Parameters<typeof startTestLibrary>[1] = {}) => {
    const onSecurityEvent = (event: SecurityEvent) => void events.push(event);
    library = await startTestLibrary(kind, { refreshTokenLifetime: 20 * DAY, onSecurityEvent, ...options });
    const { refresh } = await library.auth.tokens.forUser(library.alice, { client: OWNER });
    events = [];
    return refresh.token;
  };
  const refresh = async (token: string, client: Client = OWNER): Promise<string> =>
    (await library.auth.tokens.refresh(token, client)).refresh.token ?? '';
  const expectRefused = (token: string, client: Client = OWNER) =>
    expect(refresh(token, client)).rejects.toMatchObject(BLACKLISTED);
  const live = async () => (await library.auth.sessions.list(library.alice.id))[0];
  /** One rotation, and the same token again from somebody else; resolves to the successor, or null where that was refused. */
  const follow = async (token: string, first: Client, ...others: Client[]): Promise<string | null> => {
    const successor = await refresh(token, first);
    for (const other of others) {
      library.clock.advance(5);
      const answer = await refresh(token, other).catch(() => null);
      if (answer === null) return null;
      expect(answer).toBe(successor);
    }
    library.clock.advance(300);
    return successor;
  };
  const followAll = async (token: string, ...rotations: Client[][]): Promise<string | null> => {
    let current: string | null = token;
    for (const [first = OWNER, ...others] of rotations) {
      if (current !== null) current = await follow(current, first, ...others);
    }
    return current;
  };

  test.each([31, 3600, 7 * DAY - 1])(
    'S44: is answered with its successor %i s later, while that was never exchanged',
    async (seconds) => {
      const first = await start();
      const second = await refresh(first);
      library.clock.advance(seconds);
      expect(await refresh(first)).toBe(second);
      expect(await refresh(second)).not.toBe(second);
      expect(events).toEqual([]);
    },
  );

  test('S44: ends the session when the window is over', async () => {
    const first = await start();
    const second = await refresh(first);
    library.clock.advance(7 * DAY);
    await expectRefused(first);
    await expectRefused(second);
    expect(events).toMatchObject([{ event: 'token_reused', reason: 'reused', client: OWNER }]);
  });

  test.each([
    ['0s', '30s', 29],
    ['0s', '5m', 299],
    ['1d', '30s', DAY - 1],
  ])('S44: a window of %s and a grace interval of %s reach for %i s', async (replayWindow, reuseGrace, seconds) => {
    const first = await start({ replayWindow, reuseGrace });
    const second = await refresh(first);
    library.clock.advance(seconds);
    expect(await refresh(first)).toBe(second);
    library.clock.advance(replayWindow === '0s' ? 1 : 60);
    await expectRefused(first);
  });

  test('S12: ends the session at once where its successor was exchanged, however soon', async () => {
    const first = await start();
    const third = await refresh(await refresh(first));
    await expectRefused(first);
    await expectRefused(third);
    expect(events).toMatchObject([{ event: 'token_reused' }]);
  });

  test('S44: is answered after five grace intervals, as often as it comes in each, and not after a sixth', async () => {
    const first = await start();
    const second = await refresh(first);
    for (let late = 1; late <= 5; late += 1) {
      library.clock.advance(30);
      for (let attempt = 1; attempt <= 10; attempt += 1) {
        expect(await refresh(first)).toBe(second);
        library.clock.advance(2);
      }
    }
    library.clock.advance(30);
    await expectRefused(first);
    expect(events).toMatchObject([{ event: 'token_reused' }]);
  });

  test('S44: the next rotation counts anew', async () => {
    let token = await start();
    for (let rotation = 1; rotation <= 2; rotation += 1) {
      const successor = await refresh(token);
      for (let late = 1; late <= 5; late += 1) {
        library.clock.advance(31);
        expect(await refresh(token)).toBe(successor);
      }
      token = successor;
    }
  });

  test('S44: verifying and introspecting tell it from the current token neither within the grace interval nor later', async () => {
    const first = await start();
    const { auth, clock } = library;
    const second = await refresh(first);
    for (const seconds of [0, 31, 3600]) {
      clock.advance(seconds);
      for (const token of [first, second]) {
        expect(await auth.tokens.verify(token)).toMatchObject({ type: 'refresh' });
        expect(await auth.introspection.introspect(token)).toMatchObject({ active: true });
      }
    }
    await refresh(second);
    await expect(auth.tokens.verify(first)).rejects.toMatchObject(BLACKLISTED);
    expect(await auth.introspection.introspect(first)).toEqual({ active: false });
  });

  test('S44: at three rotations in a row it is reported once, with both clients, and the session goes on', async () => {
    const token = await start();
    const third = await followAll(token, [OWNER, OWNER], [OWNER, OWNER]);
    expect(events).toEqual([]);
    expect((await live())?.replay?.reported).toBeNull();
    const at = new Date(library.clock.read() + 5000);
    const last = await followAll(third ?? '', [ON_MOBILE, OWNER], [OWNER, OWNER], [OWNER, OWNER]);
    expect(last).not.toBeNull();
    const both = { client: OWNER, otherClient: ON_MOBILE };
    const about = { userId: library.alice.id, sessionId: (await live())?.id, reason: null, sessions: null };
    expect(events).toEqual([expect.objectContaining({ event: 'token_replayed', ...about, ...both })]);
    const reported = { at, rotations: 3, refreshedBy: ON_MOBILE, replayedBy: OWNER };
    expect((await live())?.replay?.reported).toEqual(reported);
  });

  test('S44: replays that are not at every rotation are nobody else, however many', async () => {
    let token: string | null = await start();
    for (let round = 1; round <= 4; round += 1) {
      token = await followAll(token ?? '', [OWNER, ON_MOBILE], [OWNER, ELSEWHERE], [OWNER]);
    }
    expect(token).not.toBeNull();
    expect(events).toEqual([]);
  });

  test.each([
    ['follows the owner', [OWNER, ELSEWHERE]],
    ['is first, and the owner follows', [ELSEWHERE, OWNER]],
    ['follows a second tab', [OWNER, OWNER, ELSEWHERE]],
    ['comes before a second tab', [OWNER, ELSEWHERE, OWNER]],
    ['is first and again, and the owner follows', [ELSEWHERE, ELSEWHERE, OWNER]],
    ['sends no user agent', [OWNER, { ...ELSEWHERE, userAgent: null }]],
  ])('S44: another program elsewhere that %s at three rotations in a row ends the session', async (_how, clients) => {
    const token = await start();
    const third = await followAll(token, clients, clients);
    expect(third).not.toBeNull();
    expect(await follow(third ?? '', ...(clients as [Client, Client]))).toBeNull();
    expect(await live()).toBeUndefined();
    const ended = events.filter(({ reason }) => reason !== null);
    expect(ended).toMatchObject([{ event: 'token_replayed', reason: 'replayed', sessions: 1 }]);
    const [{ client, otherClient } = { client: null, otherClient: null }] = ended;
    expect(new Set([client?.userAgent, otherClient?.userAgent]).size).toBe(2);
  });

  test.each([
    ['an address', { ...OWNER, ipAddress: '198.51.100.7' }],
    ['a program', { ...ELSEWHERE, ipAddress: OWNER.ipAddress }],
    ['a program and the part of an IPv6 address that a device chooses', { ...ELSEWHERE, ipAddress: '2001:db8:7::1' }],
    ['a program of an unknown address', { ...ELSEWHERE, ipAddress: null }],
  ])('S44: %s that differs ends no session', async (what, other) => {
    const owner = what.includes('IPv6') ? ON_MOBILE : OWNER;
    const token = await start();
    const pair = [owner, other];
    expect(await followAll(token, pair, pair, pair, pair, pair)).not.toBeNull();
    expect(events.map(({ event, reason }) => [event, reason])).toEqual([['token_replayed', null]]);
  });

  test('S44: a program that was updated, and lost its answer before, is no second one', async () => {
    const token = await start();
    const updated = { ...OWNER, userAgent: 'Mozilla/5.0 (X11; Linux x86_64) updated', ipAddress: '203.0.113.5' };
    const next = await followAll(token, [OWNER, updated], [updated, OWNER], [updated, updated], [OWNER, updated]);
    expect(next).not.toBeNull();
    expect(events.map(({ reason }) => reason)).toEqual([null]);
  });

  test('costs one write at most, where it tells something new; refreshing costs one as ever', async () => {
    const first = await start();
    const writes: string[] = [];
    const sessions = library.seam.store.sessions as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
    for (const method of ['rotate', 'noteReplay', 'touch', 'revoke', 'replaceCurrent']) {
      const original = sessions[method];
      sessions[method] = (...args) => {
        writes.push(method);
        return original?.(...args) ?? Promise.reject(new Error(method));
      };
    }
    const second = await refresh(first);
    for (let again = 1; again <= 5; again += 1) await refresh(first);
    await refresh(first, ELSEWHERE);
    await refresh(first, ELSEWHERE);
    await refresh(second);
    expect(writes).toEqual(['rotate', 'noteReplay', 'noteReplay', 'rotate']);
  });
});
