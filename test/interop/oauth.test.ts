import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { claimsOf } from '../support/forge.ts';
import { helloWith } from '../support/process.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

/** The library refuses http by itself; all of this stays on this machine. */
const OPTIONS = { [oauth.allowInsecureRequests]: true };

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

describe('libraries for OAuth', () => {
  let server: TestServer;
  let issuer: URL;
  let authority: oauth.AuthorizationServer;
  let secret: string;
  const client = { client_id: 'orders-1_a.b' };
  beforeAll(async () => {
    const port = await freePort();
    issuer = new URL(`http://127.0.0.1:${port}`);
    server = await startTestServer('sqlite', { env: { PORT: String(port), JWT_ISSUER: issuer.origin } });
    ({ secret } = await server.auth.services.create(client.client_id));
    const response = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...OPTIONS });
    authority = await oauth.processDiscoveryResponse(issuer, response);
  });
  afterAll(() => server.remove());
  const introspect = async (token: string, withSecret = secret) => {
    const authentication = oauth.ClientSecretBasic(withSecret);
    const response = await oauth.introspectionRequest(authority, client, authentication, token, OPTIONS);
    return oauth.processIntrospectionResponse(authority, client, response);
  };

  test('oauth4webapi finds out where to introspect and revoke, does both, and understands what it is answered', async () => {
    const { access } = await server.signIn();
    const { jti, sid } = claimsOf(access);
    expect(await introspect(access)).toMatchObject({ active: true, iss: issuer.origin, jti, sid, username: 'alice' });
    const authentication = oauth.ClientSecretBasic(secret);
    await oauth.processRevocationResponse(
      await oauth.revocationRequest(authority, client, authentication, access, OPTIONS),
    );
    expect(await introspect(access)).toEqual({ active: false });
    expect(await helloWith(server.client, access)).toBe('session_revoked');
  });

  test('openid-client finds out where to introspect and revoke, and does both', async () => {
    const { access } = await server.signIn();
    const configuration = await openid.discovery(issuer, client.client_id, secret, openid.ClientSecretBasic(secret), {
      algorithm: 'oauth2',
      execute: [openid.allowInsecureRequests],
    });
    expect(await openid.tokenIntrospection(configuration, access)).toMatchObject({ active: true, username: 'alice' });
    await openid.tokenRevocation(configuration, access);
    expect(await openid.tokenIntrospection(configuration, access)).toEqual({ active: false });
  });

  test('oauth4webapi understands a refusal', async () => {
    const refused = introspect('abc', 'wrong');
    await expect(refused).rejects.toMatchObject({ status: 401, cause: [{ scheme: 'basic' }] });
  });
});
