import { createSecretKey, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { HelloDocument, TokenRefreshDocument, TokenVerifyDocument } from '../generated/operations.ts';
import { craft, refusalOfAccess } from '../support/craft.ts';
import { refusal, type TestClaims } from '../support/forge.ts';
import { startTestServer, TEST_KEY, type TestServer } from '../support/server.ts';
import { describeEachStore } from '../support/stores.ts';

const newKeyPair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const pemOf = (key: KeyObject): string =>
  key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }).toString();
const OK = { data: { hello: 'Hello, alice!' }, errors: [] };
const INVALID = refusalOfAccess('Token is invalid');
const UNAVAILABLE = {
  data: null,
  errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE', reason: 'store_unavailable', action: 'WAIT', retryAfter: 1 } }],
};

const own = newKeyPair();
let server: TestServer;
const hello = (token: string) => server.client.send(HelloDocument, {}, { token });
const accessClaims = (): TestClaims => {
  const now = server.clock.seconds;
  const jti = randomBytes(16).toString('hex');
  return { token_type: 'access', exp: now + 300, iat: now, jti, user_id: server.alice.id };
};

describeEachStore('the algorithm', (kind) => {
  const start = async (env: Readonly<Record<string, string>>): Promise<TestServer> =>
    (server = await startTestServer(kind, { env }));
  afterEach(() => server.remove());

  test.each(['HS256', 'HS384', 'HS512'] as const)(
    '71 S1: where %s is configured, no other is accepted',
    async (algorithm) => {
      await start({ JWT_ALGORITHM: algorithm, JWT_SIGNING_KEY: TEST_KEY });
      expect(await hello(craft(accessClaims(), { algorithm }))).toMatchObject(OK);
      for (const other of ['none', 'HS256', 'HS384', 'HS512'] as const) {
        const token = craft(accessClaims(), { algorithm: other });
        expect(await hello(token)).toMatchObject(other === algorithm ? OK : INVALID);
      }
      expect(await hello(craft(accessClaims(), { algorithm: 'RS256', key: own.privateKey }))).toMatchObject(INVALID);
      // The header may say what it likes: the signature is of another algorithm.
      const [, payload, signature] = craft(accessClaims(), {
        algorithm: algorithm === 'HS256' ? 'HS384' : 'HS256',
      }).split('.');
      const header = Buffer.from(JSON.stringify({ alg: algorithm, typ: 'JWT' })).toString('base64url');
      expect(await hello(`${header}.${payload}.${signature}`)).toMatchObject(INVALID);
    },
  );

  test('71 S1: where RS256 is configured, neither another family nor the public key as a secret is accepted', async () => {
    await start({ JWT_ALGORITHM: 'RS256', JWT_SIGNING_KEY: pemOf(own.privateKey) });
    const { access } = await server.signIn();
    expect(await hello(access)).toMatchObject(OK);
    const publicPem = createSecretKey(Buffer.from(pemOf(own.publicKey)));
    for (const token of [
      craft(accessClaims(), { algorithm: 'HS256', key: publicPem }),
      craft(accessClaims(), { algorithm: 'HS256' }),
      craft(accessClaims(), { algorithm: 'none' }),
      craft(accessClaims(), { algorithm: 'RS384', key: own.privateKey }),
      craft(accessClaims(), { algorithm: 'PS256', key: own.privateKey }),
      craft(accessClaims(), { algorithm: 'RS256', key: newKeyPair().privateKey }),
    ]) {
      expect(await hello(token)).toMatchObject(INVALID);
    }
    expect(await hello(craft(accessClaims(), { algorithm: 'RS256', key: own.privateKey }))).toMatchObject(OK);
  });
});

describeEachStore('keys of a JWK set', (kind) => {
  const remote = newKeyPair();
  let jwks: Server;
  let requests = 0;
  let answer: { status: number; body: string };
  const publicJwk = remote.publicKey.export({ format: 'jwk' });
  const keySet = (...kids: string[]) => JSON.stringify({ keys: kids.map((kid) => Object.assign({ kid }, publicJwk)) });
  beforeAll(async () => {
    jwks = createServer((_request, response) => {
      requests += 1;
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    }).listen(0, '127.0.0.1');
    await once(jwks, 'listening');
  });
  afterAll(() => {
    jwks.close();
  });
  beforeEach(async () => {
    requests = 0;
    answer = { status: 200, body: keySet('first', 'second') };
    const env = {
      JWT_ALGORITHM: 'RS256',
      JWT_SIGNING_KEY: pemOf(own.privateKey),
      JWT_JWK_URL: `http://127.0.0.1:${(jwks.address() as AddressInfo).port}/jwks.json`,
    };
    server = await startTestServer(kind, { env });
  });
  afterEach(async () => {
    await server.remove();
  });

  const remotely = (kid: string, key = remote.privateKey, claims: TestClaims = {}) =>
    craft({ ...accessClaims(), ...claims }, { algorithm: 'RS256', key, header: { kid } });

  test('72: a token is verified with the key its header names, which is fetched once', async () => {
    expect(await hello(remotely('first'))).toMatchObject(OK);
    expect(await hello(remotely('first'))).toMatchObject(OK);
    expect(requests).toBe(1);
    expect(await hello(remotely('second'))).toMatchObject(OK);
  });

  test('72: every operation reads tokens so', async () => {
    const token = remotely('first', remote.privateKey, { token_type: 'refresh' });
    const { tokenVerify } = await server.client.expect(TokenVerifyDocument, { token });
    expect(tokenVerify).toMatchObject({ tokenType: 'refresh', userId: server.alice.id });
    const { tokenRefresh } = await server.client.expect(TokenRefreshDocument, { refresh: token });
    expect(await hello(tokenRefresh.access)).toMatchObject(OK);
  });

  test('72: a token whose key is missing is invalid', async () => {
    const token = remotely('third', remote.privateKey, { token_type: 'refresh' });
    expect(await hello(remotely('third'))).toMatchObject(INVALID);
    const refreshed = await server.client.send(TokenRefreshDocument, { refresh: token });
    expect(refreshed).toMatchObject(refusal('Token is invalid', 'token_not_valid'));
  });

  test('72: a token signed with another key than its header names is invalid', async () => {
    expect(await hello(remotely('first', own.privateKey))).toMatchObject(INVALID);
    expect(await hello(remotely('first', newKeyPair().privateKey))).toMatchObject(INVALID);
    expect(await hello(remotely('first'))).toMatchObject(OK);
  });

  test('72: a token that names no key is verified with ours, so that our own tokens are good', async () => {
    const { access } = await server.signIn();
    expect(await hello(access)).toMatchObject(OK);
    expect(await hello(craft(accessClaims(), { algorithm: 'RS256', key: remote.privateKey }))).toMatchObject(INVALID);
    expect(requests).toBe(0);
  });

  test('72 S5: made-up names of keys keep no good key from being found, and are not asked for each', async () => {
    expect(await hello(remotely('first'))).toMatchObject(OK);
    for (let count = 0; count < 12; count += 1) {
      expect(await hello(remotely(`made-up-${count}`))).toMatchObject(INVALID);
    }
    expect(requests).toBeLessThan(5);
    expect(await hello(remotely('first'))).toMatchObject(OK);
    expect(await hello(remotely('second'))).toMatchObject(OK);
  });

  test('72 S8: a key that is added to the set is found when the set is asked for again', async () => {
    expect(await hello(remotely('first'))).toMatchObject(OK);
    answer = { status: 200, body: keySet('second', 'third') };
    expect(await hello(remotely('third'))).toMatchObject(INVALID);
    server.clock.advance(10);
    expect(await hello(remotely('third'))).toMatchObject(OK);
    expect(await hello(remotely('first'))).toMatchObject(INVALID);
    expect(requests).toBe(2);
  });

  test.each([
    ['fails', { status: 500, body: 'oops' }],
    ['answers no JSON', { status: 200, body: '<html>' }],
    ['answers no keys', { status: 200, body: '{"keys":[]}' }],
    ['answers something else', { status: 200, body: 'null' }],
  ])('72 S53: where the URL %s, nothing is said of the token until it does better', async (_case, bad) => {
    const good = answer;
    answer = bad;
    expect(await hello(remotely('first'))).toMatchObject(UNAVAILABLE);
    answer = good;
    server.clock.advance(10);
    expect(await hello(remotely('first'))).toMatchObject(OK);
  });

  test('72 S1: a key that is for another algorithm, or not for signatures, verifies nothing', async () => {
    const keys = [{ alg: 'RS384' }, { use: 'enc' }, { kty: 'oct', k: 'AAAA' }];
    const named = keys.map((members, index) => Object.assign({ kid: `odd-${index}` }, publicJwk, members));
    answer = { status: 200, body: JSON.stringify({ keys: [...named, { ...publicJwk, kid: 'first', alg: 'RS256' }] }) };
    for (const { kid } of named) expect(await hello(remotely(kid))).toMatchObject(INVALID);
    expect(await hello(remotely('first'))).toMatchObject(OK);
    expect(requests).toBe(1);
  });

  test('72 S8: where the URL fails, the keys that are known stay good', async () => {
    expect(await hello(remotely('first'))).toMatchObject(OK);
    answer = { status: 500, body: 'oops' };
    server.clock.advance(10);
    expect(await hello(remotely('third'))).toMatchObject(UNAVAILABLE);
    expect(await hello(remotely('first'))).toMatchObject(OK);
  });

  test('72 S8 S53: for an hour that the URL fails, the keys that are known stay good, and no token is a request', async () => {
    expect(await hello(remotely('first'))).toMatchObject(OK);
    answer = { status: 500, body: 'oops' };
    for (let count = 0; count < 4; count += 1) {
      server.clock.advance(900);
      for (let repeat = 0; repeat < 4; repeat += 1) expect(await hello(remotely('first'))).toMatchObject(OK);
      expect(await hello(remotely('third'))).toMatchObject(UNAVAILABLE);
    }
    expect(requests).toBeLessThanOrEqual(1 + 5);
    server.clock.advance(900);
    expect(await hello(remotely('first'))).toMatchObject(UNAVAILABLE);
    const ours = await server.signIn();
    expect(await hello(ours.access)).toMatchObject(OK);
    answer = { status: 200, body: keySet('third') };
    server.clock.advance(900);
    expect(await hello(remotely('third'))).toMatchObject(OK);
  });
});
