import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createTokenStore, type TokenStore } from '../../src/client/index.ts';
import type { AuthError } from '../../src/contracts/errors.ts';
import { createTokenVerifier } from '../../src/verifier/index.ts';
import {
  HelloDocument,
  TokenBlacklistDocument,
  TokenObtainSlidingDocument,
  TokenRefreshDocument,
  TokenRefreshSlidingDocument,
  TokenVerifyDocument,
} from '../generated/operations.ts';
import { craft, craftAccess } from '../support/craft.ts';
import { claimsOf } from '../support/forge.ts';
import { PASSWORD, startTestServer, TEST_KEY, TestClock, type TestServer } from '../support/server.ts';
import { Service } from '../support/service.ts';
import { describeEachStore } from '../support/stores.ts';

const HOUR = 3600;
const EARLY = { reason: 'token_not_valid', action: 'WAIT', retryAfter: 60 };

describeEachStore('a token of the future: the clock was set back, or is behind that of the issuer', (kind) => {
  let server: TestServer;
  let service: Service;
  let pair: { access: string; refresh: string };
  beforeAll(async () => {
    server = await startTestServer(kind, { env: { JWT_ISSUER: 'house' } });
    service = await Service.of(server);
  });
  beforeEach(async () => {
    pair = await server.signIn();
  });
  afterAll(() => server.remove());

  const setBack = async (work: () => Promise<void>) => {
    server.clock.advance(-HOUR);
    await work().finally(() => server.clock.advance(HOUR));
  };
  const answerTo = async (operation: 'hello' | 'refresh' | 'verify' | 'blacklist', token: string) => {
    const { client } = server;
    const answers = {
      hello: () => client.send(HelloDocument, {}, { token }),
      refresh: () => client.send(TokenRefreshDocument, { refresh: token }),
      verify: () => client.send(TokenVerifyDocument, { token }),
      blacklist: () => client.send(TokenBlacklistDocument, { refresh: token }),
    };
    return (await answers[operation]()).errors[0]?.extensions;
  };

  test('is told to wait, and its session goes on when the clock is right again', async () => {
    await setBack(async () => {
      expect(await answerTo('hello', pair.access)).toMatchObject(EARLY);
      expect(await answerTo('verify', pair.access)).toMatchObject(EARLY);
      for (const operation of ['refresh', 'verify', 'blacklist'] as const) {
        expect(await answerTo(operation, pair.refresh)).toMatchObject(EARLY);
      }
    });
    expect(await answerTo('hello', pair.access)).toBeUndefined();
    expect(await answerTo('refresh', pair.refresh)).toBeUndefined();
  });

  test('is told to wait where it is a sliding token, too', async () => {
    const credentials = { username: 'alice', password: PASSWORD };
    const { token } = (await server.client.expect(TokenObtainSlidingDocument, credentials)).tokenObtainSliding;
    await setBack(async () => {
      const { errors } = await server.client.send(TokenRefreshSlidingDocument, { token });
      expect(errors[0]?.extensions).toMatchObject(EARLY);
    });
    expect((await server.client.send(TokenRefreshSlidingDocument, { token })).errors).toEqual([]);
  });

  test.each([
    ['iat', 5, 5],
    ['iat', 61, 60],
    ['nbf', 5, 5],
    ['nbf', 1_000_000_000, 60],
  ])('with %s in %i s may try again in %i s', async (claim, seconds, retryAfter) => {
    const token = craftAccess(server, { iss: 'house', [claim]: server.clock.seconds + seconds });
    const { retryAfter: told, ...rest } = (await answerTo('hello', token)) ?? {};
    expect(rest).toMatchObject({ reason: 'token_not_valid', action: 'WAIT' });
    expect([retryAfter - 1, retryAfter]).toContain(told);
  });

  test('is refused for good where it is no good otherwise', async () => {
    const now = server.clock.seconds;
    const claims = { ...claimsOf(pair.refresh), iat: now + HOUR, nbf: now + HOUR };
    const bad = {
      'another key': craft(claims, { key: 'another-test-key-0123456789abcdef0123456789abcdef' }),
      'another issuer': craft({ ...claims, iss: 'elsewhere' }),
      'no end that is one': craft({ ...claims, exp: 'tomorrow' }),
      'a jti that is none': craft({ ...claims, jti: { a: 1 } }),
      'two readings': craft(claims).replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
    };
    for (const [what, token] of Object.entries(bad)) {
      expect([what, await answerTo('refresh', token)]).toMatchObject([
        what,
        { reason: 'token_not_valid', action: 'LOGIN' },
      ]);
    }
    const expired = craft({ ...claims, exp: now - 1 });
    expect(await answerTo('refresh', expired)).toMatchObject({ reason: 'token_expired', action: 'LOGIN' });
  });

  test('is not active to a service, which is not told that it was revoked', async () => {
    await setBack(async () => {
      expect((await service.introspect(pair.access)).body).toEqual({ active: false });
      for (const token of [pair.access, pair.refresh]) {
        expect(await service.revoke(token)).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } });
      }
    });
    expect((await service.introspect(pair.access)).body).toMatchObject({ active: true });
  });

  test('is told to wait by a verifier, too, as far as it is behind', async () => {
    const clock = new TestClock();
    const verifier = createTokenVerifier({ key: TEST_KEY, algorithms: ['HS256'], issuer: 'house', clock: clock.read });
    clock.advance(-HOUR);
    const verdict = await verifier.verify(pair.access).catch((error: AuthError) => error.extensions);
    expect(verdict).toMatchObject({ ...EARLY, messages: [{ message: 'Token is invalid' }] });
    const wrong = craft({ ...claimsOf(pair.access), iss: 'elsewhere' });
    const refused = await verifier.verify(wrong).catch((error: AuthError) => error.extensions);
    expect(refused).toMatchObject({ reason: 'token_not_valid', action: 'REFRESH' });
    clock.advance(HOUR + 1);
    expect((await verifier.verify(pair.access)).user.id).toBe(server.alice.id);
  });

  test('signs nobody out of graphql-simplejwt/client', async () => {
    const tokens: TokenStore = createTokenStore({
      url: server.url,
      clock: server.clock.read,
      sleep: () => Promise.resolve(),
    });
    await tokens.signIn('alice', PASSWORD);
    await setBack(async () => {
      await expect(tokens.refresh()).rejects.toMatchObject({ outcome: 'unavailable', retryAfter: 60 });
      expect(tokens.getState().status).toBe('signed-in');
      expect(await tokens.signOut()).toBe(false);
    });
    tokens.close();
  });
});
