import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import * as oauth from 'oauth4webapi';
import { createDpop, generateProofKeys } from '../../src/client/dpop.ts';

const AUDIENCE = 'https://orders.example.com';
const OPTIONS = { [oauth.allowInsecureRequests]: true, requireDPoP: true };

/** A service that trusts nothing but oauth4webapi: it answers what that library finds wrong with a request. */
describe('oauth4webapi as the service that is sent proofs', () => {
  let service: Server;
  let origin: string;
  let mint: (jkt: string) => Promise<string>;
  beforeAll(async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'k' }] };
    mint = (jkt) =>
      new SignJWT({ cnf: { jkt }, client_id: 'app' })
        .setProtectedHeader({ typ: 'at+jwt', alg: 'ES256', kid: 'k' })
        .setIssuer(origin)
        .setAudience(AUDIENCE)
        .setSubject('7')
        .setIssuedAt()
        .setJti('1')
        .setExpirationTime('5m')
        .sign(privateKey);
    const answer = async ({ method = '', url = '', headers }: IncomingMessage, response: ServerResponse) => {
      if (url === '/jwks') return response.setHeader('content-type', 'application/json').end(JSON.stringify(jwks));
      const received = new Request(`${origin}${url}`, { method, headers: headers as Record<string, string> });
      const issuer = { issuer: origin, jwks_uri: `${origin}/jwks` };
      const said = await oauth.validateJwtAccessToken(issuer, received, AUDIENCE, OPTIONS).then(
        ({ sub }) => `Hello, ${sub}!`,
        (error: unknown) => (error as Error).message,
      );
      return response.end(said);
    };
    service = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
    await once(service, 'listening');
    origin = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  });
  afterAll(() => void service.close());

  test.each(['ES256', 'RS256'] as const)(
    'it lets in who holds the %s key, by any method, and nobody else',
    async (algorithm) => {
      const pair = await generateProofKeys(algorithm);
      const access = await mint(await calculateJwkThumbprint(await exportJWK(pair.publicKey)));
      const ask = async (send: typeof fetch, scheme: string, path = '/orders?page=2', method = 'GET') =>
        (await send(`${origin}${path}`, { method, headers: { authorization: `${scheme} ${access}` } })).text();
      const dpop = createDpop({ key: pair });
      expect(await ask(dpop.fetch, 'Bearer')).toBe('Hello, 7!');
      expect(await ask(dpop.fetch, 'Bearer', '/orders/%7Ealice/../1', 'DELETE')).toBe('Hello, 7!');
      expect(await ask(createDpop().fetch, 'Bearer')).toMatch(/confirmation mismatch/);
      expect(await ask(fetch, 'Bearer')).not.toMatch(/Hello/);
      expect(await ask(fetch, 'DPoP')).not.toMatch(/Hello/);
    },
  );
});
