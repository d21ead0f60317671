import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createDpop, type DpopOptions } from '../../src/client/dpop.ts';
import { ProofPeer, readProof } from '../support/proof-peer.ts';

const JKT = 'x'.repeat(43);
const tokenWith = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;
const BOUND = tokenWith({ cnf: { jkt: JKT } });
const UNBOUND = tokenWith({ sub: '7' });
const hashOf = (text: string) => createHash('sha256').update(text).digest('base64url');
/** The answer of GraphQL to a proof that is refused. */
const refusal = (extensions: object, data: unknown = null) => ({
  body: { data, errors: [{ message: '', extensions }] },
});
const WANTS_NONCE = { reason: 'use_dpop_nonce' };
const NOT_VALID = { reason: 'dpop_proof_not_valid', check: 'iat' };

describe('requests with proofs', () => {
  let peer: ProofPeer;
  let other: ProofPeer;
  let now = 0;
  beforeAll(async () => {
    [peer, other] = await Promise.all([ProofPeer.start(), ProofPeer.start()]);
  });
  beforeEach(() => {
    peer.forget();
    other.forget();
    now = Date.now();
  });
  afterAll(async () => {
    await Promise.all([peer.close(), other.close()]);
  });
  const dpopOf = (options: DpopOptions = {}) => createDpop({ clock: () => now, ...options });
  const post = (headers: Record<string, string> = {}) => ({ method: 'POST', headers, body: '{"query":"{ hello }"}' });
  const asBound = { authorization: `Bearer ${BOUND}` };

  test('each has a proof of its own, of one key, that says what it is for', async () => {
    const dpop = dpopOf();
    await dpop.fetch(`${peer.origin}/graphql?query={hello}#top`, { headers: asBound });
    await dpop.fetch(new URL(`${peer.origin}/graphql`), { ...post(), method: 'post' });
    const [first, second] = await peer.proofs();
    expect(first?.header).toEqual({ typ: 'dpop+jwt', alg: 'ES256', jwk: expect.any(Object) });
    expect(Object.keys(first?.header.jwk ?? {})).toEqual(['kty', 'crv', 'x', 'y']);
    const iat = Math.floor(now / 1000);
    expect(first?.claims).toEqual({
      jti: expect.stringMatching(/^[\da-z]{8}[\w-]{22}$/),
      htm: 'GET',
      htu: `${peer.origin}/graphql`,
      iat,
      ath: hashOf(BOUND),
    });
    expect(second?.claims).toEqual({ jti: expect.anything(), htm: 'POST', htu: `${peer.origin}/graphql`, iat });
    expect(second?.claims.jti).not.toBe(first?.claims.jti);
    expect(second?.thumbprint).toBe(first?.thumbprint);
    expect(peer.received.map(({ headers }) => headers.authorization)).toEqual([`DPoP ${BOUND}`, undefined]);
    expect(peer.received[1]?.body).toBe('{"query":"{ hello }"}');
  });

  test('a token that is bound to no key goes out as it is, and one that is sent as bound with a proof', async () => {
    const dpop = dpopOf();
    await dpop.fetch(peer.origin, { headers: { authorization: `Bearer ${UNBOUND}` } });
    await dpop.fetch(peer.origin, { headers: { authorization: 'dpop opaque' } });
    await dpop.fetch(peer.origin, { headers: { authorization: 'Basic name secret' } });
    expect(peer.received[0]?.headers).toMatchObject({ authorization: `Bearer ${UNBOUND}` });
    expect(peer.received[0]?.headers).not.toHaveProperty('dpop');
    expect(peer.received[1]?.headers.authorization).toBe('DPoP opaque');
    expect((await readProof(peer.received[1]?.headers['dpop'])).claims['ath']).toBe(hashOf('opaque'));
    expect(peer.received[2]?.headers.authorization).toBe('Basic name secret');
  });

  test('takes a `Request`, and the header that the server reads', async () => {
    const dpop = dpopOf({ headerName: 'X-Access-Token' });
    const headers = { 'x-access-token': `JWT ${BOUND}`, 'content-type': 'text/plain' };
    peer.answers.push({ ...refusal(WANTS_NONCE), headers: { 'dpop-nonce': 'n1' } });
    await dpop.fetch(new Request(`${peer.origin}/notes`, { method: 'PUT', headers, body: 'text' }));
    expect(peer.received).toHaveLength(2);
    expect(peer.received[1]).toMatchObject({ method: 'PUT', body: 'text', headers: { 'content-type': 'text/plain' } });
    expect(peer.received[1]?.headers['x-access-token']).toBe(`DPoP ${BOUND}`);
    expect((await peer.lastProof()).claims).toMatchObject({ htm: 'PUT', ath: hashOf(BOUND), nonce: 'n1' });
  });

  test.each([
    ['in GraphQL', { ...refusal(WANTS_NONCE), headers: { 'dpop-nonce': 'n1' } }],
    ['in GraphQL, where the header is not to be read', refusal({ ...WANTS_NONCE, nonce: 'n1' })],
    ['with several fields', { ...refusal(WANTS_NONCE, { a: null, b: null }), headers: { 'dpop-nonce': 'n1' } }],
    ['in its header (RFC 9449 9)', challenge('use_dpop_nonce', { 'dpop-nonce': 'n1' })],
    [
      'as a token endpoint (RFC 9449 8)',
      { status: 400, headers: { 'dpop-nonce': 'n1' }, body: { error: 'use_dpop_nonce' } },
    ],
    [
      'at a REST address',
      { status: 401, headers: { 'dpop-nonce': 'n1' }, body: { detail: '', code: 'use_dpop_nonce' } },
    ],
  ])('a nonce that a server wants %s is sent with the same request, once', async (_how, answer) => {
    const dpop = dpopOf();
    peer.answers.push(answer, { body: { data: { hello: 'Hello' } } });
    const response = await dpop.fetch(`${peer.origin}/graphql`, post(asBound));
    expect(await response.json()).toEqual({ data: { hello: 'Hello' } });
    const [first, second] = await peer.proofs();
    expect(first?.claims).not.toHaveProperty('nonce');
    expect(second?.claims['nonce']).toBe('n1');
    expect(second?.claims.jti).not.toBe(first?.claims.jti);
    expect(peer.received.map(({ body }) => body)).toEqual(Array(2).fill('{"query":"{ hello }"}'));
  });

  test('a nonce is kept for its server alone, until there is a newer one', async () => {
    const dpop = dpopOf();
    peer.answers.push({ headers: { 'dpop-nonce': 'n1' } }, { headers: { 'dpop-nonce': 'n2' } });
    for (const { origin } of [peer, peer, other, peer]) await dpop.fetch(`${origin}/graphql`, post());
    expect((await peer.proofs()).map(({ claims }) => claims['nonce'])).toEqual([undefined, 'n1', 'n2']);
    expect((await other.lastProof()).claims).not.toHaveProperty('nonce');
  });

  test('a server that always wants another nonce is asked twice', async () => {
    const dpop = dpopOf();
    for (const nonce of ['n1', 'n2', 'n3'])
      peer.answers.push({ ...refusal(WANTS_NONCE), headers: { 'dpop-nonce': nonce } });
    const response = await dpop.fetch(`${peer.origin}/graphql`, post());
    expect(await response.json()).toMatchObject({ errors: [{ extensions: WANTS_NONCE }] });
    expect(peer.received).toHaveLength(2);
  });

  test.each([
    ['by the time in its answer', (at: number) => refusal({ ...NOT_VALID, serverTime: new Date(at).toISOString() }), 0],
    [
      'by the date of its answer',
      (at: number) => ({ ...refusal(NOT_VALID), headers: { date: new Date(at).toUTCString() } }),
      1,
    ],
    ['by a challenge', (at: number) => challenge('invalid_dpop_proof', { date: new Date(at).toUTCString() }), 1],
  ])('a clock that is wrong is corrected %s, and stays so', async (_how, answer, within) => {
    now += 999 - (now % 1000);
    for (const wrong of [3_600_000, -86_400_000]) {
      peer.forget();
      const dpop = dpopOf();
      const real = now + wrong;
      peer.answers.push(answer(real));
      await dpop.fetch(`${peer.origin}/graphql`, post());
      now += 60_000;
      await dpop.fetch(`${peer.origin}/graphql`, post());
      const [, second, third] = await peer.proofs();
      expect(Math.abs(Number(second?.claims.iat) - Math.floor(real / 1000))).toBeLessThanOrEqual(within);
      expect(Math.abs(Number(third?.claims.iat) - Math.floor(real / 1000) - 60)).toBeLessThanOrEqual(within);
      expect(peer.received).toHaveLength(3);
    }
  });

  test('a proof that is refused though the clock is right is not sent again', async () => {
    const dpop = dpopOf();
    peer.answers.push(refusal({ ...NOT_VALID, check: 'jti', serverTime: new Date(now + 90_000).toISOString() }));
    await dpop.fetch(`${peer.origin}/graphql`, post());
    for (const serverTime of [new Date(now + 1500).toISOString(), undefined, 'noon', 7]) {
      peer.answers.push({ ...refusal({ ...NOT_VALID, serverTime }), headers: { date: new Date(now).toUTCString() } });
      await dpop.fetch(`${peer.origin}/graphql`, post());
    }
    expect(peer.received).toHaveLength(5);
  });

  test('a wrong clock and a nonce at once take two more requests, and no third', async () => {
    const dpop = dpopOf();
    const late = refusal({ ...NOT_VALID, serverTime: new Date(now + 90_000).toISOString() });
    peer.answers.push(late, { ...refusal(WANTS_NONCE), headers: { 'dpop-nonce': 'n1' } });
    peer.answers.push(refusal({ ...NOT_VALID, serverTime: new Date(now + 900_000).toISOString() }));
    await dpop.fetch(`${peer.origin}/graphql`, post());
    expect(peer.received).toHaveLength(3);
    expect((await peer.lastProof()).claims).toMatchObject({ nonce: 'n1', iat: Math.floor((now + 90_000) / 1000) });
  });

  test.each([
    ['something of it has run', refusal(WANTS_NONCE, { register: { id: '1' }, hello: null }), post()],
    [
      'its body is a stream',
      refusal(WANTS_NONCE),
      { method: 'POST', body: new Blob(['{}']).stream(), duplex: 'half' as const },
    ],
    ['it failed at something else', refusal({ reason: 'token_expired' }), post()],
    ['the reason is named like a member of every object', refusal({ reason: 'constructor' }), post()],
    ['the answer is no JSON', { status: 401, headers: { 'content-type': 'text/html' } }, post()],
    ['the answer is no object', { body: null }, post()],
    [
      'the answer says that it is long',
      { ...refusal(WANTS_NONCE), body: { errors: [{ extensions: WANTS_NONCE }], data: null, x: 'x'.repeat(5000) } },
      post(),
    ],
  ])('a request is not sent again where %s', async (_why, answer: object, init) => {
    peer.answers.push({ ...answer, headers: { 'dpop-nonce': 'n1', ...(answer as { headers?: object }).headers } });
    const response = await dpopOf().fetch(`${peer.origin}/graphql`, init);
    expect(peer.received).toHaveLength(1);
    await expect(response.text()).resolves.toEqual(expect.any(String)); // it can still be read
  });

  test('the payload of a socket gets a proof for its address, and one with no bound token stays as it is', async () => {
    const dpop = dpopOf();
    const params = (access: string) =>
      dpop.connectionParams('wss://api.example.com/graphql?x=1', async () => ({ authorization: `Bearer ${access}` }));
    const { authorization, dpop: proof } = await params(BOUND)();
    expect(authorization).toBe(`DPoP ${BOUND}`);
    expect((await readProof(proof)).claims).toMatchObject({
      htm: 'GET',
      htu: 'https://api.example.com/graphql',
      ath: hashOf(BOUND),
    });
    const again = await params(BOUND)();
    expect(again['dpop']).not.toBe(proof);
    expect(await params(UNBOUND)()).toEqual({ authorization: `Bearer ${UNBOUND}` });
    expect(await dpop.connectionParams('ws://x/', async () => ({}))()).toEqual({});
  });

  test('the headers for what sends in another way are good for one request', async () => {
    const dpop = dpopOf();
    const [first, second] = [
      await dpop.headers('get', `${peer.origin}/a?b`, BOUND),
      await dpop.headers('POST', peer.origin),
    ];
    expect(first['authorization']).toBe(`DPoP ${BOUND}`);
    expect((await readProof(first['dpop'])).claims).toMatchObject({
      htm: 'GET',
      htu: `${peer.origin}/a`,
      ath: hashOf(BOUND),
    });
    expect((await readProof(second['dpop'])).claims).toMatchObject({ htm: 'POST', htu: `${peer.origin}/` });
    expect(Object.keys(second)).toEqual(['dpop']);
  });
});

/** RFC 9449 7.1 and 9. */
function challenge(error: string, headers: Record<string, string>) {
  const realm = `Bearer realm="api", DPoP realm="api", error="${error}", algs="ES256"`;
  return { status: 401, headers: { 'www-authenticate': realm, 'content-type': 'text/plain', ...headers } };
}
