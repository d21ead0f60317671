import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TokenBlacklistDocument, TokenObtainPairDocument, TokenRefreshDocument } from '../generated/operations.ts';
import type { Answer, SendOptions } from '../support/client.ts';
import { claimsOf, forgeForAlice, refusal, refusalOfBlank } from '../support/forge.ts';
import { COOKIE, cookiesOf, Page } from '../support/page.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { describeEachStore } from '../support/stores.ts';

const CREDENTIALS = { username: 'alice', password: PASSWORD };

describeEachStore('a refresh cookie that is no good', (kind) => {
  let server: TestServer;
  let page: Page;
  let plan = '';
  beforeAll(async () => {
    const hooks = { claims: () => ({ plan }) };
    server = await startTestServer(kind, { env: { JWT_REFRESH_COOKIE: 'on' }, hooks });
    page = new Page(server.url);
  });
  afterAll(() => server.remove());

  const withCookie = (cookie: string) => ({ headers: { cookie } });
  /** Asks for a refresh, and then to be signed out. */
  const sendBoth = async (variables: { refresh?: string }, options?: SendOptions): Promise<Answer<unknown>[]> => [
    await page.send(TokenRefreshDocument, variables, options),
    await page.send(TokenBlacklistDocument, variables, options),
  ];

  test.each([
    ['no cookie', 'theme=dark'],
    ['an empty cookie', `${COOKIE}=`],
    ['a cookie whose name only looks like it', `x${COOKIE}=a; ${COOKIE}x=b; simplejwt-refresh=c`],
  ])('%s and no argument: whoever asks is not signed in', async (_case, cookie) => {
    for (const answer of await sendBoth({}, withCookie(cookie))) {
      expect(answer).toMatchObject(refusal('Authentication credentials were not provided.', 'not_authenticated'));
      expect(cookiesOf(answer)).toEqual([]);
    }
  });

  test.each([
    ['junk', `${COOKIE}=junk`],
    ['two of them', `${COOKIE}=a.b.c; ${COOKIE}=d.e.f`],
    ['10 kB', `${COOKIE}=${'x'.repeat(10_000)}`],
    ['10 kB of percent signs', `${COOKIE}=${'%'.repeat(10_000)}`],
    ['half an escape', `${COOKIE}=%E0%A4%A`],
    ['a NUL in disguise', `${COOKIE}=a.b%00.c`],
    ['a value in quotes', `${COOKIE}="a.b.c"`],
    ['thousands of semicolons', `${';'.repeat(5000)}${COOKIE}=a`],
    ['names of object members', `__proto__=1; constructor=2; ${COOKIE}=__proto__`],
  ])('%s: the token is invalid, and nothing worse happens', async (_case, cookie) => {
    for (const answer of await sendBoth({}, withCookie(cookie))) {
      expect(answer).toMatchObject(refusal('Token is invalid', 'token_not_valid'));
      expect(cookiesOf(answer)).toEqual([]);
    }
  });

  test('an access token or a sliding one in it is of the wrong type', async () => {
    const { access } = await server.signIn();
    for (const token of [access, forgeForAlice(server, { token_type: 'sliding' })]) {
      for (const answer of await sendBoth({}, withCookie(`${COOKIE}=${token}`))) {
        expect(answer).toMatchObject(refusal('Token has wrong type', 'token_wrong_type', null));
        expect(cookiesOf(answer)).toEqual([]);
      }
    }
  });

  test('an argument that is no token is not made up for by a good cookie', async () => {
    await page.send(TokenObtainPairDocument, CREDENTIALS);
    for (const [refresh, refusals] of [
      ['', ['tokenRefresh', 'tokenBlacklist'].map((operation) => refusalOfBlank('refresh', operation))],
      ['nonsense', Array.from({ length: 2 }, () => refusal('Token is invalid', 'token_not_valid'))],
    ] as const) {
      const answers = await sendBoth({ refresh });
      expect(answers).toMatchObject(refusals);
      expect(answers.flatMap(cookiesOf)).toEqual([]);
    }
    expect((await page.send(TokenRefreshDocument, {})).errors).toEqual([]);
  });

  test('a refusal leaves the cookie alone, which may be that of a newer sign-in', async () => {
    await page.send(TokenObtainPairDocument, CREDENTIALS);
    const { token } = page;
    await server.auth.sessions.revoke(server.alice.id, String(claimsOf(token)['sid']));
    for (const answer of await sendBoth({})) {
      expect(answer).toMatchObject(refusal('Token is blacklisted', 'token_blacklisted'));
      expect(cookiesOf(answer)).toEqual([]);
    }
    const expired = forgeForAlice(server, { exp: server.clock.seconds - 1 });
    const answer = await page.send(TokenRefreshDocument, {}, withCookie(`${COOKIE}=${expired}`));
    expect(answer).toMatchObject(refusal('Token is expired', 'token_expired'));
    expect(cookiesOf(answer)).toEqual([]);
  });

  test('a token too long for any browser is an error of the server, and no cookie', async () => {
    plan = 'x'.repeat(3000);
    const answer = await page.send(TokenObtainPairDocument, CREDENTIALS);
    expect(answer.data).toBeNull();
    expect(answer.errors).toEqual([expect.objectContaining({ message: 'Internal server error' })]);
    expect(cookiesOf(answer)).toEqual([]);
    plan = 'x'.repeat(2000);
    const shorter = await page.send(TokenObtainPairDocument, CREDENTIALS);
    expect(cookiesOf(shorter)).toHaveLength(1);
  });
});
