import { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import bcrypt from 'bcrypt';
import { systemClock } from '../../src/contracts/clock.ts';
import { PasswordHasher } from '../../src/core/users/password-hasher.ts';
import { openStore } from '../../src/stores/open-store.ts';
import { PasswordChangeDocument, TokenObtainPairDocument, UserRegisterDocument } from '../generated/operations.ts';
import { refusal } from '../support/forge.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';

const NO_ACTIVE_ACCOUNT = refusal('No active account found with the given credentials', 'no_active_account');
const NOT_TYPABLE = 'Null characters and incomplete Unicode are not allowed.';
const TOO_LONG = 'Ensure this field has no more than 256 characters.';
const TOO_COMMON =
  'This password is too easy to guess: it is a common password. Choose another, such as a few unrelated words.';
const TOO_SIMILAR =
  'This password is too similar to the username. Without it, at least 8 letters or digits must be left.';
const TOO_SHORT = 'This password is too short. It must contain at least 8 characters.';

describe('passwords', () => {
  const hasher = new PasswordHasher(4, systemClock);
  let server: TestServer;
  let count = 0;
  beforeAll(async () => {
    server = await startTestServer('sqlite', { env: { REGISTRATION: 'on', THROTTLE: 'off' } });
  });
  afterAll(() => server.remove());
  afterEach(() => {
    jest.restoreAllMocks();
  });

  const newName = () => `visitor-no-${(count += 1)}`;
  const register = (password: string, username = newName()) =>
    server.client.send(UserRegisterDocument, { username, password });
  const signIn = (username: string, password: string) =>
    server.client.send(TokenObtainPairDocument, { username, password });
  const refusalOf = (message: string, reason: string, field = 'password') => ({
    data: null,
    errors: [expect.objectContaining({ message, extensions: { code: 'BAD_USER_INPUT', reason, field } })],
  });
  /** Whether somebody can register with a password and sign in with it, perhaps typed in another way. */
  async function works(password: string, typed = password): Promise<boolean> {
    const username = newName();
    const answers = [await register(password, username), await signIn(username, typed)];
    return answers.every(({ errors }) => errors.length === 0);
  }
  /** Puts a hash into the store that came from elsewhere, or from before the rules. */
  async function setHash(hash: string): Promise<string> {
    const username = newName();
    const { id } = await server.auth.users.create({ username, password: PASSWORD });
    const store = await openStore({ mongodbUri: undefined, ...server.place.options });
    await store.users.update(id, { passwordHash: hash });
    await store.close();
    return username;
  }

  const GREEK = ['\u0300', '\u0301', '\u0342'].flatMap((accent) =>
    Array.from('αωη', (letter) => `${letter}\u0313${accent}\u0345`),
  );
  test('S25: a password does not expire', async () => {
    const username = newName();
    await register('seven quiet lanterns', username);
    server.clock.advance(10 * 365 * 86_400);
    expect((await signIn(username, 'seven quiet lanterns')).errors).toEqual([]);
    server.clock.catchUp();
  });

  test.each([
    ['letters', Array.from('qzhvbxwkpjmd')],
    ['spaces among letters', Array.from(' q z  v ')],
    ['characters of two UTF-16 units', Array.from('🐛🦋🐌🐞🐜🐝🦗🕷🦂🦟')],
    ['characters of several code points', Array.from('azeyrsoculni', (letter) => `${letter}\u0301`)],
    ['characters of four code points', GREEK],
  ])('S25: from 8 to 256 %s will do, one more or less will not', async (_what, characters) => {
    const made = (length: number) =>
      Array.from({ length }, (_, index) => ['K', '7', '#'][index] ?? characters[index % characters.length]).join('');
    for (const length of [8, 256]) expect(await works(made(length))).toBe(true);
    expect(await register(made(7))).toMatchObject(refusalOf(TOO_SHORT, 'password_too_weak'));
    expect(await register(made(257))).toMatchObject(refusalOf(TOO_LONG, 'invalid_input'));
    expect(await signIn('alice', made(257))).toMatchObject(refusalOf(TOO_LONG, 'invalid_input'));
  });

  test.each(['only small letters', '40319284620', 'контрольная работа', '鏡の国のアリスです', ' around ten '])(
    'S25: there are no rules of composition: %j will do',
    async (password) => {
      expect(await works(password)).toBe(true);
    },
  );

  test('S25: PASSWORD_MIN_LENGTH is what a new password must have', async () => {
    const env = { REGISTRATION: 'on', PASSWORD_MIN_LENGTH: '14' };
    const strict = await startTestServer('sqlite', { env });
    const answers = await Promise.all(
      ['curiouser, 13', 'curiouser, 14.'].map((password, index) =>
        strict.client.send(UserRegisterDocument, { username: `eve-${index}`, password }),
      ),
    );
    await strict.remove();
    const message = 'This password is too short. It must contain at least 14 characters.';
    expect(answers[0]).toMatchObject(refusalOf(message, 'password_too_weak'));
    expect(answers[1]?.errors).toEqual([]);
  });

  test('S25: a password is never trimmed', async () => {
    await register(' down the hole', 'rabbit');
    expect(await signIn('rabbit', 'down the hole')).toMatchObject(NO_ACTIVE_ACCOUNT);
    expect(await signIn('rabbit', ' down the hole ')).toMatchObject(NO_ACTIVE_ACCOUNT);
  });

  test('S25: a password of 100 kB is refused before anything is computed', async () => {
    const { access } = await server.signIn();
    const hashing = jest.spyOn(Worker.prototype, 'postMessage');
    const normalizing = jest.spyOn(String.prototype, 'normalize');
    const long = 'x'.repeat(100_000);
    expect(await signIn('alice', long)).toMatchObject(refusalOf(TOO_LONG, 'invalid_input'));
    expect(await register(long, 'alice')).toMatchObject(refusalOf(TOO_LONG, 'invalid_input'));
    const change = (currentPassword: string, newPassword: string) =>
      server.client.send(PasswordChangeDocument, { currentPassword, newPassword }, { token: access });
    expect(await change(long, 'down the hole')).toMatchObject(refusalOf(TOO_LONG, 'invalid_input', 'currentPassword'));
    expect(await change(PASSWORD, long)).toMatchObject(refusalOf(TOO_LONG, 'invalid_input', 'newPassword'));
    const lengths = normalizing.mock.contexts.map((text) => String(text).length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(1024);
    expect(hashing).not.toHaveBeenCalled();
  });

  test('S26: two passwords that differ at byte 100 are two', async () => {
    const common = 'curiouser and '.repeat(8).slice(0, 99);
    await register(`${common}x`, 'centipede');
    expect(await signIn('centipede', `${common}y`)).toMatchObject(NO_ACTIVE_ACCOUNT);
    expect((await signIn('centipede', `${common}x`)).errors).toEqual([]);
  });

  test('S26: 64 times é works, and no fewer', async () => {
    // It repeats one character, and so is no new password; it may be that of an account from elsewhere.
    const username = await setHash(await hasher.hash('é'.repeat(64)));
    expect(await signIn(username, 'é'.repeat(63))).toMatchObject(NO_ACTIVE_ACCOUNT);
    expect((await signIn(username, 'é'.repeat(64))).errors).toEqual([]);
  });

  test.each([
    ['composed', 'caf\u00e9 cr\u00e8me', 'cafe\u0301 cre\u0300me'],
    ['decomposed', 'cafe\u0301 cre\u0300me', 'caf\u00e9 cr\u00e8me'],
    ['fullwidth', 'ｔａｌｌ　ａｍｂｅｒ　ｋｅｔｔｌｅｓ', 'tall amber kettles'],
  ])('S26: what was registered %s can be typed in the other form', async (_form, given, typed) => {
    expect(await works(given, typed)).toBe(true);
  });

  test.each([
    ['a NUL', 'down\0the hole'],
    ['a NUL at the end', `${PASSWORD}\0`],
    ['the first half of a character', 'down the hole \ud83d'],
    ['the second half of a character', '\udc1b down the hole'],
  ])('S26: %s is refused clearly, in a new password and at sign-in', async (_what, password) => {
    const { access } = await server.signIn();
    expect(await register(password)).toMatchObject(refusalOf(NOT_TYPABLE, 'invalid_input'));
    const change = { currentPassword: PASSWORD, newPassword: password };
    expect(await server.client.send(PasswordChangeDocument, change, { token: access })).toMatchObject(
      refusalOf(NOT_TYPABLE, 'invalid_input', 'newPassword'),
    );
    expect(await signIn('alice', password)).toMatchObject(refusalOf(NOT_TYPABLE, 'invalid_input'));
  });

  test('S26: half a character is not the replacement character, which is what UTF-8 makes of it', async () => {
    await register('down the hole \ufffd', 'half');
    expect((await signIn('half', 'down the hole \ud83d')).data).toBeNull();
    expect((await signIn('half', 'down the hole \ufffd')).errors).toEqual([]);
  });

  test('S26: a NUL ends no password, where the hash is of a bcrypt that lets it', async () => {
    const username = await setHash(await bcrypt.hash(PASSWORD, 4));
    expect((await signIn(username, `${PASSWORD}\0${PASSWORD}`)).data).toBeNull();
    expect((await signIn(username, PASSWORD)).errors).toEqual([]);
  });

  test.each(['password', 'PassWord', '12345678', 'ｐａｓｓｗｏｒｄ１', 'trustno1', 'QWERTYUIOP'])(
    'S27: %j is refused, for it is among the first that are guessed',
    async (password) => {
      expect(await register(password)).toMatchObject(refusalOf(TOO_COMMON, 'password_too_weak'));
    },
  );

  test('S27: more than ten thousand that are long enough are known', async () => {
    const { commonPasswords } = await import('../../src/core/users/common-passwords.ts');
    expect(Array.from(commonPasswords).filter(({ length }) => length >= 8).length).toBeGreaterThan(10_000);
  });

  test('S27: whoever changes a password or sets one cannot choose a common one either', async () => {
    const { access } = await server.signIn();
    const change = { currentPassword: PASSWORD, newPassword: 'iloveyou1' };
    expect(await server.client.send(PasswordChangeDocument, change, { token: access })).toMatchObject(
      refusalOf(TOO_COMMON, 'password_too_weak', 'newPassword'),
    );
    const refused = { message: TOO_COMMON, reason: 'password_too_weak' };
    const { users } = server.auth;
    await expect(users.setPassword(server.alice.id, 'iloveyou1')).rejects.toMatchObject(refused);
    await expect(users.create({ username: 'operated', password: 'iloveyou1' })).rejects.toMatchObject(refused);
    expect((await signIn('alice', PASSWORD)).errors).toEqual([]);
  });

  test('S27: whoever has a common password from before still signs in with it', async () => {
    expect((await signIn(await setHash(await bcrypt.hash('12345678', 4)), '12345678')).errors).toEqual([]);
  });

  test.each([
    ['the-red-queen', 'the-red-queen'],
    ['the-red-queen', 'The Red Queen 1871!'],
    ['the-red-queen', 'theredqueentheredqueen'],
    ['the-red-queen', 'red queen'],
    ['tweedledum@example.org', 'tweedledum2026'],
    ['tweedledum@example.org', 'tweedledum@example.org'],
    ['Ｔｗｅｅｄｌｅ', 'tweedle-tweedle'],
  ])('S27: of the user %j the password %j is refused', async (username, password) => {
    expect(await register(password, username)).toMatchObject(refusalOf(TOO_SIMILAR, 'password_too_weak'));
  });

  test.each([
    ['queen', 'queen of hearts and roses'],
    ['al', 'alabaster jar'],
    ['hatter', '!?/!;?!-?!'],
    ['a@b', 'ab ac bd ae'],
  ])('S27: of the user %j the password %j is not', async (username, password) => {
    expect((await register(password, username)).errors).toEqual([]);
  });

  test('S27: the username counts at a password change and where an operator sets one', async () => {
    await register(PASSWORD, 'mock-turtle');
    const { access } = await server.client.signIn('mock-turtle', PASSWORD);
    const change = { currentPassword: PASSWORD, newPassword: 'mock turtle 1' };
    expect(await server.client.send(PasswordChangeDocument, change, { token: access })).toMatchObject(
      refusalOf(TOO_SIMILAR, 'password_too_weak', 'newPassword'),
    );
    const set = server.auth.users.setPassword(server.alice.id, 'alice1234');
    await expect(set).rejects.toMatchObject({ message: TOO_SIMILAR, reason: 'password_too_weak' });
  });
});
