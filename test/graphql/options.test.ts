import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createAuth, type AuthOptions } from '../../src/graphql/auth.ts';
import { SettingsError } from '../../src/contracts/settings/settings.ts';
import { TEST_KEY } from '../support/server.ts';
import { newPlace, type Place } from '../support/stores.ts';

describe('an option of the library that cannot be right', () => {
  let place: Place;
  beforeEach(() => {
    place = newPlace('sqlite');
  });
  afterEach(() => place.remove());

  const problemsOf = async (options: object): Promise<readonly string[]> => {
    const given = { signingKey: TEST_KEY, ...place.options, ...options } as AuthOptions;
    const error = await createAuth(given).then(
      (auth) => auth.close(),
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof SettingsError)) throw new Error(`no SettingsError: ${String(error)}`);
    expect(error.message).not.toMatch(/\b(JWT_[A-Z]|MONGODB_URI|DATA_DIR)/);
    return error.problems;
  };

  test.each<[string, object, RegExp]>([
    ['a key that is not set', { signingKey: undefined }, /^signingKey: not set, expected a key for HS256\.$/],
    ['a short key', { signingKey: 'short' }, /^signingKey: got a secret of 5 bytes, expected/],
    ['a key that is none', { algorithm: 'RS256' }, /^signingKey: got text that is no PEM private key/],
    ['a short key of refresh tokens', { refreshSigningKey: 'short' }, /^refreshSigningKey: got a secret of 5 bytes/],
    ['one key for both', { refreshSigningKey: TEST_KEY }, /^refreshSigningKey: got the secret of signingKey, expected/],
    ['a ring that is not there', { keysDir: '/nowhere/keys' }, /^keysDir: /],
    ['a folder that cannot be made', { dataDir: join(import.meta.filename, 'x'), mongodbUri: undefined }, /^dataDir: /],
    ['a MongoDB that is none', { mongodbUri: 'mongodb://:@/' }, /^mongodbUri: /],
    [
      'claims that are no function',
      { claims: {} },
      /^claims: got a value of type object, expected a function \(user\) => claims\.$/,
    ],
    [
      'a hook that is null',
      { onLoginFailed: null },
      /^onLoginFailed: got null, expected a function \(credentials, client\)/,
    ],
    ['a text for a hook', { jsonEncoder: 'iso' }, /^jsonEncoder: got a value of type string, expected a function/],
    [
      'a reporter that is none',
      { onInternalError: true },
      /^onInternalError: got a value of type boolean, expected a function\.$/,
    ],
  ])('is refused by its name: %s', async (_what, options, problem) => {
    expect(await problemsOf(options)).toEqual([expect.stringMatching(problem)]);
  });

  test('a hook that is undefined is one that is left out', async () => {
    const auth = await createAuth({ signingKey: TEST_KEY, ...place.options, ...({ claims: undefined } as object) });
    expect(auth.challenge).toBe('Bearer realm="api"');
    await auth.close();
  });
});
