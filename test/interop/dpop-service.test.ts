import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { calculateJwkThumbprint, exportJWK } from 'jose';
import * as oauth from 'oauth4webapi';
import { craft } from '../support/craft.ts';
import { ENGINES } from '../support/engines.ts';
import { TEST_KEY } from '../support/server.ts';
import { serviceOf } from '../verifier/service-with-proofs.ts';

describe.each(ENGINES)('a service with a verifier by %s', (_engine, create) => {
  let service: Server;
  let origin: string;
  beforeAll(async () => {
    service = serviceOf((request) =>
      create({ key: TEST_KEY, algorithms: ['HS256'], dpop: { mode: 'required', url: origin } }).context({
        req: request,
      }),
    );
    await once(service, 'listening');
    origin = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  });
  afterAll(() => void service.close());

  test.each(['ES256', 'RS256'])('lets in oauth4webapi with the %s key of its token, and not without', async (alg) => {
    const pair = await oauth.generateKeyPair(alg);
    const jkt = await calculateJwkThumbprint(await exportJWK(pair.publicKey));
    const exp = Math.floor(Date.now() / 1000) + 300;
    const access = craft({ token_type: 'access', exp, jti: 'a', user_id: 'alice', cnf: { jkt } });
    const client: oauth.Client = { client_id: 'app' };
    const ask = async (...[keys]: [] | [CryptoKeyPair]): Promise<unknown> => {
      const options = { [oauth.allowInsecureRequests]: true, ...(keys && { DPoP: oauth.DPoP(client, keys) }) };
      const url = new URL('/orders?page=2', origin);
      return (await oauth.protectedResourceRequest(access, 'GET', url, new Headers(), null, options)).json();
    };
    expect(await ask(pair)).toEqual({ user: 'alice', keyThumbprint: jkt });
    const other = await oauth.generateKeyPair('ES256');
    expect(await ask(other)).toMatchObject({ reason: 'dpop_proof_not_valid', check: 'key' });
    expect(await ask()).toMatchObject({ reason: 'dpop_proof_required' });
  });
});
