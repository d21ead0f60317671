import { createSecretKey } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TokenBlacklistDocument, TokenObtainSlidingDocument, TokenRefreshDocument } from '../generated/operations.ts';
import { sendTo, type Door } from '../support/doors.ts';
import { claimsOf, forgeForAlice } from '../support/forge.ts';
import { changed, membersOf, rawToken, textOf } from '../support/raw-token.ts';
import { PASSWORD, startTestServer, TEST_KEY, type TestServer } from '../support/server.ts';
import { describeEachStore } from '../support/stores.ts';

const own = { algorithm: 'HS256', key: createSecretKey(Buffer.from(TEST_KEY)) };

/** One token in other words: each is well signed, none is the same text. */
function respelled(token: string): readonly string[] {
  const claims = claimsOf(token);
  const members = membersOf(claims);
  const header = textOf(membersOf({ alg: 'HS256', typ: 'JWT' }));
  const escaped = JSON.stringify(claims).replace(/"jti":"(.)/, (_match, first: string) => {
    return `"\\u006ati":"\\u00${first.charCodeAt(0).toString(16)}`;
  });
  return [
    rawToken(header, textOf(members.toReversed()), own),
    rawToken(header, JSON.stringify(claims, null, 2), own),
    rawToken(header, escaped, own),
    rawToken(header, textOf([...members, ['more', 'true']]), own),
    rawToken(header, textOf(changed(members, 'exp', String(Number(claims['exp']) + 60))), own),
    rawToken(textOf(membersOf({ typ: 'JWT', alg: 'HS256', kid: 'x' })), textOf(members), own),
  ].filter((other) => other !== token);
}

describeEachStore('a token that was revoked', (kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(kind, { env: { JWT_AUTH_TOKEN_CLASSES: 'access,sliding' } });
  });
  afterAll(() => server.remove());

  const answersTo = (token: string, ...doors: readonly Door[]) =>
    Promise.all([token, ...respelled(token)].flatMap((text) => doors.map((door) => sendTo(server.client, door, text))));
  const only = (reason: string) => new Set([reason]);

  test('S7: stays so in any other spelling of it, and its access token with it', async () => {
    const pair = await server.signIn();
    expect(respelled(pair.refresh)).toHaveLength(6);
    expect(new Set(await answersTo(pair.refresh, 'tokenVerify'))).toEqual(only('accepted'));
    await server.client.expect(TokenBlacklistDocument, { refresh: pair.refresh });
    const refused = await answersTo(pair.refresh, 'tokenRefresh', 'tokenVerify', 'tokenBlacklist');
    expect(new Set(refused)).toEqual(only('token_blacklisted'));
    expect(new Set(await answersTo(pair.access, 'hello'))).toEqual(only('session_revoked'));
  });

  test('S7: stays so where it has no session but a name alone', async () => {
    const token = forgeForAlice(server, {});
    await server.client.expect(TokenBlacklistDocument, { refresh: token });
    const refused = await answersTo(token, 'tokenRefresh', 'tokenVerify', 'tokenBlacklist');
    expect(new Set(refused)).toEqual(only('token_blacklisted'));
  });

  test('S7 S12: a superseded token in another spelling ends the session as the token itself does', async () => {
    const { access, refresh } = await server.signIn();
    const { tokenRefresh } = await server.client.expect(TokenRefreshDocument, { refresh });
    await server.client.expect(TokenRefreshDocument, { refresh: tokenRefresh.refresh });
    const [other = ''] = respelled(refresh);
    expect(await sendTo(server.client, 'tokenRefresh', other)).toBe('token_blacklisted');
    expect(await sendTo(server.client, 'hello', access)).toBe('session_revoked');
  });

  test('S7 S18: signing out ends a sliding token in all spellings, those it had before included', async () => {
    const { tokenObtainSliding } = await server.client.expect(TokenObtainSlidingDocument, {
      username: 'alice',
      password: PASSWORD,
    });
    await server.auth.tokens.blacklist(tokenObtainSliding.token, 'sliding');
    const refused = await answersTo(tokenObtainSliding.token, 'hello', 'tokenRefreshSliding', 'tokenVerify');
    expect(new Set(refused)).toEqual(only('token_blacklisted'));
  });
});
