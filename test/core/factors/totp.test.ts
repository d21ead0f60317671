import { expect, test } from '@jest/globals';
import { TOTP } from 'otpauth';
import { base32 } from '../../../src/core/factors/base32.ts';
import { givenRecoveryCode, newRecoveryCodes, recoveryHash } from '../../../src/core/factors/recovery-codes.ts';
import { SealedTexts } from '../../../src/core/factors/sealed.ts';
import { codeOf, givenCode, matchingStep, otpauthUri } from '../../../src/core/factors/totp.ts';

const SECRET = Buffer.from('12345678901234567890');

/** RFC 6238, Appendix B, for SHA-1, of which the last six digits are ours. */
test.each([
  [59, '94287082'],
  [1_111_111_109, '07081804'],
  [1_111_111_111, '14050471'],
  [1_234_567_890, '89005924'],
  [2_000_000_000, '69279037'],
  [20_000_000_000, '65353130'],
])('at %i seconds the code is that of RFC 6238', (seconds, digits) => {
  expect(codeOf(SECRET, Math.floor(seconds / 30))).toBe(digits.slice(-6));
});

test('codes are those of an app that has read the URI, and the URI says whose they are', () => {
  const uri = otpauthUri(SECRET, { issuer: 'Tea & Co', account: 'alice@example.com' });
  expect(uri).toBe(`otpauth://totp/Tea%20%26%20Co:alice%40example.com?secret=${base32(SECRET)}&issuer=Tea%20%26%20Co`);
  const app = new TOTP({ secret: base32(SECRET) });
  for (const now of [0, 29_999, 30_000, 1_800_000_000_000]) {
    expect(app.generate({ timestamp: now })).toBe(codeOf(SECRET, Math.floor(now / 30_000)));
  }
});

/** RFC 4648 10, without padding. */
test.each([
  ['', ''],
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foob', 'MZXW6YQ'],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI'],
])('base32 of %j is %j', (text, written) => {
  expect(base32(Buffer.from(text))).toBe(written);
});

test('a code is right for its step and the ones beside it, and never again after it was accepted', () => {
  const now = 1_000_000 * 30_000 + 12_345;
  const code = (step: number) => codeOf(SECRET, step);
  const steps = [-2, -1, 0, 1, 2].map((offset) => matchingStep(SECRET, code(1_000_000 + offset), now, -1));
  expect(steps).toEqual([null, 999_999, 1_000_000, 1_000_001, null]);
  expect(matchingStep(SECRET, code(1_000_000), now, 1_000_000)).toBeNull();
  expect(matchingStep(SECRET, code(999_999), now, 1_000_000)).toBeNull();
  expect(matchingStep(SECRET, code(1_000_001), now, 1_000_000)).toBe(1_000_001);
});

test.each([
  ['123456', '123456'],
  [' 123 456 ', '123456'],
  ['123-456', '123456'],
  ['１２３４５６', '123456'],
  ['12345', null],
  ['1234567', null],
  ['12345a', null],
  ['', null],
])('%j is read as the code %j', (text, code) => {
  expect(givenCode(text)).toBe(code);
});

test('recovery codes are ten of 120 bits, are read as people type them, and say nothing of themselves in the store', () => {
  const codes = newRecoveryCodes();
  expect(new Set(codes).size).toBe(10);
  for (const code of codes) {
    expect(code).toMatch(/^[A-Z2-7]{4}(-[A-Z2-7]{4}){5}$/);
    const bare = code.replaceAll('-', '');
    for (const typed of [code, bare, code.toLowerCase(), ` ${code.replaceAll('-', ' ')}\n`]) {
      expect(givenRecoveryCode(typed)).toBe(bare);
    }
    expect(recoveryHash('alice', bare)).not.toContain(bare);
    expect(recoveryHash('alice', bare)).not.toBe(recoveryHash('bob', bare));
  }
  expect(givenRecoveryCode('OIB2-3456-7ABC-DEFG-HIJK-LMNO')).toBe(givenRecoveryCode('0182-3456-7abc-defg-h1jk-lmn0'));
  for (const odd of [
    '',
    '123456',
    'ABCD-EFGH-IJKL-MNOP-QRST',
    'ABCD-EFGH-IJKL-MNOP-QRST-UVWX-Y',
    'ÄBCD-EFGH-IJKL-MNOP-QRST-UVWX',
  ]) {
    expect(givenRecoveryCode(odd)).toBeNull();
  }
});

test('a sealed text opens with its secret, unchanged, and for its purpose alone', () => {
  const [first, second] = ['a secret of more than 32 characters', 'another one of more than 32 characters'];
  const sealed = new SealedTexts([first]).seal('text', 'totp alice');
  expect(sealed).not.toBe(new SealedTexts([first]).seal('text', 'totp alice'));
  expect(new SealedTexts([first]).open(sealed, 'totp alice')).toEqual({ text: 'text', isStale: false });
  expect(new SealedTexts([second, first]).open(sealed, 'totp alice')).toEqual({ text: 'text', isStale: true });
  expect(new SealedTexts([second]).open(sealed, 'totp alice')).toBeNull();
  expect(new SealedTexts([first]).open(sealed, 'totp bob')).toBeNull();
  for (const [at, character] of Array.from(sealed).entries()) {
    const changed = `${sealed.slice(0, at)}${character === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`;
    expect(new SealedTexts([first]).open(changed, 'totp alice')).toBeNull();
  }
  // As it was written by the first version, which stores still hold.
  const written = 'qEOehPyiL9dlz6keQHsFNrm9NAbMbWxsxf-uu13D8aE';
  expect(new SealedTexts([first]).open(written, 'totp alice')).toEqual({ text: 'text', isStale: false });
  for (const odd of ['', 'A', `${sealed}=`, `${sealed} `]) {
    expect(new SealedTexts([first]).open(odd, 'totp alice')).toBeNull();
  }
  const empty = Buffer.from(new SealedTexts([first]).seal('', 'totp alice'), 'base64url');
  const cut = Array.from({ length: empty.length }, (_, length) => empty.toString('base64url', 0, length));
  expect(cut.map((text) => new SealedTexts([first]).open(text, 'totp alice'))).toEqual(cut.map(() => null));
});
