import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import * as Operations from '../generated/operations.ts';
import type { Answer } from '../support/client.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';

const WRONG = { username: 'alice', password: 'no' };
const CHANGE = { currentPassword: 'no', newPassword: 'through the looking glass' };
const REGISTRATION = { username: 'bob', password: PASSWORD };

describe('an operation that is counted', () => {
  let server: TestServer;
  let token: string;
  beforeEach(async () => {
    server = await startTestServer('sqlite', {
      env: {
        REGISTRATION: 'true',
        THROTTLE_SIGN_IN_FAILURES: '1',
        THROTTLE_REGISTRATIONS: '1',
        THROTTLE_REFRESHES: '1',
      },
    });
    token = (await server.signIn()).access;
  });
  afterEach(() => server.remove());
  const reasonOf = ({ errors }: Answer<unknown>) => errors[0]?.extensions['reason'] ?? null;

  test.each<[string, string | null, () => Promise<Answer<unknown>>]>([
    ['tokenObtainPair', 'no_active_account', () => server.client.send(Operations.TokenObtainPairDocument, WRONG)],
    ['tokenObtainSliding', 'no_active_account', () => server.client.send(Operations.TokenObtainSlidingDocument, WRONG)],
    ['passwordChange', 'invalid_input', () => server.client.send(Operations.PasswordChangeDocument, CHANGE, { token })],
    ['userRegister', null, () => server.client.send(Operations.UserRegisterDocument, REGISTRATION)],
    ['tokenRefresh', 'token_not_valid', () => server.client.send(Operations.TokenRefreshDocument, { refresh: 'x' })],
    [
      'tokenRefreshSliding',
      'token_not_valid',
      () => server.client.send(Operations.TokenRefreshSlidingDocument, { token: 'x' }),
    ],
  ])('S30: has to wait when its budget is used up: %s', async (_name, reason, ask) => {
    const first = reasonOf(await ask());
    expect(['token_not_valid', reason]).toContain(first);
    expect(reasonOf(await ask())).toBe('throttled');
  });

  test('counts for the account that is named, in whatever spelling, and for whoever is signed in', async () => {
    const signIn = (username: string) =>
      server.client.send(Operations.TokenObtainPairDocument, { username, password: 'no' });
    expect(reasonOf(await signIn('alice'))).toBe('no_active_account');
    expect(reasonOf(await signIn('ALICE'))).toBe('throttled');
    expect(reasonOf(await signIn('bob'))).toBe('no_active_account');
    await server.auth.users.create(REGISTRATION);
    server.clock.advance(1);
    const bob = (await server.client.signIn('bob', PASSWORD)).access;
    const change = (access: string) => server.client.send(Operations.PasswordChangeDocument, CHANGE, { token: access });
    expect(reasonOf(await change(token))).not.toBe('throttled');
    expect(reasonOf(await change(token))).toBe('throttled');
    expect(reasonOf(await change(bob))).not.toBe('throttled');
  });
});
