import { expect, test } from '@jest/globals';
import {
  BadAuthorizationHeader,
  ChallengeInvalid,
  InvalidInput,
  NoActiveAccount,
  NonceRequired,
  NotAuthenticated,
  Overloaded,
  ProofInvalid,
  ProofRequired,
  SecondFactorRequired,
  StoreUnavailable,
  type AuthError,
} from '../../../src/contracts/errors.ts';
import { verdictOf } from '../../../src/core/throttle/verdict.ts';

test.each<[string, AuthError | null, ReturnType<typeof verdictOf>]>([
  ['a wrong password', new NoActiveAccount(), 'wrong'],
  ['a wrong current password', new InvalidInput('currentPassword', 'Wrong.'), 'wrong'],
  ['a wrong password of a step', new InvalidInput('password', 'Wrong.', 'wrong_password'), 'wrong'],
  ['a wrong code', new InvalidInput('code', 'Wrong.', 'wrong_code'), 'wrong'],
  ['a name that is taken', new InvalidInput('username', 'Taken.', 'username_taken'), 'wrong'],
  ['a header that cannot be read', new BadAuthorizationHeader(), 'wrong'],
  ['an error of somebody else', null, 'wrong'],
  ['a right password where a code is asked for', new SecondFactorRequired('challenge', new Date()), 'right'],
  ['a name that is too long', new InvalidInput('username', 'Too long.'), 'nothing'],
  ['nobody', new NotAuthenticated(), 'nothing'],
  ['a challenge that is over', new ChallengeInvalid(), 'nothing'],
  ['no proof of a key', new ProofRequired(), 'nothing'],
  ['a bad proof of a key', new ProofInvalid('jti'), 'nothing'],
  ['a proof of a key without a nonce', new NonceRequired('a nonce'), 'nothing'],
  ['a store that is gone', new StoreUnavailable(new Error('gone')), 'nothing'],
  ['a server that has too much to do', new Overloaded(), 'nothing'],
])('what an attempt that ended with %s counts as', (_what, error, verdict) => {
  expect(verdictOf(error)).toBe(verdict);
});
