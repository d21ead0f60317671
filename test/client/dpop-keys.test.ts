import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createDpop, generateProofKeys, type DpopOptions, type ProofKey } from '../../src/client/dpop.ts';
import { addressOf, isRepeatable } from '../../src/client/sent-request.ts';
import { ProofPeer } from '../support/proof-peer.ts';

const BOUND = `e30.${Buffer.from(JSON.stringify({ cnf: { jkt: 'x'.repeat(43) } })).toString('base64url')}.c2ln`;
const asBound = { authorization: `Bearer ${BOUND}` };
const hashOf = (text: string) => createHash('sha256').update(text).digest('base64url');

describe('the key of proofs', () => {
  let peer: ProofPeer;
  beforeAll(async () => {
    peer = await ProofPeer.start();
  });
  beforeEach(() => peer.forget());
  afterAll(() => peer.close());
  const dpopOf = (options: DpopOptions) => createDpop(options);

  test.each(['ES256', 'RS256'] as const)('the key may be a pair of %s, or sign elsewhere', async (algorithm) => {
    const pair = await generateProofKeys(algorithm);
    expect(pair.privateKey.extractable).toBe(false);
    await dpopOf({ key: pair }).fetch(peer.origin);
    await dpopOf({ key: pair }).fetch(peer.origin);
    const [one, same] = await peer.proofs();
    expect(same?.thumbprint).toBe(one?.thumbprint);
    expect(one?.header.alg).toBe(algorithm);

    await dpopOf({ key: hardwareKey() }).fetch(peer.origin, { headers: asBound });
    expect((await peer.lastProof()).claims['ath']).toBe(hashOf(BOUND));
  });

  test('a platform without WebCrypto needs a key that signs and hashes', async () => {
    const { crypto } = globalThis;
    Object.defineProperty(globalThis, 'crypto', { value: undefined, configurable: true });
    try {
      expect(() => createDpop()).toThrow('DPoP needs WebCrypto');
      await dpopOf({ key: hardwareKey() }).fetch(peer.origin, { headers: asBound });
      await dpopOf({ key: hardwareKey() }).fetch(peer.origin);
    } finally {
      Object.defineProperty(globalThis, 'crypto', { value: crypto, configurable: true });
    }
    const [one, other] = await peer.proofs();
    expect(one?.claims['ath']).toBe(hashOf(BOUND));
    expect(one?.claims.jti).not.toBe(other?.claims.jti);
  });

  test('a pair of another kind is refused, and a key that fails is asked again', async () => {
    const p384 = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-384' }, false, ['sign', 'verify']);
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    const refusing = dpopOf({ key: p384 });
    await crypto.subtle.exportKey('jwk', p384.publicKey); // as that does
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled(); // who sends is told
    await expect(refusing.fetch(peer.origin)).rejects.toThrow('Expected a key pair of ECDSA');
    const rsa = { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
    const rs512 = await crypto.subtle.generateKey({ ...rsa, hash: 'SHA-512' }, false, ['sign', 'verify']);
    await expect(dpopOf({ key: rs512 }).fetch(peer.origin)).rejects.toThrow('or of RS256');
    const unknown = dpopOf({ algorithm: 'PS256' as 'RS256' });
    await expect(unknown.fetch(peer.origin)).rejects.toThrow('algorithm');
    let isLocked = true;
    const whole = hardwareKey();
    const key: ProofKey = {
      ...whole,
      sign: (data) => {
        if (isLocked) throw new Error('The device is locked.');
        return whole.sign(data);
      },
    };
    const dpop = dpopOf({ key });
    await expect(dpop.fetch(peer.origin)).rejects.toThrow('The device is locked.');
    const params = async () => ({ authorization: `Bearer ${BOUND}` });
    expect(await dpop.connectionParams('wss://x/', params)()).toEqual({ authorization: `Bearer ${BOUND}` });
    isLocked = false;
    await dpop.fetch(peer.origin);
    expect(peer.received).toHaveLength(1);
  });
});

test('a request is not sent again whose body is read once: a stream, with iterators or without, and a generator', () => {
  const generator = (async function* () {})();
  const withoutIterator = { getReader: () => {} }; // Safari's
  const once = [new ReadableStream(), withoutIterator, generator];
  expect(once.map(isRepeatable)).toEqual([false, false, false]);
  expect(['text', undefined, null, new Uint8Array(), new FormData()].every(isRepeatable)).toBe(true);
});

test('a URL without a host is one of the page, or of the worker where there is no page', () => {
  const places: [string, object][] = [
    ['location', { href: 'https://worker.example/a/worker.js' }],
    ['document', { baseURI: 'https://page.example/b/' }],
  ];
  const found = places.map(([name, value]) => {
    Reflect.set(globalThis, name, value);
    return addressOf('graphql?x#y');
  });
  for (const [name] of places) Reflect.deleteProperty(globalThis, name);
  expect(found).toEqual([
    { origin: 'https://worker.example', htu: 'https://worker.example/a/graphql' },
    { origin: 'https://page.example', htu: 'https://page.example/b/graphql' },
  ]);
});

/** A key that gives nothing but signatures, as that of a phone. */
function hardwareKey(): ProofKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    alg: 'ES256',
    jwk: publicKey.export({ format: 'jwk' }) as ProofKey['jwk'],
    sign: (data) => sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
    sha256: (data) => createHash('sha256').update(data).digest(),
  };
}
