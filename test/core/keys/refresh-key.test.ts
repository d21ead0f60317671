import { createSecretKey, generateKeyPairSync, hkdfSync, type KeyObject } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { settingsFromOptions } from '../../../src/contracts/settings/settings.ts';
import type { Algorithm, SettingsInput } from '../../../src/contracts/settings/settings-table.ts';
import { deriveRefreshKey } from '../../../src/core/keys/refresh-key.ts';
import { loadKeys } from '../../../src/core/keys/token-keys.ts';
import { headerOf, KeyOpener } from '../../support/opened-keys.ts';
import { kidOf } from '../../support/ring.ts';

const SECRET = 'x'.repeat(64);
const OTHER_SECRET = 'another-test-key-0123456789abcdef0123456789abcdef';
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = (key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1' = 'pkcs8') =>
  key.export({ type, format: 'pem' }).toString();
/** RFC 5915 3: the public part of a SEC 1 key may be left out, and some tools do so. */
function withoutPublicPart(key: KeyObject): string {
  const { d = '' } = key.export({ format: 'jwk' });
  const der = Buffer.concat([
    Buffer.from('30310201010420', 'hex'),
    Buffer.from(d, 'base64url'),
    Buffer.from('a00a06082a8648ce3d030107', 'hex'), // P-256
  ]);
  return `-----BEGIN EC PRIVATE KEY-----\n${der.toString('base64')}\n-----END EC PRIVATE KEY-----\n`;
}
const RSA: SettingsInput = { algorithm: 'RS256', signingKey: pem(rsa.privateKey) };
const HS: SettingsInput = { signingKey: SECRET };

let opener: KeyOpener;
beforeEach(() => {
  opener = new KeyOpener();
});
afterEach(() => opener.close());
const open = (options: SettingsInput) => opener.open(options);
const claims = (type: string | undefined) => opener.claims(type);

describe('the key of refresh tokens', () => {
  test.each<[string, SettingsInput, string | undefined]>([
    ['a key pair', RSA, undefined],
    ['a key pair and a secret', { ...RSA, refreshSigningKey: OTHER_SECRET }, undefined],
    ['one secret and another for them', { ...HS, refreshSigningKey: OTHER_SECRET }, undefined],
  ])('S45: is their own and in no JWKS, with %s', async (_what, options, kid) => {
    const { keys, sign, verdictOn } = await open(options);
    const [access, refresh, sliding] = ['access', 'refresh', 'sliding'].map(sign) as [string, string, string];
    expect(headerOf(refresh)).toEqual({ alg: 'HS256', typ: 'JWT', kid: expect.stringMatching(/^[\w-]{43}$/) });
    expect(keys.published().map((key) => key.kid)).not.toContain(kidOf(refresh));
    // These are the tokens that simplejwt would make, to the byte.
    for (const token of [access, sliding]) {
      expect(headerOf(token)).toEqual({ alg: options.algorithm ?? 'HS256', typ: 'JWT', kid });
    }
    expect(await Promise.all([access, refresh, sliding].map(verdictOn))).toEqual(['access', 'refresh', 'sliding']);
  });

  test.each<[string, SettingsInput]>([
    ['one secret, which others may share', HS],
    ['a key pair where it is off', { ...RSA, refreshOwnKey: false }],
    ['another secret where it is off', { ...HS, refreshSigningKey: OTHER_SECRET, refreshOwnKey: false }],
  ])('is that of all tokens with %s', async (_what, options) => {
    const { sign } = await open(options);
    expect(headerOf(sign('refresh'))).toEqual({ alg: options.algorithm ?? 'HS256', typ: 'JWT' });
  });

  test.each<[string, SettingsInput]>([
    ['a key pair', RSA],
    ['a key pair and a secret', { ...RSA, refreshSigningKey: OTHER_SECRET }],
    ['one secret and another', { ...HS, refreshSigningKey: OTHER_SECRET }],
  ])('may be switched on and off at any time, with %s', async (_what, options) => {
    const [on, off] = [await open(options), await open({ ...options, refreshOwnKey: false })];
    const [before, after] = [off.sign('refresh'), on.sign('refresh')];
    expect(kidOf(before)).not.toBe(kidOf(after));
    for (const token of [before, after]) {
      expect([await on.verdictOn(token), await off.verdictOn(token)]).toEqual(['refresh', 'refresh']);
    }
  });

  test('goes on for the tokens it has signed where a secret is set in its place', async () => {
    const derived = (await open(RSA)).sign('refresh');
    expect(await (await open({ ...RSA, refreshSigningKey: OTHER_SECRET })).verdictOn(derived)).toBe('refresh');
  });

  test('S45: signs no token of another type, whatever the token says', async () => {
    for (const options of [RSA, { ...HS, refreshSigningKey: OTHER_SECRET }]) {
      const { codec, sign, verdictOn } = await open(options);
      const refresh = sign('refresh');
      const key =
        options === RSA ? (await deriveRefreshKey(rsa.privateKey)).key : createSecretKey(Buffer.from(OTHER_SECRET));
      const forge = (type: string | undefined) =>
        jwt.sign(JSON.stringify(claims(type)), key, { header: { alg: 'HS256', kid: String(kidOf(refresh)) } });
      // The very key, or the refusals below would prove nothing.
      expect(await verdictOn(forge('refresh'))).toBe('refresh');
      for (const type of ['access', 'sliding', 'magic', undefined]) {
        expect({ type, verdict: await verdictOn(forge(type)) }).toEqual({ type, verdict: 'token_not_valid' });
        await expect(codec.verifyOnce(forge(type))).rejects.toThrow('Token is invalid');
      }
    }
  });

  test('S1: is used with its own algorithm alone, and its name leads to no other key', async () => {
    const { sign, verdictOn } = await open(RSA);
    const kid = String(kidOf(sign('refresh')));
    const { key } = await deriveRefreshKey(rsa.privateKey);
    const payload = JSON.stringify(claims('refresh'));
    const signed = (secret: KeyObject | Buffer, alg: jwt.Algorithm) =>
      jwt.sign(payload, secret as never, { algorithm: alg, header: { alg, kid } });
    for (const alg of ['HS384', 'HS512'] as const) expect(await verdictOn(signed(key, alg))).toBe('token_not_valid');
    expect(await verdictOn(signed(rsa.privateKey, 'RS256'))).toBe('token_not_valid');
    const published = rsa.publicKey.export({ format: 'jwk' });
    for (const text of [
      rsa.publicKey.export({ type: 'spki', format: 'pem' }),
      JSON.stringify(published),
      kid,
      `${published.n}`,
    ]) {
      expect(await verdictOn(signed(createSecretKey(Buffer.from(text)), 'HS256'))).toBe('token_not_valid');
    }
    // With the public half, derived as from a private one.
    const fromPublic = hkdfSync(
      'sha256',
      Buffer.from(`${published.n}`, 'base64url'),
      '',
      'graphql-simplejwt refresh tokens',
      32,
    );
    expect(await verdictOn(signed(Buffer.from(fromPublic), 'HS256'))).toBe('token_not_valid');
    // A token signed by it that names no key is looked for among the others.
    expect(await verdictOn(jwt.sign(payload, key, { algorithm: 'HS256' }))).toBe('token_not_valid');
  });

  test('is one for all servers that have one key pair, however it is written', async () => {
    const jwk = (key: KeyObject) => JSON.stringify(key.export({ format: 'jwk' }));
    const pairs: [Algorithm, readonly string[]][] = [
      ['RS256', [pem(rsa.privateKey), pem(rsa.privateKey, 'pkcs1'), jwk(rsa.privateKey)]],
      ['ES256', [pem(ec.privateKey), pem(ec.privateKey, 'sec1'), jwk(ec.privateKey), withoutPublicPart(ec.privateKey)]],
    ];
    for (const [algorithm, forms] of pairs) {
      const names = await Promise.all(
        forms.map(async (signingKey) => kidOf((await open({ algorithm, signingKey })).sign('refresh'))),
      );
      expect(new Set(names).size).toBe(1);
    }
  });

  test('is the one it was: what it is derived from and how never changes', async () => {
    const d = Buffer.alloc(32, 7);
    const { kid } = await deriveRefreshKey(createSecretKey(d));
    expect(kid).toBe('dO1Q4oIRzqorEaomL5IOwGxlFlYPR0J25QPldmOvr24');
  });

  test.each<[string, SettingsInput, RegExp]>([
    ['is short', { ...HS, refreshSigningKey: 'short' }, /^JWT_REFRESH_SIGNING_KEY: got a secret of 5 bytes/],
    ['is a key pair', { ...HS, refreshSigningKey: pem(rsa.privateKey) }, /^JWT_REFRESH_SIGNING_KEY: got a PEM key/],
    ['signs all tokens', { ...HS, refreshSigningKey: SECRET }, /^JWT_REFRESH_SIGNING_KEY: got the secret of JWT_SIGN/],
  ])('is refused at the start where it %s', async (_what, options, message) => {
    await expect(loadKeys(settingsFromOptions(options))).rejects.toThrow(message);
  });

  test('is not set beside a ring that has no tokens from before it', () => {
    expect(() => settingsFromOptions({ keysDir: '/keys', refreshSigningKey: OTHER_SECRET })).toThrow(
      /^refreshSigningKey: given with keysDir, whose keys sign refresh tokens too/,
    );
  });
});

describe('the header `typ`', () => {
  test('is at+jwt in access tokens alone, where that is set', async () => {
    const { sign, verdictOn } = await open({ ...RSA, accessTokenTyp: 'at+jwt' });
    const tokens = ['access', 'refresh', 'sliding'].map(sign);
    expect(tokens.map((token) => headerOf(token)?.typ)).toEqual(['at+jwt', 'JWT', 'JWT']);
    expect(await Promise.all(tokens.map(verdictOn))).toEqual(['access', 'refresh', 'sliding']);
    expect(await verdictOn((await open(RSA)).sign('access'))).toBe('access');
    expect(await (await open(RSA)).verdictOn(tokens[0] ?? '')).toBe('access');
  });
});
