import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { createAccountApi, TokenRequestError, type AccountApi } from '../../src/client/account.ts';
import { createTokenStore, type TokenStore } from '../../src/client/index.ts';
import { AuthenticatorApp } from '../support/authenticator-app.ts';
import { claimsOf } from '../support/forge.ts';
import { ALL_ROOMS, PASSWORD, startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let tokens: TokenStore;
let account: AccountApi;
beforeEach(async () => {
  server = await startTestServer('sqlite', { env: ALL_ROOMS });
  const { url } = server;
  tokens = createTokenStore({ url, clock: server.clock.read });
  account = createAccountApi({ tokens, url });
});
afterEach(async () => {
  tokens.close();
  await server.remove();
});

const access = async () => claimsOf((await tokens.accessToken()) ?? '');
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => (error instanceof TokenRequestError ? error : null),
  );

test('a user adds an app, signs in with codes, steps up and leaves, by the functions of the client', async () => {
  await account.signIn('alice', PASSWORD, 'Kitchen');
  const [session] = await server.auth.sessions.list(server.alice.id);
  expect(session).toMatchObject({ deviceName: 'Kitchen' });
  await account.renameSession(session?.id ?? '', 'Office');
  expect((await server.auth.sessions.list(server.alice.id))[0]).toMatchObject({ deviceName: 'Office' });
  const { uri } = await account.setUpTotp({ password: PASSWORD });
  const app = new AuthenticatorApp(uri);
  const code = () => app.code(server.clock.read());
  const codes = await account.confirmTotp(code());
  expect(await account.secondFactor()).toMatchObject({ recoveryCodesLeft: codes.length });
  await tokens.signOut();

  server.clock.advance(30);
  const due = await failureOf(tokens.signIn('alice', PASSWORD));
  expect(due).toMatchObject({ outcome: 'refused', reason: 'second_factor_required', challenge: expect.any(String) });
  expect(tokens.getState().status).toBe('signed-out');
  const wrong = await failureOf(account.signInWithCode(due?.challenge ?? '', '000000'));
  expect(wrong).toMatchObject({ outcome: 'failed', reason: 'wrong_code', challenge: null });
  await account.signInWithCode(due?.challenge ?? '', code(), 'Phone');
  expect((await server.auth.sessions.list(server.alice.id))[0]).toMatchObject({ deviceName: 'Phone' });
  expect(await access()).toMatchObject({ auth_time: server.clock.seconds, amr: ['pwd', 'otp', 'mfa'] });
  await tokens.signOut();
  const again = await failureOf(account.signIn('alice', PASSWORD));
  await account.signInWithCode(again?.challenge ?? '', codes[0] ?? '');
  expect(await access()).toMatchObject({ amr: ['pwd', 'mfa'] });

  server.clock.advance(601);
  expect(await failureOf(account.exportAccount())).toMatchObject({ reason: 'step_up_required' });
  await account.stepUp({ password: PASSWORD, code: code() });
  expect(await access()).toMatchObject({ auth_time: server.clock.seconds });
  expect(await account.exportAccount()).toMatchObject({ account: { username: 'alice' } });
  server.clock.advance(30);
  expect(await account.renewRecoveryCodes({ password: PASSWORD, code: code() })).toHaveLength(10);
  server.clock.advance(30);
  expect(await account.removeTotp({ password: PASSWORD, code: code() })).toBe(true);
  await account.deleteAccount({ password: PASSWORD });
  expect(tokens.getState().status).toBe('signed-out');
  expect(await server.auth.users.find(server.alice.id)).toBeNull();
});

test('who signs in while an account is deleted stays signed in', async () => {
  await server.auth.users.create({ username: 'bob', password: PASSWORD });
  await tokens.signIn('alice', PASSWORD);
  const late = createAccountApi({
    tokens,
    url: server.url,
    fetch: async (...request) => {
      const answer = await fetch(...request);
      await tokens.signIn('bob', PASSWORD);
      return answer;
    },
  });
  await late.deleteAccount({ password: PASSWORD });
  expect(await server.auth.users.find(server.alice.id)).toBeNull();
  const bob = await server.auth.users.findByUsername('bob');
  expect(await access()).toMatchObject({ user_id: bob?.id });
  expect(await server.auth.sessions.list(bob?.id ?? '')).toHaveLength(1);
});

test('what is refused because a token has expired is asked for again with a fresh one', async () => {
  const behind = createTokenStore({ url: server.url });
  const mine = createAccountApi({ tokens: behind, url: server.url });
  await mine.signIn('alice', PASSWORD);
  server.clock.advance(301);
  expect(await mine.exportAccount()).toMatchObject({ account: { username: 'alice' } });
  await server.auth.sessions.revokeAll(server.alice.id);
  expect(await failureOf(mine.exportAccount())).toMatchObject({ outcome: 'refused', reason: 'session_revoked' });
  behind.close();
});

test.each<[string, typeof fetch]>([
  ['cannot be reached', () => Promise.reject(new TypeError('fetch failed'))],
  ['answers without the field', async () => Response.json({ data: {} })],
])('each says once that the server %s, and a device that nobody names has no name', async (_what, answer) => {
  await account.signIn('alice', PASSWORD);
  expect((await server.auth.sessions.list(server.alice.id))[0]).not.toHaveProperty('deviceName');
  const fetch = jest.fn(answer);
  const offline = createAccountApi({ tokens, url: server.url, fetch });
  const given = { password: PASSWORD };
  const outcomes = await Promise.all(
    [
      offline.signIn('alice', PASSWORD),
      offline.signInWithCode('challenge', '000000'),
      offline.stepUp(given),
      offline.secondFactor(),
      offline.setUpTotp(given),
      offline.confirmTotp('000000'),
      offline.removeTotp(given),
      offline.renewRecoveryCodes(given),
      offline.renameSession('id', 'Phone'),
      offline.exportAccount(),
      offline.deleteAccount(given),
    ].map(async (work) => (await failureOf(work))?.outcome),
  );
  expect(new Set(outcomes)).toEqual(new Set(['unavailable']));
  expect(fetch).toHaveBeenCalledTimes(outcomes.length);
  expect(tokens.getState().status).toBe('signed-in');
});
