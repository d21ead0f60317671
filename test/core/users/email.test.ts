import { expect, test } from '@jest/globals';
import { newEmail, readEmail } from '../../../src/core/users/email.ts';

test.each([
  '',
  'name',
  'a@b',
  '@example.com',
  'a@',
  'a b@example.com',
  'a@exa mple.com',
  'a@example..com',
  '.a@example.com',
  'a@-example.com',
  'a@127.0.0.1',
  'a@[127.0.0.1]',
  'a@0x7f.1',
  'a@example.com, b@example.com',
  '"a"@example.com',
  '<a@example.com>',
  'a@example.com\r\nBcc: b@example.com',
  'a\n@example.com',
  'a@example.com\0',
  'a\u200b@example.com',
  `${'a'.repeat(65)}@example.com`,
  `a@${'a.'.repeat(130)}com`,
  'a@exa\u202emple.com',
  'a@example.com;b',
  'a@b@example.com',
])('%j is no e-mail address', (given) => {
  expect(readEmail(given)).toBeNull();
});

test.each([
  ['Alice@Example.COM', 'alice@example.com'],
  [' alice@example.com\n', 'alice@example.com'],
  ["o'connor+tag@a.example", "o'connor+tag@a.example"],
  ['zoë@bücher.example', 'zoë@xn--bcher-kva.example'],
  ['zoe\u0308@xn--bcher-kva.example', 'zoë@xn--bcher-kva.example'],
  [`${'x'.repeat(64)}@example.com`, `${'x'.repeat(64)}@example.com`],
  ['mıke@example.com', 'mıke@example.com'],
  ['ﬁ@example.com', 'ﬁ@example.com'],
])('%j is compared as %s, and kept as it was written', (given, emailKey) => {
  expect(readEmail(given)).toEqual({ email: given.trim(), emailKey });
});

test('the address of an account is one, or the field is told', () => {
  expect(newEmail('Alice@example.com')).toEqual(readEmail('Alice@example.com'));
  expect(() => newEmail('alice')).toThrow(expect.objectContaining({ field: 'email', reason: 'invalid_email' }));
});
