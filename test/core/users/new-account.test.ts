import { expect, test } from '@jest/globals';
import { newAccount } from '../../../src/core/users/new-account.ts';

const NOW = new Date('2026-01-02T03:04:05Z');
const accountOf = (given: Partial<Parameters<typeof newAccount>[0]>) =>
  newAccount({ username: 'Alice', ...given }, 'a hash', NOW, { email: true });

test('the address of a new account is written as it was given, compared in one form, and not verified yet', () => {
  const address = { email: 'Alice@Example.com', emailKey: 'alice@example.com', emailVerified: false };
  expect(accountOf({ email: 'Alice@Example.com' })).toMatchObject(address);
});

test('an open address is nobody’s yet, and without one nothing is noted', () => {
  const open = accountOf({ email: 'alice@example.com', isEmailOpen: true });
  expect(open).toMatchObject({ email: 'alice@example.com', emailVerified: false });
  expect(open).not.toHaveProperty('emailKey');
  for (const name of ['email', 'emailKey', 'emailVerified']) expect(accountOf({})).not.toHaveProperty(name);
});
