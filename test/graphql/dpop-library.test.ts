import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createAuth, type Auth } from '../../src/graphql/auth.ts';
import type { IncomingRequest } from '../../src/graphql/context.ts';
import { makeProof, newClientKey, thumbprintOf } from '../support/proofs.ts';
import { PASSWORD, TEST_KEY } from '../support/server.ts';
import { newPlace, type Place } from '../support/stores.ts';

const ADDRESS = 'https://api.example.com/auth/graphql';

describe('the context of a server of your own, with bound tokens', () => {
  const key = newClientKey();
  let place: Place;
  let auth: Auth;
  let access: string;
  beforeAll(async () => {
    place = newPlace('sqlite');
    const options = { signingKey: TEST_KEY, passwordHashCost: 4, authentication: 'stateless' } as const;
    auth = await createAuth({
      ...place.options,
      ...options,
      dpop: 'required',
      dpopNonce: true,
      publicUrl: 'https://api.example.com/auth',
    });
    const alice = await auth.users.create({ username: 'alice', password: PASSWORD });
    ({
      access: { token: access },
    } = await auth.tokens.forUser(alice, { boundTo: thumbprintOf(key) }));
  });
  afterAll(async () => {
    await auth.close();
    await place.remove();
  });
  let nonce = '';
  const headersFor = (method: string) => ({
    host: 'evil.example',
    authorization: `DPoP ${access}`,
    DPoP: makeProof(key, { url: ADDRESS, now: Date.now() / 1000, method, token: access, nonce }),
  });
  const outcome = async (req: IncomingRequest) => {
    const set: Record<string, unknown> = {};
    const res = { getHeader: () => undefined, setHeader: (name: string, value: unknown) => (set[name] = value) };
    const { auth: ofRequest } = await auth.context({ req, res });
    const [first, second] = [ofRequest.authenticate(), ofRequest.authenticate()];
    const answer = await Promise.all([first, second, ofRequest.prove()]).then(
      ([{ user }, , proven]) => ({ id: user.id, thumbprint: proven?.thumbprint }),
      (error: { extensions: Record<string, unknown> }) => error.extensions,
    );
    return { ...answer, set };
  };

  test('asks for a nonce, in the error and in the header of the answer', async () => {
    const refused = await outcome({ headers: headersFor('POST'), method: 'POST', url: '/graphql' });
    expect(refused).toMatchObject({
      reason: 'use_dpop_nonce',
      set: { 'dpop-nonce': expect.stringMatching(/^[\w-]{22}$/) as unknown },
    });
    nonce = String(refused.set['dpop-nonce']);
  });

  test.each<[string, (headers: Record<string, string>) => IncomingRequest]>([
    ['plain Node.js', (headers) => ({ headers, method: 'POST', url: '/graphql?x' })],
    ['a router of Express', (headers) => ({ headers, method: 'POST', url: '/', originalUrl: '/graphql' })],
    ['the Fetch API', (headers) => new Request('https://internal.example/graphql', { method: 'POST', headers })],
  ])('reads the method and the path of a request of %s', async (_name, requestOf) => {
    const good = await outcome(requestOf(headersFor('POST')));
    expect(good).toMatchObject({ thumbprint: thumbprintOf(key), set: {} });
    expect(await outcome(requestOf(headersFor('GET')))).toMatchObject({ check: 'htm' });
  });

  test('refuses a bound token as Bearer, where nothing is asked of the store', async () => {
    const headers = { ...headersFor('POST'), authorization: `Bearer ${access}` };
    expect(await outcome({ headers, method: 'POST', url: '/graphql' })).toMatchObject({
      reason: 'dpop_proof_required',
    });
  });

  test('has nothing proven where there is no proof', async () => {
    const { auth: ofRequest } = await auth.context({ req: { headers: {} } });
    expect(await ofRequest.prove()).toBeNull();
    expect(auth.challenge).toMatch(/^DPoP realm="api", algs="ES256 /);
  });
});
