import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { createTokenVerifier, type RevocationOptions, type TokenVerifier } from '../../src/verifier/index.ts';
import { SessionRevokeAllDocument, TokenBlacklistDocument } from '../generated/operations.ts';
import { craft } from '../support/craft.ts';
import { startTestServer, TEST_KEY, TestClock, type TestServer } from '../support/server.ts';
import { describeEachStore } from '../support/stores.ts';

const SOON = 0.05;

const verdictOf = (verifier: TokenVerifier, token: string) =>
  verifier.verify(token).then(
    () => 'accepted',
    (error: unknown) => (error as { readonly reason: string }).reason,
  );

describeEachStore('a verifier that is told what was revoked', (kind) => {
  let server: TestServer;
  let verifier: TokenVerifier;
  afterEach(async () => {
    verifier.close();
    await server.remove();
  });

  const start = async (options: Partial<RevocationOptions> = {}) => {
    server = await startTestServer(kind);
    const { secret } = await server.auth.services.create('orders');
    const url = new URL('/revocations', server.url).href;
    const revocations = { url, name: 'orders', secret, interval: SOON, ...options };
    verifier = createTokenVerifier({ key: TEST_KEY, algorithms: ['HS256'], clock: server.clock.read, revocations });
  };
  /** Asks as long as another answer can still be due, 300 intervals. */
  const eventually = async (token: string, verdict: string) => {
    let latest = '';
    for (let count = 0; count < 300 && latest !== verdict; count += 1) {
      await delay(SOON * 1000);
      latest = await verdictOf(verifier, token);
    }
    expect(latest).toBe(verdict);
  };

  test('refuses the tokens of a session that has ended, of before and after it began to ask, and no others', async () => {
    await start();
    const [before, after, other] = [await server.signIn(), await server.signIn(), await server.signIn()];
    await server.client.expect(TokenBlacklistDocument, { refresh: before.refresh });
    expect(await verdictOf(verifier, before.access)).toBe('session_revoked');
    expect(await verdictOf(verifier, after.access)).toBe('accepted');
    await server.client.expect(TokenBlacklistDocument, { refresh: after.refresh });
    await eventually(after.access, 'session_revoked');
    expect(await verdictOf(verifier, other.access)).toBe('accepted');
    await server.client.expect(SessionRevokeAllDocument, {}, { token: other.access });
    await eventually(other.access, 'session_revoked');
  });

  test('accepts nobody once it was told nothing for too long, and tells why', async () => {
    const errors: unknown[] = [];
    await start({ secret: 'not the secret', maxSilence: 30, onError: (error) => errors.push(error) });
    const { access } = await server.signIn();
    expect(await verdictOf(verifier, access)).toBe('store_unavailable');
    expect(String(errors[0])).toMatch(
      /\/revocations answered 401, expected 200: the name and secret must be those that `services create` has printed$/,
    );
  });
});

test('goes on with what it knows while the feed is away, for as long as it was allowed to', async () => {
  const feedState = { isAway: false, requests: 0 };
  const clock = new TestClock();
  const exp = clock.seconds + 600;
  const feed = createServer((request, response) => {
    feedState.requests += 1;
    const page = request.url?.includes('since') === true ? [] : [{ sid: 'gone', exp }];
    response.statusCode = feedState.isAway ? 503 : 200;
    response.end(
      JSON.stringify({ cursor: 'next', sessions: page, tokens: [{ jti: 'dead', exp }], more: feedState.requests < 3 }),
    );
  }).listen(0, '127.0.0.1');
  await once(feed, 'listening');
  const token = (claims: object) =>
    craft({ token_type: 'access', exp, iat: clock.seconds, jti: 'a', user_id: 'u', ...claims }, { algorithm: 'HS256' });
  const url = `http://127.0.0.1:${(feed.address() as AddressInfo).port}/`;
  const revocations = { url, name: 'orders', secret: 'x', interval: SOON, maxSilence: 60 };
  const verifier = createTokenVerifier({ key: TEST_KEY, algorithms: ['HS256'], clock: clock.read, revocations });
  expect(await verdictOf(verifier, token({ sid: 'gone' }))).toBe('session_revoked');
  expect(feedState.requests).toBe(3);
  expect(await verdictOf(verifier, token({ jti: 'dead' }))).toBe('session_revoked');
  expect(await verdictOf(verifier, token({ sid: 'alive' }))).toBe('accepted');
  const twoMoreRequests = async () => {
    const enough = feedState.requests + 2;
    while (feedState.requests < enough) await delay(SOON * 1000);
  };
  feedState.isAway = true;
  await twoMoreRequests();
  expect(await verdictOf(verifier, token({ sid: 'gone' }))).toBe('session_revoked');
  expect(await verdictOf(verifier, token({ sid: 'alive' }))).toBe('accepted');
  clock.advance(61);
  expect(await verdictOf(verifier, token({ sid: 'alive' }))).toBe('store_unavailable');
  feedState.isAway = false;
  await twoMoreRequests();
  expect(await verdictOf(verifier, token({ sid: 'alive' }))).toBe('accepted');
  verifier.close();
  feed.close();
});
