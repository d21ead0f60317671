import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createDpop, generateProofKeys, type Dpop, type ProofKeyPair } from '../../src/client/dpop.ts';
import type { DpopVerification, TokenVerifier, VerifiedRequest } from '../../src/verifier/index.ts';
import { craft } from '../support/craft.ts';
import { ENGINES } from '../support/engines.ts';
import { readProof } from '../support/proof-peer.ts';
import { TEST_KEY, TestClock } from '../support/server.ts';
import { serviceOf } from './service-with-proofs.ts';

const PUBLIC = 'https://orders.example.com';

describe.each(ENGINES)('a verifier by %s that knows DPoP', (_engine, create) => {
  let service: Server;
  let origin: string;
  let clock: TestClock;
  let verifier: TokenVerifier;
  /** How the service hands its requests over. */
  let handOver: (request: IncomingMessage) => Parameters<TokenVerifier['context']>[0]['req'];
  let pair: ProofKeyPair;
  let dpop: Dpop;
  let thumbprint: string;
  let access: string;
  beforeAll(async () => {
    service = serviceOf((request) => verifier.context({ req: handOver(request) }));
    await once(service, 'listening');
    origin = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
    pair = await generateProofKeys();
    ({ thumbprint } = await readProof((await createDpop({ key: pair }).headers('GET', origin))['dpop']));
  });
  afterAll(() => void service.close());
  beforeEach(() => {
    clock = new TestClock();
    dpop = createDpop({ key: pair, clock: clock.read });
    access = craft({ ...claims(), cnf: { jkt: thumbprint } });
    handOver = (request) => request;
    use({ mode: 'required', url: origin });
  });

  const claims = () => ({ token_type: 'access', exp: clock.seconds + 300, jti: 'a', user_id: 'alice' });
  const make = (options?: DpopVerification, more: object = {}): TokenVerifier =>
    create({ key: TEST_KEY, algorithms: ['HS256'], clock: clock.read, ...(options && { dpop: options }), ...more });
  const use = (...options: Parameters<typeof make>) => {
    verifier = make(...options);
  };
  const send = async (headers: Record<string, string>, path = '/orders', method = 'GET'): Promise<unknown> =>
    (await fetch(origin + path, { method, headers })).json();
  const proven = (path = '/orders', method = 'GET', token = access) => dpop.headers(method, origin + path, token);
  const lets = { user: 'alice', keyThumbprint: expect.any(String) };
  const refusal = (check: string) => ({ code: 'UNAUTHENTICATED', reason: 'dpop_proof_not_valid', check });
  const refused = (check: string) => expect.objectContaining(refusal(check));
  const needed = { code: 'UNAUTHENTICATED', reason: 'dpop_proof_required' };

  test('lets in who holds the key, and says which', async () => {
    expect(await send(await proven())).toEqual({ user: 'alice', keyThumbprint: thumbprint });
    expect(await send(await proven('/orders?page=2', 'DELETE'), '/orders?page=3#x', 'DELETE')).toEqual(lets);
  });

  test('a token that was stolen is worth nothing', async () => {
    const [thief, own] = [createDpop({ clock: clock.read }), await proven()];
    expect(await send({ authorization: `Bearer ${access}` })).toEqual(needed);
    expect(await send({ authorization: `DPoP ${access}` })).toEqual(needed);
    expect(await send({ ...own, authorization: `Bearer ${access}` })).toEqual(needed);
    const others = { ...refusal('key'), action: 'LOGIN' };
    expect(await send(await thief.headers('GET', `${origin}/orders`, access))).toMatchObject(others);
  });

  test('so is a proof that was stolen along, but for the request that it was made for', async () => {
    const stolen = await proven();
    expect(await send(stolen, '/notes')).toEqual(refused('htu'));
    expect(await send(stolen, '/orders', 'POST')).toEqual(refused('htm'));
    expect(await send(stolen)).toEqual(lets);
    expect(await send(stolen)).toEqual(refused('jti'));
    const another = craft({ ...claims(), jti: 'b', cnf: { jkt: thumbprint } });
    expect(await send({ ...(await proven()), authorization: `DPoP ${another}` })).toEqual(refused('ath'));
    expect(await send({ ...(await dpop.headers('GET', `${origin}/orders`)), authorization: `DPoP ${access}` })).toEqual(
      refused('ath'),
    );
  });

  test('a proof is good for a minute, and for five seconds before it was made', async () => {
    const [first, second] = [await proven(), await proven()];
    clock.advance(59);
    expect(await send(first)).toEqual(lets);
    clock.advance(3);
    const late = { ...refusal('iat'), serverTime: new Date(clock.read()).toISOString() };
    expect(await send(second)).toMatchObject(late);
    const [ahead, further] = [await proven(), await proven()];
    clock.advance(-4);
    expect(await send(ahead)).toEqual(lets);
    clock.advance(-3);
    expect(await send(await proven())).toEqual(lets);
    expect(await send(further)).toMatchObject(refusal('iat'));
  });

  test('how old a proof may be is an option, and the leeway comes on top', async () => {
    use({ mode: 'required', url: origin, maxAge: 10 }, { leeway: '20s' });
    const [first, second] = [await proven(), await proven()];
    clock.advance(28);
    expect(await send(first)).toEqual(lets);
    clock.advance(3);
    expect(await send(second)).toMatchObject(refusal('iat'));
  });

  test('the client puts its clock right by what it is told, and is let in', async () => {
    const wrong = createDpop({ key: pair, clock: () => clock.read() - 3_600_000 });
    const at401 = async (...request: Parameters<typeof fetch>) => {
      const answer = await fetch(...request);
      return Response.json({
        errors: [{ extensions: await answer.clone().json() }],
        ...((await answer.json()) as object),
      });
    };
    const fixed = createDpop({ key: pair, clock: () => clock.read() - 3_600_000, fetch: at401 });
    const headers = { authorization: `DPoP ${access}` };
    expect(await send(await wrong.headers('GET', `${origin}/orders`, access))).toMatchObject(refusal('iat'));
    expect(await (await fixed.fetch(`${origin}/orders`, { headers })).json()).toMatchObject(lets);
  });

  test('tokens that are bound to no key are refused, or accepted as Bearer', async () => {
    const unbound = craft(claims());
    const bearer = { authorization: `Bearer ${unbound}` };
    expect(await send(bearer)).toEqual({ ...needed, action: 'LOGIN' });
    use({ mode: 'optional', url: origin });
    expect(await send(bearer)).toEqual({ user: 'alice', keyThumbprint: null });
    expect(await verifier.verify(unbound)).toMatchObject({ user: { id: 'alice' }, keyThumbprint: null });
    expect(await send(await proven('/orders', 'GET', unbound))).toMatchObject({ reason: 'token_not_valid' });
    expect(await send({ authorization: `Bearer ${access}` })).toEqual(needed);
    expect(await send(await proven())).toEqual(lets);
    expect(await send({})).toMatchObject({ reason: 'not_authenticated' });
  });

  test('without the option nobody is asked for a proof, and the key is reported', async () => {
    use();
    expect(await send({ authorization: `Bearer ${access}` })).toEqual({ user: 'alice', keyThumbprint: thumbprint });
    expect(await send(await proven())).toMatchObject({ reason: 'not_authenticated' });
    const odd = craft({ ...claims(), cnf: { 'x5t#S256': 'x' } });
    expect(await send({ authorization: `Bearer ${odd}` })).toEqual({ user: 'alice', keyThumbprint: null });
  });

  test.each([
    ['a whole URL', (origin_: string) => origin_, 'web'],
    ['a path that a router has shortened', (origin_: string) => origin_, 'mounted'],
    ['a path that a proxy has shortened', (origin_: string) => `${origin_}/api/`, 'proxied'],
  ])('the address is known of %s', async (_what, urlOf, how) => {
    use({ mode: 'required', url: [PUBLIC, urlOf(origin)] });
    handOver = (request) => {
      const { method, headers } = request;
      const path = request.url ?? '';
      if (how === 'web')
        return new Request(`http://internal:8080${path}`, {
          method: method ?? '',
          headers: headers as Record<string, string>,
        });
      if (how === 'mounted') return { method, headers, url: '/', originalUrl: path };
      return { method, headers, url: path.replace('/api', '') };
    };
    const path = how === 'proxied' ? '/api/orders' : '/orders';
    expect(await send(await proven(`${path}?a`), `${path}?b`)).toEqual(lets);
    expect(await send(await dpop.headers('GET', `${PUBLIC}/orders`, access), path)).toEqual(lets);
    expect(await send(await dpop.headers('GET', 'http://internal:8080/orders', access), path)).toEqual(refused('htu'));
  });

  test('what a request says of its host proves nothing', async () => {
    use({ mode: 'required', url: PUBLIC });
    const forged = { ...(await proven()), 'x-forwarded-host': new URL(origin).host, 'x-forwarded-proto': 'http' };
    expect(await send(forged)).toEqual(refused('htu'));
  });

  test('verifies a token with its request, such as that of a socket', async () => {
    const { dpop: proof = '' } = await dpop.connectionParams(`${origin.replace('http', 'ws')}/graphql`, async () => ({
      authorization: `Bearer ${access}`,
    }))();
    const request = { method: 'GET', url: '/graphql', proof };
    const verified: VerifiedRequest = await verifier.verify(access, request);
    expect(verified).toMatchObject({ user: { id: 'alice' }, keyThumbprint: thumbprint });
    await expect(verifier.verify(access, request)).rejects.toMatchObject({ check: 'jti' });
    await expect(verifier.verify(access)).rejects.toMatchObject(needed);
    await expect(verifier.verify(access, { ...request, proof: 'x' })).rejects.toMatchObject({ check: 'format' });
  });

  test('two processes that share a memory take a proof once, and those that share none once each', async () => {
    const asked: (readonly [string, number])[] = [];
    const ids = new Set<string>();
    const shared: DpopVerification = {
      mode: 'required',
      url: origin,
      remember: async (id, seconds) => {
        asked.push([id, seconds]);
        return ids.size < ids.add(id).size;
      },
    };
    const proof = await proven();
    use(shared);
    expect(await send(proof)).toEqual(lets);
    use(shared);
    expect(await send(proof)).toEqual(refused('jti'));
    const remembered = [expect.stringMatching(/^[\w-]{43}$/), 66];
    expect(asked).toEqual([remembered, remembered]);
    use({ mode: 'required', url: origin });
    expect(await send(proof)).toEqual(lets);
  });

  test('two keys may name their proofs alike', async () => {
    const ids: string[] = [];
    use({ mode: 'required', url: origin, remember: (id) => ids.push(id) > 0 });
    const named = async (key: ProofKeyPair) => {
      const api = createDpop({ key, clock: clock.read });
      const names = jest.spyOn(crypto, 'getRandomValues').mockImplementation((array) => array);
      const headers = await api.headers('GET', `${origin}/orders`, access);
      names.mockRestore();
      return headers;
    };
    await send(await named(pair));
    await send(await named(await generateProofKeys()));
    await send(await named(pair));
    const [one, other, again] = ids;
    expect(again).toBe(one);
    expect(other).not.toBe(one);
  });

  test('where the memory fails, nothing is said of the token', async () => {
    use({
      mode: 'required',
      url: origin,
      remember: () => {
        throw new Error('ECONNREFUSED');
      },
    });
    expect(await send(await proven())).toMatchObject({ reason: 'store_unavailable', action: 'WAIT' });
    // What has no good proof is not even asked for.
    expect(await send(await proven('/notes'))).toEqual(refused('htu'));
  });

  test('a header that comes twice proves nothing', async () => {
    const [one, two] = [await proven(), await proven()];
    handOver = ({ method, url, headers }) => ({
      method,
      url,
      headers: { ...headers, dpop: [one['dpop'], two['dpop']] },
    });
    expect(await send(one)).toEqual(refused('format'));
  });
});
