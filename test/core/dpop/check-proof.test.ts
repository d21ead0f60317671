import { createSecretKey } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { authErrorIn, ProofInvalid } from '../../../src/contracts/errors.ts';
import { PROOF_ALGORITHMS } from '../../../src/contracts/settings/algorithms.ts';
import { ProofChecker, type ProofQuestion } from '../../../src/core/dpop/check-proof.ts';
import { nodeEngine } from '../../../src/core/dpop/node-engine.ts';
import { webEngine } from '../../../src/core/dpop/web-engine.ts';
import { makeProof, newClientKey, sha256, thumbprintOf, type ClientKey } from '../../support/proofs.ts';
import { RFC_PROOFS } from '../../support/rfc-9449.ts';
import { hostileRsaKeys, type HostileProof } from './hostile-rsa-keys.ts';

const ADDRESS = 'https://api.example.com/graphql';
const NOW = 1_800_000_000;
const WINDOW = { maxAge: 60, maxAhead: 5 };
const KEYS = new Map<string, ClientKey>(PROOF_ALGORITHMS.map((algorithm) => [algorithm, newClientKey(algorithm)]));
const keyFor = (algorithm: string) => KEYS.get(algorithm) ?? newClientKey(algorithm);
const KEY = keyFor('ES256');
const SECRET = {
  jwk: { kty: 'oct', k: 'c2VjcmV0' },
  privateKey: createSecretKey(Buffer.from('secret')),
  algorithm: 'HS256',
};

describe.each([
  ['Node.js', nodeEngine],
  ['WebCrypto', webEngine],
])('a proof that %s checks', (_name, engine) => {
  const checker = new ProofChecker(engine);
  const check = (proof: string, question: Partial<ProofQuestion> = {}) =>
    checker.check({ proof, method: 'POST', urls: [ADDRESS], now: NOW * 1000, window: WINDOW, ...question });
  const good = { url: ADDRESS, now: NOW };
  const outcome = async (proof: string, question?: Partial<ProofQuestion>) => {
    try {
      return (await check(proof, question)).thumbprint;
    } catch (error) {
      expect(error).toBeInstanceOf(ProofInvalid);
      expect(authErrorIn(error)).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'dpop_proof_not_valid' });
      return (error as ProofInvalid).check;
    }
  };

  test.each(RFC_PROOFS)('of RFC 9449 holds: $method $url at $at', async ({ proof, method, url, at, ...rest }) => {
    const { jti, ...question } = rest;
    const checked = await check(proof, { method, urls: [url], now: at * 1000, ...question });
    expect(checked).toMatchObject({ thumbprint: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I', jti, issuedAt: at });
  });

  test.each(PROOF_ALGORITHMS)('holds by %s, twice with the key that is known then', async (algorithm) => {
    const key = keyFor(algorithm);
    for (const token of [undefined, 'a token']) {
      const checked = await check(makeProof(key, { ...good, ...(token && { token }), nonce: 'n' }));
      expect(checked).toMatchObject({ thumbprint: thumbprintOf(key), issuedAt: NOW, nonce: 'n' });
      expect(checked.tokenHash).toBe(token === undefined ? null : sha256(token));
    }
    const named = makeProof(key, good, { header: { jwk: { ...key.jwk, alg: algorithm, use: 'sig' } } });
    expect(await outcome(named)).toBe(thumbprintOf(key));
  });

  test.each(['EdDSA', 'Ed25519'])('holds where its key is said to be for %s, by either name', async (alg) => {
    for (const key of ['EdDSA', 'Ed25519'].map(keyFor)) {
      expect(await outcome(makeProof(key, good, { header: { jwk: { ...key.jwk, alg } } }))).toBe(thumbprintOf(key));
    }
  });

  const other = newClientKey();
  const rsa = keyFor('RS256');
  const ed = keyFor('EdDSA');
  const claimsText = JSON.stringify({ jti: 'a', htm: 'POST', htu: ADDRESS, iat: NOW });
  const headerText = JSON.stringify({ typ: 'dpop+jwt', alg: 'ES256', jwk: KEY.jwk });
  const HOSTILE: readonly HostileProof[] = [
    ['no typ', 'typ', { header: { typ: undefined } }],
    ['the typ of a token', 'typ', { header: { typ: 'JWT' } }],
    ['a typ in other letters', 'typ', { header: { typ: 'DPoP+JWT' } }],
    ['a typ that is a list', 'typ', { header: { typ: ['dpop+jwt'] } }],
    ['no alg', 'alg', { header: { alg: undefined } }],
    ['alg none', 'alg', { header: { alg: 'none' } }],
    ['alg none, and no signature that anybody made', 'alg', { header: { alg: 'none' }, signature: () => 'AA' }],
    ['alg HS256 with the secret as jwk', 'alg', {}, SECRET],
    ['alg HS256 with the public key as the secret', 'alg', { header: { alg: 'HS256' } }],
    ['an unknown alg', 'alg', { header: { alg: 'ES257' } }],
    // A good signature takes the server ten and twenty times as long as one of ES256.
    ...['ES384', 'ES512'].map((alg) => [`alg ${alg}`, 'alg', {}, newClientKey(alg)] as const),
    ['an alg that is a name of every object', 'alg', { header: { alg: 'toString' } }],
    ['no jwk', 'jwk', { header: { jwk: undefined } }],
    ['a jwk that is a text', 'jwk', { header: { jwk: JSON.stringify(KEY.jwk) } }],
    ['an X25519 jwk', 'jwk', { header: { jwk: { ...keyFor('EdDSA').jwk, crv: 'X25519' } } }, keyFor('EdDSA')],
    ['a symmetric jwk beside an asymmetric alg', 'jwk', { header: { jwk: SECRET.jwk } }],
    ['a jwk of another kind than its alg', 'jwk', { header: { jwk: rsa.jwk } }],
    [
      'an RSA jwk that names the curve of its alg',
      'jwk',
      { header: { alg: 'EdDSA', jwk: { ...rsa.jwk, crv: 'Ed25519' } } },
      rsa,
    ],
    ['a jwk of another curve than its alg', 'jwk', { header: { jwk: keyFor('ES384').jwk } }],
    ['a jwk without y', 'jwk', { header: { jwk: { ...KEY.jwk, y: undefined } } }],
    ['a jwk that is no point of the curve', 'jwk', { header: { jwk: { ...KEY.jwk, y: KEY.jwk.x } } }],
    ['a jwk whose x is a number', 'jwk', { header: { jwk: { ...KEY.jwk, x: 1 } } }],
    ['a jwk for encryption', 'jwk', { header: { jwk: { ...KEY.jwk, use: 'enc' } } }],
    ['a jwk for another alg', 'jwk', { header: { jwk: { ...KEY.jwk, alg: 'ES384' } } }],
    ['an Ed25519 jwk for another alg', 'jwk', { header: { jwk: { ...ed.jwk, alg: 'ES256' } } }, ed],
    ...hostileRsaKeys(rsa),
    ['kid and x5c, and no jwk', 'jwk', { header: { jwk: undefined, kid: 'a', x5c: [], jku: 'https://a.example' } }],
    ['crit', 'format', { header: { crit: ['b64'], b64: false } }],
    ['the signature of another key', 'signature', { signer: other }],
    ['a signature that was cut', 'signature', { signature: (made) => made.slice(0, 84) }],
    [
      'a signature that was changed',
      'signature',
      { signature: (made) => (made.startsWith('A') ? 'B' : 'A') + made.slice(1) },
    ],
    ['a signature in DER', 'signature', { signature: () => `MEQ${'A'.repeat(93)}` }],
    ['a signature of zeros', 'signature', { signature: () => 'A'.repeat(86) }],
    ['another spelling of the signature', 'format', { signature: (made) => `${made.slice(0, -1)}B` }],
    ['no htm', 'htm', { claims: { htm: undefined } }],
    ['another method', 'htm', { claims: { htm: 'GET' } }],
    ['the method in small letters', 'htm', { claims: { htm: 'post' } }],
    ['an htm that is a list', 'htm', { claims: { htm: ['POST'] } }],
    ['no htu', 'htu', { claims: { htu: undefined } }],
    ['an htu that is an object', 'htu', { claims: { htu: { toString: ADDRESS } } }],
    ['no iat', 'iat', { claims: { iat: undefined } }],
    ['an iat that is a text', 'iat', { claims: { iat: String(NOW) } }],
    ['an iat in milliseconds', 'iat', { claims: { iat: NOW * 1000 } }],
    ['an old iat', 'iat', { claims: { iat: NOW - 61 } }],
    ['an iat of the future', 'iat', { claims: { iat: NOW + 6 } }],
    ['an iat of no time', 'iat', { claims: { iat: -1 } }],
    ['an exp that is over', 'iat', { claims: { exp: NOW - 61 } }],
    ['an nbf of the future', 'iat', { claims: { nbf: NOW + 6 } }],
    ['an exp that is a text', 'iat', { claims: { exp: 'soon' } }],
    ['no jti', 'jti', { claims: { jti: undefined } }],
    ['an empty jti', 'jti', { claims: { jti: '' } }],
    ['a jti that is a number', 'jti', { claims: { jti: 1 } }],
    ['a jti that is an object', 'jti', { claims: { jti: { $ne: null } } }],
    ['a jti that is too long', 'jti', { claims: { jti: 'x'.repeat(256) } }],
    ['an ath that is a list', 'ath', { claims: { ath: [sha256('a')] } }],
    ['a nonce that is a number', 'nonce', { claims: { nonce: 1 } }],
    ['a claim twice', 'format', { claims: claimsText.replace('{', '{"htu":"https://elsewhere.example/",') }],
    ['a member of the header twice', 'format', { header: headerText.replace('{', '{"alg":"none",') }],
    ['a member of the jwk twice', 'format', { header: headerText.replace('"kty"', '"kty":"RSA","kty"') }],
    ['claims that are no JSON', 'format', { claims: '{' }],
    ['claims that are a list', 'format', { claims: `[${claimsText}]` }],
    ['claims that are null', 'format', { claims: 'null' }],
    ['a header that is no JSON', 'format', { header: 'x' }],
    ['a header that is null', 'format', { header: 'null' }],
    ['a byte order mark before the header', 'format', { header: `\ufeff${headerText}` }],
    ['claims that nest deeply', 'jti', { claims: `{"jti":${'['.repeat(1000)}${']'.repeat(1000)}}` }],
    ['more than a proof needs', 'format', { claims: { more: 'x'.repeat(4096) } }],
  ];
  test.each(HOSTILE)('is refused with %s, as %s', async (_name, failed, changes, key = KEY) => {
    expect(await outcome(makeProof(key, good, changes))).toBe(failed);
    expect(await outcome(makeProof(KEY, good))).toBe(thumbprintOf(KEY)); // now its header is known
    expect(await outcome(makeProof(key, good, changes))).toBe(failed);
  });

  test.each(['p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])(
    'is refused with %s, of a private key or a secret',
    async (name) => {
      expect(await outcome(makeProof(rsa, good, { header: { jwk: { ...rsa.jwk, [name]: 'AA' } } }))).toBe('jwk');
    },
  );

  test.each([
    ['nothing', ''],
    ['a text', 'proof'],
    ['two parts', 'a.b'],
    ['three letters', 'a.b.c'],
    ['four parts', 'a.b.c.d'],
    ['two proofs', `${makeProof(KEY, good)}, ${makeProof(KEY, good)}`],
    ['the same proof twice', [0, 0].map(() => makeProof(KEY, good, { claims: { jti: 'a' } })).join(', ')],
    ['padding', `${makeProof(KEY, good)}=`],
    ['a line end', `${makeProof(KEY, good)}\n`],
    ['ten thousand characters', 'a'.repeat(10_000)],
  ])('is no proof: %s', async (_name, text) => {
    expect(await outcome(text)).toBe('format');
  });

  test('counts within its window by the clock, and with a nonce for as long as that does', async () => {
    for (const iat of [NOW - 60, NOW, NOW + 5, NOW - 0.5]) {
      expect(await outcome(makeProof(KEY, good, { claims: { iat } }))).toBe(thumbprintOf(KEY));
    }
    const old = makeProof(KEY, good, { claims: { iat: 1, nonce: 'n' } });
    expect(await outcome(old)).toBe('iat');
    expect(await outcome(old, { window: null })).toBe(thumbprintOf(KEY));
  });

  test('is for the token that comes with it', async () => {
    const proof = makeProof(KEY, { ...good, token: 'one' });
    expect(await outcome(proof, { accessToken: 'one' })).toBe(thumbprintOf(KEY));
    expect(await outcome(proof, { accessToken: 'other' })).toBe('ath');
    expect(await outcome(makeProof(KEY, good), { accessToken: 'one' })).toBe('ath');
  });

  test.each([
    'https://api.example.com/graphql',
    'HTTPS://API.Example.COM/graphql',
    'https://api.example.com:443/graphql',
    'https://api.example.com/graphql?query=a',
    'https://api.example.com/graphql#part',
    'https://api.example.com/./a/../graphql',
    'https://api.example.com/%67raphql',
    'https://api.example.com/%2e/graphql',
  ])('is for the same address in another spelling: %s', async (htu) => {
    expect(await outcome(makeProof(KEY, good, { claims: { htu } }))).toBe(thumbprintOf(KEY));
  });

  test.each([
    'http://api.example.com/graphql',
    'https://api.example.com/graphql/',
    'https://api.example.com/GraphQL',
    'https://api.example.com/graphql%2f',
    'https://api.example.com:8443/graphql',
    'https://api.example.com.evil.example/graphql',
    'https://api.example.com@evil.example/graphql',
    'https://user@api.example.com/graphql',
    'https://evil.example/graphql?https://api.example.com/graphql',
    'https:/api.example.com/graphql',
    'https:\\\\api.example.com\\graphql',
    ' https://api.example.com/graphql',
    'https://api.example.com/gra\tphql',
    'https://api.example.com/graphql%zz',
    '//api.example.com/graphql',
    '/graphql',
    'wss://api.example.com/graphql',
    'https://',
    '',
  ])('is for another address: %j', async (htu) => {
    expect(await outcome(makeProof(KEY, good, { claims: { htu } }))).toBe('htu');
  });

  test('is for any of the addresses of a server, and for none of no server', async () => {
    const proof = makeProof(KEY, good);
    expect(
      await outcome(proof, { urls: ['https://elsewhere.example/graphql', 'https://API.example.com:443/graphql'] }),
    ).toBe(thumbprintOf(KEY));
    for (const urls of [[], [''], ['not a URL']]) expect(await outcome(proof, { urls })).toBe('htu');
    for (const htu of ['', `${ADDRESS}%zz`]) {
      expect(await outcome(makeProof(KEY, good, { claims: { htu } }), { urls: [htu] })).toBe('htu');
    }
  });

  test('of another key is not taken for that of a header that is known', async () => {
    expect(await outcome(makeProof(KEY, good))).toBe(thumbprintOf(KEY));
    expect(await outcome(makeProof(KEY, good, { signer: other }))).toBe('signature');
    expect(await outcome(makeProof(other, good))).toBe(thumbprintOf(other));
  });
});
