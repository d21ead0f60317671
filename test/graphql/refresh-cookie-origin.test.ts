import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Hooks } from '../../src/contracts/hooks.ts';
import {
  PasswordChangeDocument,
  TokenBlacklistDocument,
  TokenObtainPairDocument,
  TokenRefreshDocument,
} from '../generated/operations.ts';
import type { Answer } from '../support/client.ts';
import { claimsOf } from '../support/forge.ts';
import { COOKIE, cookiesOf, Page } from '../support/page.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { describeEachStore } from '../support/stores.ts';

const CREDENTIALS = { username: 'alice', password: PASSWORD };
const HOST = 'api.example.com';
const NAMED = 'https://app.example.com';

const NOT_ALLOWED = {
  status: 200,
  data: null,
  errors: [
    expect.objectContaining({
      message:
        "Requests from this origin are not allowed. Expected this server's own origin, by https, or one of CORS_ORIGINS.",
      extensions: { code: 'FORBIDDEN', reason: 'origin_not_allowed' },
    }),
  ],
};

describeEachStore('the origin of a request in cookie mode', (kind) => {
  let server: TestServer;
  let signIns = 0;
  beforeAll(async () => {
    const count = () => {
      signIns += 1;
    };
    const hooks: Hooks = { onLoginSuccess: count, onLoginFailed: count };
    const env = { JWT_REFRESH_COOKIE: 'on', CORS_ORIGINS: `${NAMED},http://localhost:5173` };
    server = await startTestServer(kind, { env, hooks });
  });
  afterAll(() => server.remove());

  /** One request of each operation, with what is good and so would succeed, or with what is not. */
  async function attempts(origin: string, headers: Readonly<Record<string, string>>, password = PASSWORD) {
    const { access: token, refresh } = await server.signIn();
    const page = new Page(server.url, origin);
    page.token = password === PASSWORD ? refresh : 'nonsense';
    const before = signIns;
    const answers: Answer<unknown>[] = [
      await page.send(TokenObtainPairDocument, { username: 'alice', password }, { headers }),
      await page.send(TokenRefreshDocument, {}, { headers }),
      await page.send(TokenRefreshDocument, { refresh: page.token }, { headers }),
      await page.send(TokenBlacklistDocument, {}, { headers }),
      await page.send(TokenBlacklistDocument, { refresh: page.token }, { headers }),
      await page.send(
        PasswordChangeDocument,
        { currentPassword: password, newPassword: 'looking-glass' },
        { headers, token },
      ),
    ];
    return { answers, refresh, count: signIns - before };
  }

  test.each([
    ['of a stranger', 'https://evil.com'],
    ['of nobody', 'null'],
    ['that is empty', ''],
    ['of a subdomain', `https://evil.${HOST}`],
    ['of the parent domain', 'https://example.com'],
    ['of another port', `https://${HOST}:8443`],
    ['without TLS', `http://${HOST}`],
    ['of another scheme', `ftp://${HOST}`],
    ['that begins like this one', `https://${HOST}.evil.com`],
    ['that ends like this one', `https://evil${HOST}`],
    ['with this one as its user', `https://${HOST}@evil.com`],
    ['with this one as its fragment', `https://evil.com#${HOST}`],
    ['with a path', `https://${HOST}/`],
    ['in capitals', `HTTPS://${HOST.toUpperCase()}`],
    ['beside this one', `https://evil.com, https://${HOST}`],
    ['that begins like a named one', `${NAMED}.evil.com`],
    ['that ends like a named one', 'https://evil-app.example.com'],
    ['of another port than a named one', `${NAMED}:8443`],
    ['of a named host without TLS', 'http://app.example.com'],
  ])('an origin %s is refused: no work is done, and no cookie set', async (_case, origin) => {
    for (const password of [PASSWORD, 'not the password']) {
      const { answers, refresh, count } = await attempts(origin, { host: HOST }, password);
      for (const answer of answers) expect(answer).toMatchObject(NOT_ALLOWED);
      expect(answers.flatMap(cookiesOf)).toEqual([]);
      expect(count).toBe(0);
      const session = await server.auth.sessions.find(String(claimsOf(refresh)['sid']));
      expect(session).toMatchObject({ jti: claimsOf(refresh)['jti'], revokedAt: null });
    }
  });

  test('a page that rebound its own name to this address is refused without TLS', async () => {
    const headers = { host: 'evil.com:4000' };
    const answer = await new Page(server.url, 'http://evil.com:4000').send(TokenObtainPairDocument, CREDENTIALS, {
      headers,
    });
    expect(answer).toMatchObject(NOT_ALLOWED);
    expect(cookiesOf(answer)).toEqual([]);
  });

  test.each([
    ['this server has behind TLS', `https://${HOST}`, HOST],
    ['this server has at another port', `https://${HOST}:8443`, `${HOST}:8443`],
    ['a server on this machine has', 'http://127.0.0.1:4000', '127.0.0.1:4000'],
    ['a server on this machine has, by IPv6', 'http://[::1]:4000', '[::1]:4000'],
    ['a server on this machine has, by name', 'http://app.localhost', 'app.localhost'],
    ['the operator has named', NAMED, HOST],
    ['the operator has named, on this machine', 'http://localhost:5173', '127.0.0.1:4000'],
  ])('the origin that %s is served', async (_case, origin, host) => {
    const page = new Page(server.url, origin);
    const signedIn = await page.send(TokenObtainPairDocument, CREDENTIALS, { headers: { host } });
    expect(signedIn).toMatchObject({ data: { tokenObtainPair: { refresh: null } }, errors: [] });
    expect((await page.send(TokenRefreshDocument, {}, { headers: { host } })).errors).toEqual([]);
    expect((await page.send(TokenBlacklistDocument, {}, { headers: { host } })).errors).toEqual([]);
    expect(page.token).toBeNull();
  });

  test('browsers let pages of named origins send the cookie along, and no other', async () => {
    const preflight = async (origin: string) => {
      const headers = { origin, 'access-control-request-method': 'POST' };
      const answer = await fetch(server.url, { method: 'OPTIONS', headers });
      return answer.headers;
    };
    const named = await preflight(NAMED);
    expect(named.get('access-control-allow-origin')).toBe(NAMED);
    expect(named.get('access-control-allow-credentials')).toBe('true');
    const stranger = await preflight('https://evil.com');
    expect(stranger.get('access-control-allow-origin')).toBeNull();
    const answer = await new Page(server.url, NAMED).send(TokenObtainPairDocument, CREDENTIALS);
    expect(answer.headers.get('access-control-allow-credentials')).toBe('true');
    expect(cookiesOf(answer)[0]).toMatch(`${COOKIE}=`);
  });

  test('what needs no refresh token is open to every origin, as without cookie mode', async () => {
    const { data, errors } = await server.client.sendRaw(
      { query: '{ __typename }' },
      { headers: { origin: 'https://evil.com' } },
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({ __typename: 'Query' });
  });
});
