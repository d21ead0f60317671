import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Client, SecurityEvent } from '../../../src/contracts/hooks.ts';
import { rounds } from '../../support/effort.ts';
import { claimsOf } from '../../support/forge.ts';
import { startTestLibrary, type TestLibrary } from '../../support/library.ts';
import { randomFrom } from '../../support/lossy-clients.ts';

const OWNER = { userAgent: 'Mozilla/5.0 (X11; Linux x86_64)', ipAddress: '192.0.2.1' };
const ELSEWHERE = { userAgent: 'python-requests/2.32', ipAddress: '203.0.113.7' };
const SHADOWS = rounds(100, 2000);
const ROTATIONS = 3;

/** What a thief tries, whose every step is chosen at random: when it comes, how often, and whether it waits for the owner. */
describe('a thief with a copy of the current refresh token, who keeps up with its owner', () => {
  let library: TestLibrary;
  let events: SecurityEvent[] = [];
  beforeAll(async () => {
    const onSecurityEvent = (event: SecurityEvent) => void events.push(event);
    library = await startTestLibrary('sqlite', { maxSessions: 10_000, onSecurityEvent });
  });
  afterAll(() => library.remove());

  const refresh = (token: string, client: Client) =>
    library.auth.tokens.refresh(token, client).then(
      ({ refresh: { token: next } }) => next,
      ({ reason }: { reason: string }) => {
        expect(reason).toBe('token_blacklisted');
        return null;
      },
    );

  /** The rotation at which the session ended, or one more if it goes on. */
  async function shadow(thief: Client, seed: number): Promise<number> {
    const random = randomFrom(seed);
    const { auth, clock, alice } = library;
    events = [];
    let token = (await auth.tokens.forUser(alice, { client: OWNER })).refresh.token;
    for (let rotation = 1; rotation <= ROTATIONS; rotation += 1) {
      // Each of both presents the token at least once, in any order, a second tab of either now and then.
      const all = [OWNER, thief, ...[OWNER, thief].filter(() => random() < 0.3)];
      const coming = all.map((client) => ({ client, at: random() })).toSorted((one, other) => one.at - other.at);
      let next: string | null = null;
      for (const { client } of coming) {
        expect((await auth.tokens.verify(token)).type).toBe('refresh'); // asked before, it tells nothing
        const answer = await refresh(token, client);
        if (answer === null) return rotation;
        expect(next ?? answer).toBe(answer);
        next = answer;
        clock.advance(random() < 0.7 ? random() * 29 : random() * 200);
      }
      token = next ?? '';
    }
    expect(await refresh(token, OWNER)).not.toBeNull();
    return ROTATIONS + 1;
  }

  test('S44: from elsewhere is found at the third rotation at the latest: the session ends, and both clients are named', async () => {
    for (const seed of SHADOWS) {
      expect(await shadow(ELSEWHERE, seed)).toBe(ROTATIONS);
      const ended = events.filter(({ reason }) => reason !== null);
      expect(ended).toMatchObject([{ event: 'token_replayed', reason: 'replayed' }]);
      const clients = ended.flatMap(({ client, otherClient }) => [client, otherClient]);
      expect(clients).toEqual(expect.arrayContaining([OWNER, ELSEWHERE]));
    }
  });

  test('S44: who looks like the owner is reported at the third rotation at the latest, and the owner is not signed out', async () => {
    for (const seed of SHADOWS) {
      expect(await shadow({ ...OWNER }, seed)).toBe(ROTATIONS + 1);
      expect(events.map(({ event, reason }) => ({ event, reason }))).toEqual([
        { event: 'token_replayed', reason: null },
      ]);
    }
  });

  test('S44: of the owner on the move, with another address each time, is reported alike', async () => {
    for (const seed of SHADOWS.slice(0, 20)) {
      expect(await shadow({ ...OWNER, ipAddress: '198.51.100.9' }, seed)).toBe(ROTATIONS + 1);
      expect(events).toMatchObject([{ event: 'token_replayed', reason: null, sessionId: expect.any(String) }]);
    }
  });

  test('S12: who goes ahead of the owner by two rotations ends the session for both, however late the owner comes', async () => {
    const { auth, clock, alice } = library;
    const { token } = (await auth.tokens.forUser(alice, { client: OWNER })).refresh;
    const stolen = (await refresh((await refresh(token, ELSEWHERE)) ?? '', ELSEWHERE)) ?? '';
    events = [];
    clock.advance(3600);
    expect(await refresh(token, OWNER)).toBeNull();
    expect(await refresh(stolen, ELSEWHERE)).toBeNull();
    expect(events).toMatchObject([{ event: 'token_reused', sessionId: claimsOf(token)['sid'] }]);
  });
});
