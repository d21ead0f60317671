import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { SettingsInput } from '../../src/settings/settings-table.ts';
import { settingsFromOptions } from '../../src/settings/settings.ts';
import { loadKeys } from '../../src/tokens/keys.ts';
import { TokenCodec } from '../../src/tokens/token-codec.ts';

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
  return new TokenCodec(settings, await loadKeys(settings), clock);
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

  test.each<[string, SettingsInput, RegExp]>([
    ['none at all', {}, /JWT_SIGNING_KEY: not set/],
    [
      'a secret of 31 bytes',
      { signingKey: 'x'.repeat(31) },
      /JWT_SIGNING_KEY: got a secret of 31 bytes, expected at least 32/,
    ],
    ['a public key as a secret', { signingKey: RSA.publicKey }, /JWT_SIGNING_KEY: got a PEM key, expected a secret/],
    ['a secret for RSA', { algorithm: 'RS256', signingKey: SECRET }, /no PEM private key/],
    ['a public key to sign with', { algorithm: 'RS256', signingKey: RSA.publicKey }, /no PEM private key/],
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
