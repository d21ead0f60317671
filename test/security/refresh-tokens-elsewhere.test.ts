import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { createAuth } from '../../src/graphql/auth.ts';
import { createTokenVerifier } from '../../src/verifier/index.ts';
import { HelloDocument, TokenBlacklistDocument, TokenVerifyDocument } from '../generated/operations.ts';
import { refreshWith } from '../support/process.ts';
import { keeperOf, kidOf } from '../support/ring.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { newPlace } from '../support/stores.ts';

const ISSUER = 'https://auth.example.com';
const AUDIENCE = 'orders';
const folder = mkdtempSync(join(tmpdir(), 'simplejwt-ring-'));
const keysDir = join(folder, 'keys');
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pair = {
  JWT_ALGORITHM: 'RS256',
  JWT_SIGNING_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
};
const ring = { JWT_KEYS_DIR: keysDir, JWT_SIGNING_KEY: '' };
afterAll(() => rmSync(folder, { recursive: true }));

/** Programs that check signature, issuer and audience by our JWKS, and nothing else; others are tried in `test/interop`. */
const PROGRAMS: Readonly<Record<string, (jwksUri: string) => (token: string) => Promise<unknown>>> = {
  jose: (jwksUri) => {
    const keys = createRemoteJWKSet(new URL(jwksUri));
    return (token) => jwtVerify(token, keys, { issuer: ISSUER, audience: AUDIENCE });
  },
  'our verifier': (jwksUrl) => {
    const verifier = createTokenVerifier({ jwksUrl, issuer: ISSUER, audience: AUDIENCE });
    return (token) => verifier.verify(token);
  },
};

/** jose names the algorithm, which it does not expect of a published key; our verifier answers as ever. */
const REFUSED = /^(Unsupported "alg" value for a JSON Web Key Set|Given token not valid for any token type)$/;

describe.each([
  ['a key pair', pair],
  ['a key ring', ring],
])('with %s', (_what, keys) => {
  let server: TestServer;
  let jwksUri: string;
  beforeAll(async () => {
    if (keys === ring) await keeperOf(keysDir).generate('RS256');
    server = await startTestServer('sqlite', { env: { ...keys, JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE } });
    jwksUri = new URL('/.well-known/jwks.json', server.url).href;
  });
  afterAll(() => server.remove());

  test.each(Object.entries(PROGRAMS))('S45: %s accepts access tokens, and no refresh token', async (_name, program) => {
    const verify = program(jwksUri);
    const { access, refresh } = await server.signIn();
    const signedOut = (await server.signIn()).refresh;
    await server.client.expect(TokenBlacklistDocument, { refresh: signedOut });
    const next = await refreshWith(server.client, refresh);
    for (const token of [access, String(next.access)]) await expect(verify(token)).resolves.toBeDefined();
    for (const token of [refresh, String(next.refresh), signedOut])
      await expect(verify(token)).rejects.toThrow(REFUSED);
  });

  test('S2 S45: a refresh token is one here, and lets nobody in', async () => {
    const { refresh } = await server.signIn();
    const { tokenVerify } = await server.client.expect(TokenVerifyDocument, { token: refresh });
    expect(tokenVerify).toMatchObject({ tokenType: 'refresh' });
    const { errors } = await server.client.send(HelloDocument, {}, { token: refresh });
    expect(errors[0]?.extensions).toMatchObject({ reason: 'token_wrong_type' });
  });
});

test('refresh tokens from before they had a key of their own go on, and get a successor that has it', async () => {
  const place = newPlace('sqlite');
  const options = {
    ...place.options,
    algorithm: 'RS256',
    signingKey: pair.JWT_SIGNING_KEY,
    passwordHashCost: 4,
  } as const;
  const before = await createAuth({ ...options, refreshOwnKey: false });
  const alice = await before.users.create({ username: 'alice', password: PASSWORD });
  const { refresh } = await before.tokens.forUser(alice);
  await before.close();
  const after = await createAuth(options);
  const { token } = (await after.tokens.refresh(refresh.token)).refresh;
  expect([kidOf(refresh.token), kidOf(token)]).toEqual([undefined, expect.any(String)]);
  expect((await after.tokens.refresh(String(token))).refresh.token).not.toBe(token);
  await after.close();
  await place.remove();
});
