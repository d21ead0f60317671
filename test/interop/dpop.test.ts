import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as jose from 'jose';
import * as oauth from 'oauth4webapi';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { sha256 } from '../support/proofs.ts';

/** The library refuses http by itself; all of this stays on this machine. */
const OPTIONS = { [oauth.allowInsecureRequests]: true };
const JSON_TYPE = { 'content-type': 'application/json' };
const SIGN_IN = `mutation { tokenObtainPair(username: "alice", password: "${PASSWORD}") { access refresh } }`;
interface Pair {
  readonly access: string;
  readonly refresh: string;
}

describe('libraries that make DPoP proofs', () => {
  let server: TestServer;
  beforeAll(async () => {
    const env = { JWT_DPOP: 'required', JWT_DPOP_NONCE: 'on', REST_PATH: '/api/token/', JWT_LEEWAY: '60' };
    server = await startTestServer('sqlite', { env: { ...env, JWT_ISSUER: 'http://127.0.0.1' } });
  });
  afterAll(() => server.remove());

  test.each(['ES256', 'Ed25519', 'EdDSA', 'PS256', 'RS256'])('jose, with %s', async (alg) => {
    const { publicKey, privateKey } = await jose.generateKeyPair(alg, { extractable: false });
    const jwk = await jose.exportJWK(publicKey);
    let nonce = '';
    const send = async (query: string, token?: string) => {
      const claims = {
        jti: randomUUID(),
        htm: 'POST',
        htu: server.url,
        nonce,
        ...(token !== undefined && { ath: sha256(token) }),
      };
      const dpop = await new jose.SignJWT(claims)
        .setProtectedHeader({ typ: 'dpop+jwt', alg, jwk })
        .setIssuedAt()
        .sign(privateKey);
      const authorization = token === undefined ? {} : { authorization: `DPoP ${token}` };
      const answer = await server.client.sendRaw({ query }, { headers: { dpop, ...authorization } });
      nonce = answer.headers.get('dpop-nonce') ?? nonce;
      return answer;
    };
    expect((await send(SIGN_IN)).errors).toMatchObject([{ extensions: { reason: 'use_dpop_nonce' } }]);
    const { data } = await send(SIGN_IN);
    const { access = '' } = (data?.['tokenObtainPair'] ?? {}) as Partial<Pair>;
    expect(jose.decodeJwt(access)['cnf']).toEqual({ jkt: await jose.calculateJwkThumbprint(jwk) });
    expect((await send('{ hello }', access)).data).toEqual({ hello: 'Hello, alice!' });
  });

  test('oauth4webapi, which learns of the nonce from the answer of the server, on GraphQL and the old addresses', async () => {
    const client: oauth.Client = { client_id: 'application' };
    const keys = await oauth.generateKeyPair('ES256');
    const DPoP = oauth.DPoP(client, keys);
    const graphql = async (token: string, query: string) => {
      const ask = () =>
        oauth.protectedResourceRequest(
          token,
          'POST',
          new URL(server.url),
          new Headers(JSON_TYPE),
          JSON.stringify({ query }),
          { DPoP, ...OPTIONS },
        );
      const answer = await ask().catch((error: unknown) => {
        if (oauth.isDPoPNonceError(error)) return ask();
        throw error;
      });
      return (await answer.json()) as { data: Record<string, unknown>; errors?: unknown };
    };
    const jkt = await DPoP.calculateThumbprint();
    const { access } = await server.auth.tokens.forUser(server.alice, { boundTo: jkt });
    expect(await graphql(access.token, '{ hello }')).toEqual({ data: { hello: 'Hello, alice!' } });
    expect(await graphql(access.token, '{ me { username } }')).toEqual({ data: { me: { username: 'alice' } } });
    const hello = new URL('/api/hello/', server.url);
    const answer = await oauth.protectedResourceRequest(access.token, 'GET', hello, undefined, null, {
      DPoP,
      ...OPTIONS,
    });
    expect(await answer.json()).toEqual({ message: 'Hello, alice!' });
    const other = oauth.protectedResourceRequest(access.token, 'GET', hello, undefined, null, {
      DPoP: oauth.DPoP(client, await oauth.generateKeyPair('ES256')),
      ...OPTIONS,
    });
    await expect(other).rejects.toMatchObject({ status: 401, cause: [{ scheme: 'dpop' }] });
  });

  test('find out which algorithms there are', async () => {
    const metadata = await fetch(new URL('/.well-known/oauth-authorization-server', server.url));
    expect(await metadata.json()).toMatchObject({
      dpop_signing_alg_values_supported: expect.arrayContaining(['ES256', 'Ed25519']) as unknown,
    });
  });
});

test('oauth4webapi as the independent verifier lets in whom the server binds', async () => {
  const { privateKey } = await jose.generateKeyPair('ES256', { extractable: true });
  const server = await startTestServer('sqlite', {
    env: {
      JWT_DPOP: 'optional',
      JWT_ALGORITHM: 'ES256',
      JWT_SIGNING_KEY: await jose.exportPKCS8(privateKey),
      JWT_ISSUER: 'https://auth.example.com',
      JWT_AUDIENCE: 'orders',
      JWT_ACCESS_TOKEN_TYP: 'at+jwt',
      JWT_CLAIMS: '{"sub":"$id","client_id":"application"}',
    },
  });
  try {
    const client: oauth.Client = { client_id: 'application' };
    const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'));
    const boundTo = await DPoP.calculateThumbprint();
    const { access } = await server.auth.tokens.forUser(server.alice, { boundTo });
    // The request that a client would send to a service, as the library makes it.
    let sent: Request | undefined;
    const address = new URL('https://orders.example.com/list');
    await oauth.protectedResourceRequest(access.token, 'GET', address, undefined, null, {
      DPoP,
      [oauth.customFetch]: async (url, options) => {
        sent = new Request(url, options as RequestInit);
        return new Response('{}');
      },
    });
    if (sent === undefined) throw new Error('expected a request');
    const authority = {
      issuer: 'https://auth.example.com',
      jwks_uri: 'https://auth.example.com/.well-known/jwks.json',
    };
    const options = {
      [oauth.customFetch]: async () => Response.json({ keys: server.auth.publicKeys().keys }),
    };
    const claims = await oauth.validateJwtAccessToken(authority, sent, 'orders', { requireDPoP: true, ...options });
    expect(claims).toMatchObject({ sub: server.alice.id, cnf: { jkt: boundTo } });
    const bearer = new Request(sent.url, { headers: { authorization: `Bearer ${access.token}` } });
    await expect(oauth.validateJwtAccessToken(authority, bearer, 'orders', options)).rejects.toThrow(/DPoP/);
  } finally {
    await server.remove();
  }
});
