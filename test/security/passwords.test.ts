import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Overloaded } from '../../src/errors.ts';
import { PasswordHasher } from '../../src/users/password-hasher.ts';
import { TokenObtainPairDocument, UserRegisterDocument } from '../generated/operations.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

describe('passwords', () => {
  let server: TestServer;
  let count = 0;
  beforeAll(async () => {
    server = await startTestServer('sqlite', { env: { REGISTRATION: 'on', THROTTLE: 'off' } });
  });
  afterAll(() => server.remove());

  /** What came of a registration: null, or what was wrong with it. */
  async function refusalOf(password: string, username = `user${(count += 1)}`) {
    const { errors } = await server.client.send(UserRegisterDocument, { username, password });
    const [error] = errors;
    return error ? { reason: error.extensions['reason'], field: error.extensions['field'] } : null;
  }
  const TOO_WEAK = { reason: 'password_too_weak', field: 'password' };
  const INVALID = { reason: 'invalid_input', field: 'password' };

  test('S25: 8 to 256 characters of any kind are a password, and no others', async () => {
    expect(await refusalOf('1234 äß')).toEqual(TOO_WEAK);
    for (const good of ['a b c d e', '🦊🐻🐼🐨🐯🦁🐮🐷', ' leading and trailing ', `${'x'.repeat(255)}é`]) {
      expect(await refusalOf(good)).toBeNull();
    }
    expect(await refusalOf(`${'xy'.repeat(128)}z`)).toEqual(INVALID);
  });

  test('S26: the whole password counts', async () => {
    const byte100 = `${'correct horse '.repeat(7)}battery`;
    const long = { username: 'long', password: `${byte100} staple` };
    await server.client.expect(UserRegisterDocument, long);
    const signIn = async (password: string) =>
      (await server.client.send(TokenObtainPairDocument, { username: 'long', password })).errors.length;
    expect(await signIn(long.password)).toBe(0);
    for (const other of [byte100, `${byte100} stable`, ` ${long.password}`, `${long.password} `]) {
      expect(await signIn(other)).toBe(1);
    }
  });

  test('S26: sixty-four times "é" is a password, in whichever form it is typed', async () => {
    const composed = 'é'.repeat(64);
    expect(await refusalOf(composed, 'accented')).toBeNull();
    for (const password of [composed, composed.normalize('NFD')]) {
      const { data } = await server.client.send(TokenObtainPairDocument, { username: 'accented', password });
      expect(data).not.toBeNull();
    }
  });

  test('S26: NUL and half a character are refused, and it is said why', async () => {
    for (const bad of ['null\0 and void', 'half a fox \ud83e']) expect(await refusalOf(bad)).toEqual(INVALID);
  });

  test.each(['password', 'Password1', '12345678', 'qwertyuiop', 'ILOVEYOU', 'football', 'passw0rd', 'trustno1'])(
    'S27: "%s" is among the first that are guessed, and refused',
    async (common) => {
      expect(await refusalOf(common)).toEqual(TOO_WEAK);
    },
  );

  test('S27: at least ten thousand are known', async () => {
    const { commonPasswords } = await import('../../src/users/common-passwords.ts');
    expect(commonPasswords.size).toBeGreaterThan(10_000);
  });

  test('S27: the username, with little around it, is no password', async () => {
    for (const password of ['margaret', 'Margaret1', '!!margaret!!', 'MARGARET-42']) {
      expect(await refusalOf(password, 'margaret')).toEqual(TOO_WEAK);
    }
    expect(await refusalOf('margaret and the wonderful machine', 'margaret')).toBeNull();
  });

  test('whoever has waited too long for the check of a password is told so, and it is not checked', async () => {
    let now = 0;
    const hasher = new PasswordHasher(4, () => now);
    const hash = await hasher.hash('wonderland123!');
    const checks = Array.from({ length: 40 }, () => hasher.verify('wonderland123!', hash));
    now = 5001;
    const outcomes = await Promise.allSettled(checks);
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.length).toBeGreaterThan(30);
    for (const { reason } of refused) expect(reason).toBeInstanceOf(Overloaded);
  });
});
