import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { whyWeak } from '../../../src/core/keys/weak-secret.ts';

const of = (text: string) => whyWeak(Buffer.from(text, 'utf8'));

describe('a secret that can be guessed', () => {
  test.each([
    ['k'.repeat(64), 'has few different characters'],
    ['\0'.repeat(32), 'has few different characters'],
    ['secret'.repeat(8), 'has few different characters'],
    ['abc123'.repeat(8), 'has few different characters'],
    ['change-me-'.repeat(4), 'repeats itself'],
    ['correct-horse-battery-staple'.repeat(2), 'repeats itself'],
    ['0123456789abcdef'.repeat(3), 'repeats itself'],
    ['4f8a2c91d0b7e365'.repeat(2), 'repeats itself'],
    ['4f8a2c91d0b7e3654f8a2c91d0b7e3654f8a', 'repeats itself'],
    ['aB3dE6gH9jK2mN5pQ8rS1tV4wX7yZ0bCkL8vR2xT5nW9cM3hJ6fD1sG4qP7zB0yY'.repeat(2), 'repeats itself'],
    ['aB3dE6gH9jK2mN5pQ8raB3dE6gH9jK2m', 'repeats itself'],
    ['jwt_secret_jwt_secret_jwt_secret_x', 'repeats itself'],
    ['password1234567890password12345678', 'repeats itself'],
    ['passwordpasswordpassword12345678', 'repeats itself'],
    ['abcdefghijklmnopqrstuvwxyz0123456789', 'is a sequence, such as 0123456789'],
    ['9876543210zyxwvutsrqponmlkjihgfedcba', 'is a sequence, such as 0123456789'],
    ['CHANGE_ME_IN_PRODUCTION_0000000000', 'has the words of an example, or a row of keys'],
    ['MyS3cr3tJwtK3yF0rPr0duct10nUse!!', 'has the words of an example, or a row of keys'],
    ['qwertyuiopasdfghjklzxcvbnm123456', 'has the words of an example, or a row of keys'],
    ['my-super-secret-signing-key-for-production', 'is made of words'],
    ['this is the secret of our server 2026', 'is made of words'],
    ['ThisIsTheSecretKeyOfOurServer2026!', 'is made of words'],
    ['CHANGE_ME_BEFORE_YOU_GO_TO_PRODUCTION', 'is made of words'],
    ['supersecretjwtsigningkeychangemeplease', 'is made of words'],
    ['django-insecure-change-me-before-production', 'is made of words'],
  ])('S54: %j: it %s', (text, why) => {
    expect(of(text)).toBe(why);
  });

  test.each([
    'wrtzpsdfgkqlxcvbnmhgtzrnvfrdckls',
    'Wrtzpsdfg-kqlxcvbnm-hgtzrnvfr-dckls',
    'aB3dE6gH9jK2mN5pQ8rS1tV4wX7yZ0bC',
    'aKeTiBoLuRaFeNiDoSuGaMeViPoHuJaZ',
    'table+/%=;@horse!?<>{}[]&*()^:~|',
  ])('S54: %s is not, for its letters are few or no words', (text) => {
    expect(of(text)).toBeNull();
  });

  test('S54: a random one is not, however it is written', () => {
    const digits = (length: number, alphabet: string) =>
      Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
    const made = Array.from({ length: 200 }, () => [
      whyWeak(randomBytes(32)),
      of(randomBytes(48).toString('base64')),
      of(randomBytes(32).toString('base64url')),
      of(randomBytes(32).toString('hex')),
      of(randomUUID()),
      of(digits(52, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')),
      of(digits(40, '0123456789')),
    ]).flat();
    expect(made.filter((why) => why !== null).length).toBeLessThan(5);
  });
});
