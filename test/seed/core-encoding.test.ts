import { describe, expect, test } from '@jest/globals';
import { settingsFromOptions } from '../../src/contracts/settings/settings.ts';
import type { SettingsInput } from '../../src/contracts/settings/settings-table.ts';
import { loadKeys } from '../../src/core/keys/token-keys.ts';
import { TokenCodec } from '../../src/core/tokens/token-codec.ts';
import { craft } from '../support/craft.ts';
import { claimsOf } from '../support/forge.ts';
import { TEST_KEY, TestClock } from '../support/server.ts';

describe('encoding', () => {
  const clock = new TestClock();
  const newCodec = async (options: SettingsInput = {}): Promise<TokenCodec> => {
    const settings = settingsFromOptions({ signingKey: TEST_KEY, ...options });
    return new TokenCodec({ settings, keys: await loadKeys(settings), clock: clock.read });
  };
  const newClaims = () => ({
    exp: clock.seconds + 60,
    iat: clock.seconds,
    jti: 'a',
    roles: ['ADMIN'],
    limits: { seats: 3 },
  });

  test('73: the payload given is left as it is', async () => {
    const claims = newClaims();
    const codec = await newCodec({ audience: 'app', issuer: 'us' });
    expect(claimsOf(codec.sign(claims))).toEqual({ ...newClaims(), aud: 'app', iss: 'us' });
    expect(claims).toEqual(newClaims());
    const frozen = Object.freeze({ ...newClaims(), roles: Object.freeze(['ADMIN']) });
    expect(claimsOf(codec.sign(frozen))).toMatchObject(newClaims());
  });

  test('73: without settings nothing is added, not even iat', async () => {
    const codec = await newCodec();
    const { iat: _iat, ...claims } = newClaims();
    expect(claimsOf(codec.sign(newClaims()))).toEqual(newClaims());
    expect(claimsOf(codec.sign(claims))).toEqual(claims);
  });

  test('73: several audiences are added as a list, and each of them is accepted', async () => {
    const codec = await newCodec({ audience: ['app', 'api'] });
    const token = codec.sign(newClaims());
    expect(claimsOf(token)['aud']).toEqual(['app', 'api']);
    for (const audience of ['app', 'api']) {
      expect((await (await newCodec({ audience })).verify(token)).jti).toBe('a');
    }
  });

  test('73: what is set replaces what the payload says of aud and iss', async () => {
    const codec = await newCodec({ audience: 'app', issuer: 'us' });
    const token = codec.sign({ ...newClaims(), aud: 'other', iss: 'other' });
    expect(claimsOf(token)).toMatchObject({ aud: 'app', iss: 'us' });
  });

  test.each([
    ['no audience', { iss: 'us' }],
    ['another audience', { aud: 'other', iss: 'us' }],
    ['no issuer', { aud: 'app' }],
    ['another issuer', { aud: 'app', iss: 'other' }],
    ['an issuer that only begins alike', { aud: 'app', iss: 'us2' }],
    ['odd kinds of both', { aud: { app: true }, iss: ['us'] }],
  ])('73 S3: what is set is required: a token of %s is invalid', async (_case, claims) => {
    const codec = await newCodec({ audience: 'app', issuer: 'us' });
    const message = 'Token is invalid';
    await expect(codec.verify(craft({ ...newClaims(), ...claims }))).rejects.toMatchObject({ message });
    expect((await codec.verify(craft({ ...newClaims(), aud: ['x', 'app'], iss: 'us' }))).jti).toBe('a');
    expect((await (await newCodec()).verify(craft({ ...newClaims(), aud: 'x', iss: 'x' }))).jti).toBe('a');
  });
});
