import { afterEach, expect, test } from '@jest/globals';
import {
  HelloDocument,
  SessionsDocument,
  TokenBlacklistDocument,
  TokenObtainPairDocument,
  TokenRefreshDocument,
  TokenVerifyDocument,
} from '../../generated/operations.ts';
import { forgeForAlice } from '../../support/forge.ts';
import { PASSWORD, startTestServer, type TestServer } from '../../support/server.ts';
import { describeEachStore } from '../../support/stores.ts';

describeEachStore('rotation', (kind) => {
  let server: TestServer;
  afterEach(() => server.remove());

  const refresh = async (token: string) => {
    const { tokenRefresh } = await server.client.expect(TokenRefreshDocument, { refresh: token });
    return { access: tokenRefresh.access, refresh: tokenRefresh.refresh ?? '' };
  };
  const reasonOf = async (token: string) =>
    (await server.client.send(TokenRefreshDocument, { refresh: token })).errors[0]?.extensions['reason'];
  const helloWith = async (token: string) => {
    const { data, errors } = await server.client.send(HelloDocument, {}, { token });
    return data?.hello ?? errors[0]?.extensions['reason'];
  };

  test('S12: an old refresh token ends its session with all its tokens, and no other device', async () => {
    server = await startTestServer(kind);
    const first = await server.signIn();
    const elsewhere = await server.signIn();
    const second = await refresh(first.refresh);
    const third = await refresh(second.refresh);
    expect(await helloWith(third.access)).toBe('Hello, alice!');

    expect(await reasonOf(first.refresh)).toBe('token_blacklisted');
    expect(await reasonOf(third.refresh)).toBe('token_blacklisted');
    expect(await helloWith(third.access)).toBe('session_revoked');
    expect(await helloWith(elsewhere.access)).toBe('Hello, alice!');
    expect(await refresh(elsewhere.refresh)).toBeDefined();
  });

  test('S13: a second use of the predecessor gets the same successor and a fresh access token', async () => {
    server = await startTestServer(kind);
    const { refresh: token } = await server.signIn();
    const first = await refresh(token);
    server.clock.advance(29);
    const again = await refresh(token);
    expect(again.refresh).toBe(first.refresh);
    expect(again.access).not.toBe(first.access);
    expect(await helloWith(again.access)).toBe('Hello, alice!');
    expect(await refresh(again.refresh)).toBeDefined();
  });

  test('S12: without a window for late replays, a second use after the grace interval ends the session', async () => {
    server = await startTestServer(kind, { env: { JWT_REPLAY_WINDOW: '0' } });
    const { refresh: token } = await server.signIn();
    const successor = await refresh(token);
    server.clock.advance(30);
    expect(await reasonOf(token)).toBe('token_blacklisted');
    expect(await reasonOf(successor.refresh)).toBe('token_blacklisted');
  });

  test('without a grace interval a second use ends the session at once', async () => {
    server = await startTestServer(kind, { env: { JWT_REUSE_GRACE: '0' } });
    const { refresh: token } = await server.signIn();
    const successor = await refresh(token);
    expect(await reasonOf(token)).toBe('token_blacklisted');
    expect(await helloWith(successor.access)).toBe('session_revoked');
  });

  test('S44: `sessions` names both clients where replays at every rotation show that two hold the tokens', async () => {
    server = await startTestServer(kind, { env: { TRUST_PROXY: 'loopback' } });
    const { access, refresh: first } = await server.signIn();
    const from = (ipAddress: string) => ({ headers: { 'user-agent': 'Mozilla/5.0', 'x-forwarded-for': ipAddress } });
    const replays = async () =>
      (await server.client.expect(SessionsDocument, {}, { token: access })).sessions.map((session) => session.replays);
    let token = first;
    for (let rotation = 1; rotation <= 3; rotation += 1) {
      expect(await replays()).toEqual([null]);
      const variables = { refresh: token };
      const { tokenRefresh } = await server.client.expect(TokenRefreshDocument, variables, from('192.0.2.1'));
      await server.client.expect(TokenRefreshDocument, variables, from('198.51.100.7'));
      token = tokenRefresh.refresh ?? '';
    }
    const [refreshedBy, replayedBy] = ['192.0.2.1', '198.51.100.7'].map((ipAddress) => ({
      userAgent: 'Mozilla/5.0',
      ipAddress,
    }));
    const at = new Date(server.clock.read()).toISOString();
    expect(await replays()).toEqual([{ at, rotations: 3, refreshedBy, replayedBy }]);
  });

  test('asking whether a superseded token is good ends nothing', async () => {
    server = await startTestServer(kind);
    const { refresh: token } = await server.signIn();
    const successor = await refresh((await refresh(token)).refresh);
    const { errors } = await server.client.send(TokenVerifyDocument, { token });
    expect(errors[0]?.extensions['reason']).toBe('token_blacklisted');
    expect(await refresh(successor.refresh)).toBeDefined();
  });

  test('signing out with the predecessor within the grace interval signs out', async () => {
    server = await startTestServer(kind);
    const { refresh: token } = await server.signIn();
    const successor = await refresh(token);
    await server.client.expect(TokenBlacklistDocument, { refresh: token });
    expect(await reasonOf(successor.refresh)).toBe('token_blacklisted');
    expect(await helloWith(successor.access)).toBe('session_revoked');
  });

  test('S14: refreshing never passes the absolute end of the session', async () => {
    server = await startTestServer(kind, { env: { JWT_SESSION_LIFETIME: '90m', JWT_REFRESH_TOKEN_LIFETIME: '1h' } });
    const begun = server.clock.seconds;
    let { refresh: token } = await server.signIn();
    server.clock.advance(50 * 60);
    const { tokenRefresh } = await server.client.expect(TokenRefreshDocument, { refresh: token });
    expect(Date.parse(tokenRefresh.refreshExpiresAt) / 1000).toBe(begun + 90 * 60);
    token = tokenRefresh.refresh ?? '';
    server.clock.advance(38 * 60);
    const last = await server.client.expect(TokenRefreshDocument, { refresh: token });
    expect(Date.parse(last.tokenRefresh.accessExpiresAt) / 1000).toBe(begun + 90 * 60);
    server.clock.advance(2 * 60);
    expect(await reasonOf(last.tokenRefresh.refresh ?? '')).toBe('token_expired');
    expect(await helloWith(last.tokenRefresh.access)).toBe('token_expired');
  });

  test('where rotation is off the refresh token stays, and only an access token is answered', async () => {
    server = await startTestServer(kind, { env: { JWT_ROTATE_REFRESH_TOKENS: 'off' } });
    const { refresh: token } = await server.signIn();
    for (const round of [1, 2]) {
      server.clock.advance(60 * round);
      const { tokenRefresh } = await server.client.expect(TokenRefreshDocument, { refresh: token });
      expect(tokenRefresh.refresh).toBeNull();
      expect(await helloWith(tokenRefresh.access)).toBe('Hello, alice!');
    }
    await server.client.expect(TokenBlacklistDocument, { refresh: token });
    expect(await reasonOf(token)).toBe('token_blacklisted');
  });

  test('without blacklisting the presented token stays usable beside its successor, until the session ends', async () => {
    server = await startTestServer(kind, { env: { JWT_BLACKLIST_AFTER_ROTATION: 'off' } });
    const { refresh: token } = await server.signIn();
    const successor = await refresh(token);
    server.clock.advance(600);
    const other = await refresh(token);
    expect(other.refresh).not.toBe(successor.refresh);
    const next = await refresh(successor.refresh);
    await server.client.expect(TokenBlacklistDocument, { refresh: token });
    for (const dead of [token, successor.refresh, other.refresh, next.refresh]) {
      expect(await reasonOf(dead)).toBe('token_blacklisted');
    }
  });

  test('a blacklisted sliding token of no session stays so for as long as it could have been refreshed', async () => {
    server = await startTestServer(kind);
    const now = server.clock.seconds;
    const claims = { token_type: 'sliding', jti: 'of-no-session', refresh_exp: now + 60 };
    await server.auth.tokens.blacklist(forgeForAlice(server, { ...claims, exp: now + 6 }), 'sliding');
    server.clock.advance(10);
    await server.auth.flushExpired();
    const refreshed = forgeForAlice(server, { ...claims, exp: now + 50 });
    const { errors } = await server.client.send(TokenVerifyDocument, { token: refreshed });
    expect(errors[0]?.extensions['reason']).toBe('token_blacklisted');
  });

  test('S24: every sign-in is a session of its own', async () => {
    server = await startTestServer(kind);
    const credentials = { username: 'alice', password: PASSWORD };
    const pairs = await Promise.all([1, 2, 3].map(() => server.client.expect(TokenObtainPairDocument, credentials)));
    const sids = await Promise.all(
      pairs.map(async ({ tokenObtainPair }) => {
        const { tokenVerify } = await server.client.expect(TokenVerifyDocument, { token: tokenObtainPair.access });
        return tokenVerify.claims['sid'];
      }),
    );
    expect(new Set(sids).size).toBe(3);
  });
});
