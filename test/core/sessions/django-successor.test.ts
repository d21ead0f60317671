import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { HelloDocument, TokenVerifyDocument } from '../../generated/operations.ts';
import { claimsOf, forge, type TestClaims } from '../../support/forge.ts';
import { startTestLibrary } from '../../support/library.ts';
import { refreshWith } from '../../support/process.ts';
import { PASSWORD, startTestServer, type TestServer } from '../../support/server.ts';
import { describeEachStore } from '../../support/stores.ts';

const BLACKLISTED = { reason: 'token_blacklisted' };

/** What simplejwt makes of a refresh token of ours: all of its claims, with a jti and times of its own. */
function refreshedAtDjango(refresh: string | null, seconds: number, claims: TestClaims = {}): string {
  const jti = randomUUID().replaceAll('-', '');
  return forge({ ...claimsOf(refresh), jti, iat: seconds, exp: seconds + 86_400, ...claims });
}

describeEachStore('a session that Django has refreshed', (kind) => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer(kind);
  });
  afterEach(() => server.remove());

  const refreshed = (token: string | null) => refreshWith(server.client, token);
  const there = (token: string | null, claims?: TestClaims) => refreshedAtDjango(token, server.clock.seconds, claims);
  const reasonOfEnd = async (token: string) =>
    (await server.auth.sessions.find(String(claimsOf(token)['sid'])))?.revokedReason;
  const hello = (token: string | null) => server.client.send(HelloDocument, {}, { token: token ?? '' });

  test.each([0, 100])('goes on here, and there, and here again, %i seconds apart', async (pause) => {
    let { refresh } = (await server.signIn()) as { refresh: string | null };
    const sid = claimsOf(refresh)['sid'];
    for (let round = 0; round < 3; round += 1) {
      server.clock.advance(pause);
      const theirs = there(there(refresh)); // twice in a row
      expect((await server.client.send(TokenVerifyDocument, { token: theirs })).errors).toEqual([]);
      const tokens = await refreshed(theirs);
      expect(claimsOf(tokens.refresh)['sid']).toBe(sid);
      expect((await hello(tokens.access)).errors).toEqual([]);
      ({ refresh } = tokens);
    }
    expect(await server.auth.sessions.list(server.alice.id)).toHaveLength(1);
  });

  test('S12: ends when the token of Django is used again, once it has its successor', async () => {
    const { refresh } = await server.signIn();
    const theirs = there(refresh);
    const { refresh: ours } = await refreshed(theirs);
    expect(await refreshed(theirs)).toMatchObject({ refresh: ours }); // a lost answer
    const { refresh: current } = await refreshed(ours);
    expect(await refreshed(theirs)).toMatchObject(BLACKLISTED);
    expect(await refreshed(current)).toMatchObject(BLACKLISTED);
    expect(await reasonOfEnd(refresh)).toBe('reused');
  });

  test('S12: ends when the token that Django refreshed is used again here', async () => {
    const { refresh } = await server.signIn();
    const { refresh: ours } = await refreshed(there(refresh));
    expect(await refreshed(refresh)).toMatchObject(BLACKLISTED);
    expect(await refreshed(ours)).toMatchObject(BLACKLISTED);
    expect(await reasonOfEnd(refresh)).toBe('reused');
  });

  test('S12: ends by a token older than the current one, and by one that we made, whatever its age', async () => {
    for (const age of ['older', 'ours']) {
      const first = await server.signIn();
      const stale = there(first.refresh);
      server.clock.advance(1);
      const { refresh: second } = await refreshed(first.refresh);
      await refreshed(second);
      const used = age === 'older' ? stale : first.refresh;
      expect(await refreshed(used)).toMatchObject(BLACKLISTED);
      expect(await reasonOfEnd(first.refresh)).toBe('reused');
    }
  });

  test('S11: has one successor, of any number of refreshes at once', async () => {
    const theirs = there((await server.signIn()).refresh);
    const answers = await Promise.all(Array.from({ length: 8 }, () => refreshed(theirs)));
    expect(new Set(answers.map(({ refresh }) => refresh)).size).toBe(1);
    expect(answers[0]?.refresh).toEqual(expect.any(String));
  });

  test('stays out where it has ended here', async () => {
    const { refresh } = await server.signIn();
    await server.auth.sessions.revokeAll(server.alice.id);
    server.clock.advance(1);
    expect(await refreshed(there(refresh))).toMatchObject(BLACKLISTED);
  });

  test('is ended by signing out with the token of Django', async () => {
    const { refresh, access } = await server.signIn();
    await server.auth.tokens.blacklist(there(refresh));
    expect((await hello(access)).errors[0]?.extensions['reason']).toBe('session_revoked');
  });
});

describeEachStore('the token that Django made, of a session', (kind) => {
  test('S11: is answered as a replay where another request with it is first, in the middle of this one', async () => {
    const library = await startTestLibrary(kind);
    try {
      const { auth, seam, clock } = library;
      const client = { userAgent: null, ipAddress: null };
      const alice = await auth.users.authenticate('alice', PASSWORD, client);
      const { refresh } = await auth.tokens.forUser(alice, { client });
      const theirs = refreshedAtDjango(refresh.token, clock.seconds);
      let first: unknown;
      seam.before('blacklist.find', async () => {
        first = (await auth.tokens.refresh(theirs, client)).refresh;
      });
      expect((await auth.tokens.refresh(theirs, client)).refresh).toEqual(first);
    } finally {
      await library.remove();
    }
  });
});

describeEachStore('where tokens have no type', (kind) => {
  test('a session that Django has refreshed goes on here', async () => {
    const server = await startTestServer(kind, { env: { JWT_TOKEN_TYPE_CLAIM: 'None' } });
    try {
      const { refresh } = await server.signIn();
      const theirs = refreshedAtDjango(refresh, server.clock.seconds, { token_type: undefined });
      const { refresh: next } = await refreshWith(server.client, theirs);
      expect(claimsOf(next)['sid']).toBe(claimsOf(refresh)['sid']);
    } finally {
      await server.remove();
    }
  });
});
