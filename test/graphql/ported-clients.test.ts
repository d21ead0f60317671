import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  HelloDocument,
  TokenBlacklistDocument,
  TokenObtainPairDocument,
  TokenObtainSlidingDocument,
  TokenRefreshDocument,
  TokenRefreshSlidingDocument,
  TokenVerifyDocument,
} from '../generated/operations.ts';
import { Client } from '../support/client.ts';
import { claimsOf, forgeForAlice, refusalOfBlank } from '../support/forge.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { describeEachStore } from '../support/stores.ts';

/** What Python strips; U+0085 and U+001C are none to JavaScript. */
const AROUND = [' ', '\n', '\t\r\n ', '\u0085', '\u001c', '\u3000'];

describe('clients that come from simplejwt', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer('sqlite', { env: { THROTTLE_SIGN_IN_FAILURES: '3' } });
  });
  afterAll(() => server.remove());
  const reasonOf = ({ errors }: Awaited<ReturnType<Client['send']>>) => errors[0]?.extensions['reason'];

  test.each(AROUND)('may send white space around names, passwords and tokens: %j', async (space) => {
    const around = (text: string | null) => `${space}${text ?? ''}${space}`;
    const { client } = server;
    const credentials = { username: around('alice'), password: around(PASSWORD) };
    const { tokenObtainPair } = await client.expect(TokenObtainPairDocument, credentials);
    const { tokenRefresh } = await client.expect(TokenRefreshDocument, { refresh: around(tokenObtainPair.refresh) });
    await client.expect(TokenVerifyDocument, { token: around(tokenRefresh.access) });
    await client.expect(TokenBlacklistDocument, { refresh: around(tokenRefresh.refresh) });
    const { tokenObtainSliding } = await client.expect(TokenObtainSlidingDocument, credentials);
    const slid = await client.send(TokenRefreshSlidingDocument, { token: around(tokenObtainSliding.token) });
    expect(slid.errors).toEqual([]);
  });

  test.each(['', ' ', '\n\t', '\u3000\u0085'])('are told by its field what is blank: %j', async (blank) => {
    const { client } = server;
    const pair = await client.send(TokenObtainPairDocument, { username: blank, password: PASSWORD });
    expect(pair).toMatchObject(refusalOfBlank('username', 'tokenObtainPair'));
    const sliding = await client.send(TokenObtainSlidingDocument, { username: 'alice', password: blank });
    expect(sliding).toMatchObject(refusalOfBlank('password', 'tokenObtainSliding'));
    const refreshed = await client.send(TokenRefreshSlidingDocument, { token: blank });
    expect(refreshed).toMatchObject(refusalOfBlank('token', 'tokenRefreshSliding'));
  });

  test('white space makes no other account of a name where attempts are counted', async () => {
    await server.auth.users.create({ username: 'carol', password: PASSWORD });
    const answers = [];
    for (const username of ['carol', ' carol', 'carol\n', '\tcarol ', '\u0085carol']) {
      answers.push(
        reasonOf(await server.client.send(TokenObtainPairDocument, { username, password: 'wrong password' })),
      );
    }
    expect(answers.slice(0, 3)).toEqual(Array.from({ length: 3 }, () => 'no_active_account'));
    expect(answers.slice(-1)).toEqual(['throttled']);
  });

  test('a password that has white space around it is taken with it, and one that has none without it', async () => {
    const [spaced, bare] = [' looking-glass 456! ', 'looking-glass 456!'];
    for (const [username, password] of [
      ['dave', spaced],
      ['erin', bare],
    ] as const) {
      await server.auth.users.create({ username, password });
    }
    await server.client.signIn('dave', spaced);
    await server.client.signIn('erin', spaced);
    const wrong = await server.client.send(TokenObtainPairDocument, { username: 'dave', password: bare });
    expect(reasonOf(wrong)).toBe('no_active_account');
  });

  test('may write a slash behind the address, as of every URL of Django', async () => {
    const slashed = new Client(`${server.url}/`);
    const { access } = await slashed.signIn('alice', PASSWORD);
    expect(await slashed.expect(HelloDocument, {}, { token: access })).toEqual({ hello: 'Hello, alice!' });
    const page = await fetch(slashed.url, { headers: { accept: 'text/html' } });
    expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
  });
});

describeEachStore('tokens of nobody', (kind) => {
  test.each([
    ['true', 'true'],
    ['true', 'false'],
    ['false', 'true'],
  ])('are refreshed with their claims, and prove nobody (rotation %s, blacklisting %s)', async (rotate, blacklist) => {
    const env = { JWT_ROTATE_REFRESH_TOKENS: rotate, JWT_BLACKLIST_AFTER_ROTATION: blacklist, JWT_MAX_SESSIONS: '1' };
    const server = await startTestServer(kind, { env });
    try {
      const claims = { user_id: undefined, tenant: 'acme' };
      const tokens = [forgeForAlice(server, claims), forgeForAlice(server, claims)];
      const successors: string[] = [];
      for (const refresh of tokens) {
        const { tokenRefresh } = await server.client.expect(TokenRefreshDocument, { refresh });
        for (const token of [tokenRefresh.access, ...(tokenRefresh.refresh === null ? [] : [tokenRefresh.refresh])]) {
          expect(claimsOf(token)).toMatchObject({ tenant: 'acme' });
          expect(claimsOf(token)).not.toHaveProperty('user_id');
        }
        const hello = await server.client.send(HelloDocument, {}, { token: tokenRefresh.access });
        expect(hello.errors[0]?.message).toBe('Token contained no recognizable user identification');
        successors.push(tokenRefresh.refresh ?? refresh);
      }
      // They are no sessions of one user, of which there might be too many.
      for (const refresh of successors) await server.client.expect(TokenRefreshDocument, { refresh });
    } finally {
      await server.remove();
    }
  });

  test('slide', async () => {
    const server = await startTestServer(kind);
    try {
      const refresh_exp = server.clock.seconds + 86_400;
      const token = forgeForAlice(server, { token_type: 'sliding', user_id: undefined, tenant: 'acme', refresh_exp });
      const { tokenRefreshSliding } = await server.client.expect(TokenRefreshSlidingDocument, { token });
      expect(claimsOf(tokenRefreshSliding.token)).toMatchObject({ tenant: 'acme', refresh_exp });
    } finally {
      await server.remove();
    }
  });
});
