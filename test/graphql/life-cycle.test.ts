import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  HelloDocument,
  TokenBlacklistDocument,
  TokenObtainPairDocument,
  TokenRefreshDocument,
  TokenVerifyDocument,
} from '../generated/operations.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { describeEachStore } from '../support/stores.ts';

describeEachStore('the life of a token', (kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(kind);
  });
  afterAll(() => server.remove());

  test('goes from obtain to hello, refresh, verify and blacklist', async () => {
    const { client } = server;
    const { tokenObtainPair: pair } = await client.expect(TokenObtainPairDocument, {
      username: 'alice',
      password: PASSWORD,
    });
    expect(await client.expect(HelloDocument, {}, { token: pair.access })).toEqual({ hello: 'Hello, alice!' });

    const { tokenRefresh: refreshed } = await client.expect(TokenRefreshDocument, { refresh: pair.refresh });
    expect(await client.expect(HelloDocument, {}, { token: refreshed.access })).toEqual({ hello: 'Hello, alice!' });

    const successor = refreshed.refresh ?? '';
    const { tokenVerify } = await client.expect(TokenVerifyDocument, { token: successor });
    expect(tokenVerify).toMatchObject({ tokenType: 'refresh', userId: server.alice.id });

    const { tokenBlacklist } = await client.expect(TokenBlacklistDocument, { refresh: successor });
    expect(tokenBlacklist.jti).toBe(tokenVerify.jti);
    const after = await client.send(TokenVerifyDocument, { token: successor });
    expect(after.errors[0]).toMatchObject({
      message: 'Token is blacklisted',
      extensions: { reason: 'token_blacklisted' },
    });
    const hello = await client.send(HelloDocument, {}, { token: refreshed.access });
    expect(hello.errors[0]?.extensions).toMatchObject({
      code: 'UNAUTHENTICATED',
      reason: 'session_revoked',
      action: 'LOGIN',
    });
  });
});
