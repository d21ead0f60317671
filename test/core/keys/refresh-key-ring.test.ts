import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import jwt from 'jsonwebtoken';
import type { SettingsInput } from '../../../src/contracts/settings/settings-table.ts';
import { deriveRefreshKey } from '../../../src/core/keys/refresh-key.ts';
import { DAY, headerOf, KeyOpener } from '../../support/opened-keys.ts';
import { jwkIn, keeperOf, kidOf, signWith, until } from '../../support/ring.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const RSA: SettingsInput = {
  algorithm: 'RS256',
  signingKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
};
const HS: SettingsInput = { signingKey: 'x'.repeat(64) };
const OTHER_SECRET = 'another-test-key-0123456789abcdef0123456789abcdef';

let opener: KeyOpener;
beforeEach(() => {
  opener = new KeyOpener();
});
afterEach(() => opener.close());
const open = (options: SettingsInput) => opener.open(options);
const claims = (type: string | undefined) => opener.claims(type);

describe('the keys of refresh tokens in a ring', () => {
  let keysDir: string;
  beforeEach(() => {
    keysDir = join(mkdtempSync(join(tmpdir(), 'simplejwt-ring-')), 'keys');
  });
  afterEach(() => rmSync(join(keysDir, '..'), { recursive: true, force: true }));
  const keeper = () => keeperOf(keysDir, opener.clock.read);

  test.each(['ES256', 'RS256', 'HS256'] as const)('S45: come with each key, of %s too', async (algorithm) => {
    const { kid } = await keeper().generate(algorithm);
    const { keys, sign, verdictOn } = await open({ keysDir });
    const refresh = sign('refresh');
    expect(headerOf(refresh)).toEqual({ alg: 'HS256', typ: 'JWT', kid: expect.any(String) });
    expect(kidOf(refresh)).not.toBe(kid);
    expect([sign('access'), sign('sliding')].map(kidOf)).toEqual([kid, kid]);
    expect(keys.published().map((key) => key.kid)).toEqual(algorithm === 'HS256' ? [] : [kid]);
    expect(await verdictOn(refresh)).toBe('refresh');
    // From before there was such a key, and from servers where it is off.
    expect(await verdictOn(signWith(jwkIn(keysDir, kid), claims('refresh')))).toBe('refresh');
    const off = await open({ keysDir, refreshOwnKey: false });
    expect(kidOf(off.sign('refresh'))).toBe(kid);
    expect(await off.verdictOn(refresh)).toBe('refresh');
  });

  test('S45: sign no access token', async () => {
    const { kid } = await keeper().generate('ES256');
    const { sign, verdictOn } = await open({ keysDir });
    const { key } = await deriveRefreshKey(createPrivateKey({ key: jwkIn(keysDir, kid), format: 'jwk' }));
    const header = { alg: 'HS256', kid: String(kidOf(sign('refresh'))) } as const;
    expect(await verdictOn(jwt.sign(JSON.stringify(claims('refresh')), key, { header }))).toBe('refresh');
    expect(await verdictOn(jwt.sign(JSON.stringify(claims('access')), key, { header }))).toBe('token_not_valid');
  });

  test('last through a rotation as long as their last token, and end in an emergency', async () => {
    await keeper().generate('ES256');
    const [one, other] = [await open({ keysDir }), await open({ keysDir })];
    const former = one.sign('refresh');
    await keeper().rotate({ activateAfter: 600 });
    opener.clock.advance(599);
    const last = one.sign('refresh');
    expect(kidOf(last)).toBe(kidOf(former));
    opener.clock.advance(1);
    await until(() => one.keys.published().length === 2);
    const next = one.sign('refresh');
    expect(kidOf(next)).not.toBe(kidOf(former));
    // The other server reads the ring again for a name that it does not know.
    expect(await other.verdictOn(next)).toBe('refresh');
    opener.clock.advance(DAY - 2);
    expect([await one.verdictOn(last), await other.verdictOn(last)]).toEqual(['refresh', 'refresh']);
    const { kid } = await keeper().replaceAll();
    await until(() => one.keys.published().some((key) => key.kid === kid));
    expect([await one.verdictOn(next), await one.verdictOn(one.sign('refresh'))]).toEqual([
      'token_not_valid',
      'refresh',
    ]);
  });

  test.each<[string, SettingsInput]>([
    ['a key pair', RSA],
    ['a secret and another one', { ...HS, refreshSigningKey: OTHER_SECRET }],
  ])('verify beside the one from before there was a ring: %s', async (_what, options) => {
    const before = await open(options);
    await keeper().generate('ES256');
    const tokens = ['access', 'refresh'].map(before.sign);
    const ring = await open({ ...options, keysDir });
    expect(await Promise.all(tokens.map(ring.verdictOn))).toEqual(['access', 'refresh']);
    expect(kidOf(ring.sign('refresh'))).not.toBe(kidOf(tokens[1] ?? ''));
    const alone = await open({ keysDir });
    expect(await Promise.all(tokens.map(alone.verdictOn))).toEqual(['token_not_valid', 'token_not_valid']);
  });
});
