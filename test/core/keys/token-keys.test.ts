import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  type KeyPairKeyObjectResult,
} from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { settingsFromOptions } from '../../../src/contracts/settings/settings.ts';
import type { SettingsInput } from '../../../src/contracts/settings/settings-table.ts';
import { loadKeys } from '../../../src/core/keys/token-keys.ts';
import { TokenCodec } from '../../../src/core/tokens/token-codec.ts';

interface PemPair {
  readonly privateKey: string;
  readonly publicKey: string;
}
const toPem = (pair: KeyPairKeyObjectResult): PemPair => ({
  privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  publicKey: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
});
const rsa = (modulusLength: number): PemPair => toPem(generateKeyPairSync('rsa', { modulusLength }));
const ec = (namedCurve: string): PemPair => toPem(generateKeyPairSync('ec', { namedCurve }));
const RSA = rsa(2048);
const CURVES = { ES256: ec('P-256'), ES384: ec('P-384'), ES512: ec('P-521') };
const SECRET = 'x'.repeat(64);
const clock = () => Date.now();

const codecOf = async (options: SettingsInput) => {
  const settings = settingsFromOptions(options);
  return new TokenCodec({ settings, keys: await loadKeys(settings), clock });
};
const claims = { token_type: 'access', exp: Math.floor(clock() / 1000) + 60, jti: 'a', user_id: '1' };

describe('keys', () => {
  test.each<[SettingsInput['algorithm'], string]>([
    ['HS256', SECRET],
    ['HS384', SECRET],
    ['HS512', SECRET],
    ['RS256', RSA.privateKey],
    ['RS384', RSA.privateKey],
    ['RS512', RSA.privateKey],
    ['PS256', RSA.privateKey],
    ['PS384', RSA.privateKey],
    ['PS512', RSA.privateKey],
    ['ES256', CURVES.ES256.privateKey],
    ['ES384', CURVES.ES384.privateKey],
    ['ES512', CURVES.ES512.privateKey],
  ])('sign and verify with %s', async (algorithm, signingKey) => {
    const codec = await codecOf({ ...(algorithm && { algorithm }), signingKey });
    const token = codec.sign(claims);
    expect(await codec.verify(token)).toMatchObject({ type: 'access', userId: '1' });
    await expect(codec.verify(`${token.slice(0, -6)}AAAAAA`)).rejects.toMatchObject({ reason: 'token_not_valid' });
  });

  test('are read from a PEM in one line, as environment files hold it', async () => {
    const codec = await codecOf({ algorithm: 'RS256', signingKey: RSA.privateKey.replaceAll('\n', '\\n') });
    expect(await codec.verify(codec.sign(claims))).toBeDefined();
  });

  test('are read from a JWK, private and public', async () => {
    const jwk = (pem: string, read: typeof createPrivateKey | typeof createPublicKey) =>
      JSON.stringify({ ...read(pem).export({ format: 'jwk' }), alg: 'ES384', use: 'sig' });
    const { privateKey, publicKey } = CURVES.ES384;
    const given = { signingKey: jwk(privateKey, createPrivateKey), verifyingKey: jwk(publicKey, createPublicKey) };
    const [codec, pem] = await Promise.all([
      codecOf({ algorithm: 'ES384', ...given }),
      codecOf({ algorithm: 'ES384', signingKey: privateKey }),
    ]);
    expect(await pem.verify(codec.sign(claims))).toBeDefined();
  });

  test('are read from a JWK that is a secret, whose bytes are the key', async () => {
    const jwk = JSON.stringify({ kty: 'oct', k: Buffer.from(SECRET).toString('base64url') });
    const [codec, plain] = await Promise.all([codecOf({ signingKey: jwk }), codecOf({ signingKey: SECRET })]);
    expect(await plain.verify(codec.sign(claims))).toBeDefined();
  });

  test('may be a secret that looks like something else', async () => {
    const brace = `{${SECRET}`;
    const random = randomBytes(45).toString('base64').replaceAll('/', '+');
    for (const signingKey of [brace, `/${random}`, `//${random}`]) {
      const codec = await codecOf({ signingKey });
      expect(await codec.verify(codec.sign(claims))).toBeDefined();
      await expect((await codecOf({ signingKey: SECRET })).verify(codec.sign(claims))).rejects.toThrow(/invalid/);
    }
  });

  test('leave tokens as simplejwt has them: no name of a key in the header', async () => {
    const token = (await codecOf({ signingKey: SECRET })).sign(claims);
    const header = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as object;
    expect(header).toEqual({ alg: 'HS256', typ: 'JWT' });
  });

  describe('in files', () => {
    const folder = mkdtempSync(join(tmpdir(), 'simplejwt-keys-'));
    const inFile = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    let files: { secret: string; privateKey: string; publicKey: string; jwk: string };
    beforeAll(() => {
      const jwk = createPrivateKey(CURVES.ES256.privateKey).export({ format: 'jwk' });
      files = {
        secret: inFile('secret', `${SECRET}\n`),
        privateKey: inFile('private.pem', CURVES.ES256.privateKey),
        publicKey: inFile('public.pem', CURVES.ES256.publicKey),
        jwk: inFile('private.json', JSON.stringify(jwk)),
      };
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    test('are read by their path: a secret without its last line end, a PEM, a JWK', async () => {
      const sameKeys = [
        [{ signingKey: files.secret }, { signingKey: SECRET }],
        [
          { algorithm: 'ES256', signingKey: files.jwk },
          { algorithm: 'ES256', signingKey: files.privateKey, verifyingKey: files.publicKey },
        ],
      ] as const;
      for (const [one, other] of sameKeys) {
        const [signer, verifier] = await Promise.all([codecOf(one), codecOf(other)]);
        expect(await verifier.verify(signer.sign(claims))).toBeDefined();
      }
    });

    test('S6: stop the start where the path is mistyped: it must not become the secret', async () => {
      const signingKey = join(folder, 'a-secret-whose-name-is-long-enough');
      const start = loadKeys(settingsFromOptions({ signingKey }));
      await expect(start).rejects.toThrow(
        /^JWT_SIGNING_KEY: got the path of a file that does not exist, expected .* or the secret itself\.$/,
      );
      const pem = loadKeys(settingsFromOptions({ algorithm: 'ES256', signingKey: `${files.secret}/x` }));
      await expect(pem).rejects.toThrow(
        /^JWT_SIGNING_KEY: got the path of a file that does not exist, .* as PEM or as a JWK\.$/,
      );
      const relative = loadKeys(settingsFromOptions({ algorithm: 'ES256', signingKey: 'keys/jwt.pem' }));
      await expect(relative).rejects.toThrow(/got the path of a file that does not exist/);
      const place = loadKeys(settingsFromOptions({ algorithm: 'ES256', signingKey: folder }));
      await expect(place).rejects.toThrow(/got the path of a folder/);
    });

    test('S6: stop the start where the file holds a weak or another key', async () => {
      const short = loadKeys(settingsFromOptions({ signingKey: inFile('short', 'x'.repeat(31)) }));
      await expect(short).rejects.toThrow(/got a secret of 31 bytes/);
      const pem = loadKeys(settingsFromOptions({ signingKey: files.publicKey }));
      await expect(pem).rejects.toThrow(/got a PEM key, expected a secret/);
    });

    const encrypted = () =>
      createPrivateKey(CURVES.ES256.privateKey)
        .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open' })
        .toString();
    test.each([
      ['a damaged PEM private key', () => CURVES.ES256.privateKey.replace(/\n.*\n/, '\n')],
      ['a PEM public key', () => CURVES.ES256.publicKey],
      ['a PEM key that a passphrase protects', encrypted],
      ['an empty file', () => ''],
      ['text that is no PEM private key and no JWK', () => 'nothing of the kind'],
    ])('S6: stop the start where the file holds %s, and say so', async (found, text) => {
      const signingKey = inFile('other.pem', text());
      const start = loadKeys(settingsFromOptions({ algorithm: 'ES256', signingKey }));
      await expect(start).rejects.toThrow(`JWT_SIGNING_KEY: got ${found}, expected one for ES256.`);
    });
  });

  const jwkOf = (pem: string, more: object = {}) =>
    JSON.stringify({ ...createPrivateKey(pem).export({ format: 'jwk' }), ...more });
  const edwards = toPem(generateKeyPairSync('ed25519')).privateKey;
  test.each<[string, SettingsInput, RegExp]>([
    [
      'EdDSA for a curve',
      { algorithm: 'ES256', signingKey: edwards },
      /got a key of ed25519 \(EdDSA, which jsonwebtoken/,
    ],
    [
      'EdDSA for RSA',
      { algorithm: 'RS256', signingKey: edwards },
      /got a key of ed25519 0 \(EdDSA, which jsonwebtoken/,
    ],
    ['EdDSA as a JWK', { algorithm: 'ES256', signingKey: jwkOf(edwards) }, /EdDSA, which jsonwebtoken does not have/],
    ['a JWK of a key pair as a secret', { signingKey: jwkOf(RSA.privateKey) }, /got a JWK that is no secret key/],
    [
      'a JWK for another algorithm',
      { algorithm: 'PS256', signingKey: jwkOf(RSA.privateKey, { alg: 'RS256' }) },
      /got a JWK for "RS256", expected one for PS256/,
    ],
    [
      'a public JWK to sign with',
      { algorithm: 'RS256', signingKey: JSON.stringify(createPublicKey(RSA.privateKey).export({ format: 'jwk' })) },
      /got a JWK that is no private key/,
    ],
    [
      'a short secret in a JWK',
      { signingKey: JSON.stringify({ kty: 'oct', k: 'A'.repeat(40) }) },
      /got a secret of 30 bytes, expected at least 32/,
    ],
    [
      'a secret as a JWK for RSA',
      { algorithm: 'RS256', signingKey: JSON.stringify({ kty: 'oct', k: 'A'.repeat(64) }) },
      /got a JWK that is no private key/,
    ],
    ['none at all', {}, /JWT_SIGNING_KEY: not set/],
    [
      'a secret of 31 bytes',
      { signingKey: 'x'.repeat(31) },
      /JWT_SIGNING_KEY: got a secret of 31 bytes, expected at least 32/,
    ],
    ['a public key as a secret', { signingKey: RSA.publicKey }, /JWT_SIGNING_KEY: got a PEM key, expected a secret/],
    ['a secret for RSA', { algorithm: 'RS256', signingKey: SECRET }, /no PEM private key/],
    [
      'a public key to sign with',
      { algorithm: 'RS256', signingKey: RSA.publicKey },
      /got a PEM public key, expected one for RS256/,
    ],
    [
      'RSA of 1024 bits',
      { algorithm: 'RS256', signingKey: rsa(1024).privateKey },
      /got a key of rsa 1024, expected RSA of at least 2048/,
    ],
    ['a curve for RSA', { algorithm: 'PS256', signingKey: CURVES.ES256.privateKey }, /got a key of ec 0, expected RSA/],
    ['RSA for a curve', { algorithm: 'ES256', signingKey: RSA.privateKey }, /expected the curve prime256v1/],
    ['another curve', { algorithm: 'ES256', signingKey: CURVES.ES384.privateKey }, /got a key of secp384r1/],
    [
      'halves of two keys',
      { algorithm: 'RS256', signingKey: RSA.privateKey, verifyingKey: rsa(2048).publicKey },
      /JWT_VERIFYING_KEY: .*does not belong/,
    ],
  ])('S6: stop the start: %s', async (_name, options, message) => {
    await expect(loadKeys(settingsFromOptions(options))).rejects.toThrow(message);
  });

  test('S1: of another algorithm are no way in', async () => {
    const [hs, rs, ps, es] = await Promise.all([
      codecOf({ signingKey: SECRET }),
      codecOf({ algorithm: 'RS256', signingKey: RSA.privateKey }),
      codecOf({ algorithm: 'PS256', signingKey: RSA.privateKey }),
      codecOf({ algorithm: 'ES256', signingKey: CURVES.ES256.privateKey }),
    ]);
    const codecs = [hs, rs, ps, es];
    for (const signer of codecs) {
      for (const verifier of codecs.filter((other) => other !== signer)) {
        await expect(verifier.verify(signer.sign(claims))).rejects.toMatchObject({ reason: 'token_not_valid' });
      }
    }
  });
});
