import { afterEach, expect, jest, test } from '@jest/globals';
import { print } from 'graphql';
import type { Hooks } from '../../src/contracts/hooks.ts';
import { HelloDocument, MeDocument, TokenObtainPairDocument, TokenVerifyDocument } from '../generated/operations.ts';
import type { Answer } from '../support/client.ts';
import { claimsOf, refusal } from '../support/forge.ts';
import { PASSWORD, startTestServer, type TestServer, type TestServerOptions } from '../support/server.ts';
import { answerWith, challengeOf, enrol, FACTOR_ENV, reasonOf } from '../support/factors.ts';
import { describeEachStore } from '../support/stores.ts';

const NO_ACTIVE_ACCOUNT = refusal('No active account found with the given credentials', 'no_active_account');
const OK = { username: 'alice', password: PASSWORD };
const WRONG = { username: 'alice', password: 'wonderland124!' };

describeEachStore('login', (kind) => {
  const onLoginSuccess = jest.fn<NonNullable<Hooks['onLoginSuccess']>>();
  const onLoginFailed = jest.fn<NonNullable<Hooks['onLoginFailed']>>();
  let server: TestServer;
  const start = async ({ env = {}, hooks = {} }: TestServerOptions = {}): Promise<TestServer> =>
    (server = await startTestServer(kind, { env, hooks: { onLoginSuccess, onLoginFailed, ...hooks } }));
  afterEach(() => server.remove());

  const sendVariables = (variables: object) =>
    server.client.sendRaw({ query: print(TokenObtainPairDocument), variables });
  const messages = ({ errors }: Answer<unknown>) => errors.map(({ message }) => message);
  async function expectNothingTried(): Promise<void> {
    expect(onLoginSuccess).not.toHaveBeenCalled();
    expect(onLoginFailed).not.toHaveBeenCalled();
    expect(await server.auth.sessions.list(server.alice.id)).toEqual([]);
  }

  test('1: a sign-in without variables names both fields and is not tried', async () => {
    await start();
    const answer = await sendVariables({});
    expect(answer).toMatchObject({ status: 400, data: null });
    expect(messages(answer)).toEqual([
      'Variable "$username" of required type "String!" was not provided.',
      'Variable "$password" of required type "String!" was not provided.',
    ]);
    expect(answer.errors.map(({ extensions }) => extensions)).toEqual([
      { code: 'BAD_USER_INPUT' },
      { code: 'BAD_USER_INPUT' },
    ]);
    await expectNothingTried();
  });

  test('1: a sign-in without arguments names both fields and is not tried', async () => {
    const { client } = await start();
    const answer = await client.sendRaw({ query: 'mutation { tokenObtainPair { access } }' });
    expect(answer).toMatchObject({ status: 400, data: null });
    expect(messages(answer).toSorted()).toEqual([
      expect.stringContaining('argument "password" of type "String!" is required'),
      expect.stringContaining('argument "username" of type "String!" is required'),
    ]);
    expect(answer.errors.map(({ extensions }) => extensions)).toEqual([
      { code: 'GRAPHQL_VALIDATION_FAILED' },
      { code: 'GRAPHQL_VALIDATION_FAILED' },
    ]);
    await expectNothingTried();
  });

  test.each([
    [2, 'password', { username: 'alice' }],
    [3, 'username', { password: PASSWORD }],
  ])('%i: a sign-in without a %s names it and is not tried', async (_number, field, rest) => {
    await start();
    const missing = await sendVariables(rest);
    expect(missing).toMatchObject({ status: 400, data: null });
    expect(messages(missing)).toEqual([`Variable "$${field}" of required type "String!" was not provided.`]);
    expect(missing.errors[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT' });
    const isNull = await sendVariables({ ...rest, [field]: null });
    expect(isNull).toMatchObject({ status: 400, data: null });
    expect(messages(isNull)).toEqual([`Variable "$${field}" of non-null type "String!" must not be null.`]);
    expect(isNull.errors[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT' });
    await expectNothingTried();
  });

  test.each([
    [2, 'password', { ...OK, password: '' }],
    [3, 'username', { ...OK, username: '' }],
  ])('%i: a sign-in with a blank %s names it and is not tried', async (_number, field, credentials) => {
    const { client } = await start();
    const { data, errors } = await client.send(TokenObtainPairDocument, credentials);
    expect(data).toBeNull();
    expect(errors).toEqual([
      expect.objectContaining({
        message: 'This field may not be blank.',
        extensions: { code: 'BAD_USER_INPUT', reason: 'invalid_input', field },
      }),
    ]);
    await expectNothingTried();
  });

  test('4: a wrong password is refused with no_active_account', async () => {
    const { client, auth, alice } = await start();
    expect(await client.send(TokenObtainPairDocument, WRONG)).toMatchObject(NO_ACTIVE_ACCOUNT);
    expect(await auth.sessions.list(alice.id)).toEqual([]);
  });

  test('5: an unknown user is answered exactly as a wrong password', async () => {
    const { client } = await start();
    const unknown = await client.send(TokenObtainPairDocument, { ...OK, username: 'bob' });
    expect(unknown).toMatchObject(NO_ACTIVE_ACCOUNT);
    const wrong = await client.send(TokenObtainPairDocument, WRONG);
    expect(unknown.errors).toEqual(wrong.errors);
  });

  test('6: an inactive user with the right password is answered exactly as a wrong password', async () => {
    const { client, auth, alice } = await start();
    await auth.users.setActive(alice.id, false);
    const inactive = await client.send(TokenObtainPairDocument, OK);
    expect(inactive).toMatchObject(NO_ACTIVE_ACCOUNT);
    const wrong = await client.send(TokenObtainPairDocument, WRONG);
    expect(inactive.errors).toEqual(wrong.errors);
    expect(await auth.sessions.list(alice.id)).toEqual([]);

    await auth.users.setActive(alice.id, true);
    await client.expect(TokenObtainPairDocument, OK);
  });

  test('7: the right password gives an access and a refresh token, and says when they end', async () => {
    const { client, clock } = await start();
    const { tokenObtainPair: pair } = await client.expect(TokenObtainPairDocument, OK);
    expect(pair.access).not.toBe(pair.refresh);
    expect(Date.parse(pair.accessExpiresAt)).toBe((clock.seconds + 5 * 60) * 1000);
    expect(Date.parse(pair.refreshExpiresAt)).toBe((clock.seconds + 24 * 60 * 60) * 1000);
    expect(await client.expect(HelloDocument, {}, { token: pair.access })).toEqual({ hello: 'Hello, alice!' });
    expect(onLoginSuccess).toHaveBeenCalledTimes(1);
    expect(onLoginSuccess.mock.calls[0]?.[0]).toMatchObject({ username: 'alice' });
    expect(onLoginSuccess.mock.calls[0]?.[0]).not.toHaveProperty('passwordHash');
    expect(onLoginFailed).not.toHaveBeenCalled();
  });

  test('8: each of the two parses as its type, of one session and with an id of its own', async () => {
    const { client, alice, auth } = await start();
    const pair = await server.signIn();
    const [access, refresh] = [claimsOf(pair.access), claimsOf(pair.refresh)];
    expect(access).toMatchObject({
      token_type: 'access',
      user_id: alice.id,
      jti: expect.stringMatching(/^[\da-f]{32}$/),
    });
    expect(refresh).toMatchObject({ token_type: 'refresh', user_id: alice.id, sid: access['sid'] });
    expect(refresh['jti']).not.toBe(access['jti']);
    expect(await auth.sessions.find(String(refresh['sid']))).toMatchObject({ userId: alice.id, jti: refresh['jti'] });
    for (const [tokenType, token] of Object.entries(pair).filter(([name]) => name === 'access' || name === 'refresh')) {
      const { tokenVerify } = await client.expect(TokenVerifyDocument, { token });
      expect(tokenVerify).toMatchObject({ tokenType, userId: alice.id });
    }
  });

  test('9: lastLogin is untouched by default', async () => {
    const { client } = await start();
    const { access } = await server.signIn();
    expect((await client.expect(MeDocument, {}, { token: access })).me.lastLogin).toBeNull();
  });

  test('10: JWT_UPDATE_LAST_LOGIN stores the time of each successful sign-in, and of no other', async () => {
    const { client, clock } = await start({ env: { JWT_UPDATE_LAST_LOGIN: 'true' } });
    const lastLogin = async (token: string) => (await client.expect(MeDocument, {}, { token })).me.lastLogin ?? '';
    await server.signIn();
    clock.advance(60);
    const { access } = await server.signIn();
    const time = clock.read();
    expect(Date.parse(await lastLogin(access))).toBe(time);

    clock.advance(60);
    await client.send(TokenObtainPairDocument, WRONG);
    expect(Date.parse(await lastLogin(access))).toBe(time);
  });

  test.each([
    ['a wrong password', 'alice', 'wonderland124!', true],
    ['an unknown user', 'bob', PASSWORD, true],
    ['an inactive user', 'alice', PASSWORD, false],
  ])('11: onLoginFailed is called once for %s, with the password masked', async (_case, username, password, active) => {
    const { client, auth, alice } = await start();
    await auth.users.setActive(alice.id, active);
    const headers = { 'user-agent': 'a test' };
    const answer = await client.send(TokenObtainPairDocument, { username, password }, { headers });
    expect(answer).toMatchObject(NO_ACTIVE_ACCOUNT);
    expect(onLoginFailed.mock.calls).toEqual([
      [
        { username, password: '********************' },
        { userAgent: 'a test', ipAddress: '127.0.0.1' },
      ],
    ]);
    expect(onLoginSuccess).not.toHaveBeenCalled();
  });

  test('11: onLoginFailed is called once for a wrong code of a second factor, too', async () => {
    const { client } = await start({ env: FACTOR_ENV });
    await enrol(server, (await server.signIn()).access);
    const answer = await answerWith(client, await challengeOf(client), '000000', { 'user-agent': 'a test' });
    expect(reasonOf(answer)).toBe('wrong_code');
    expect(onLoginFailed.mock.calls).toEqual([
      [
        { username: 'alice', password: '********************' },
        { userAgent: 'a test', ipAddress: '127.0.0.1' },
      ],
    ]);
  });

  test('12: without CHECK_USER_IS_ACTIVE a permissive rule lets an inactive user in', async () => {
    const { client, auth, alice } = await start({
      env: { JWT_CHECK_USER_IS_ACTIVE: 'false' },
      hooks: { userAuthenticationRule: () => true },
    });
    await auth.users.setActive(alice.id, false);
    const { access } = await server.signIn();
    expect(await client.expect(HelloDocument, {}, { token: access })).toEqual({ hello: 'Hello, alice!' });
    expect((await client.expect(MeDocument, {}, { token: access })).me.isActive).toBe(false);
    expect(onLoginFailed).not.toHaveBeenCalled();
  });

  test('12: the rule is asked about the user, without secrets, and may refuse an active one', async () => {
    const userAuthenticationRule = jest.fn<NonNullable<Hooks['userAuthenticationRule']>>(() => false);
    const { client, alice } = await start({ hooks: { userAuthenticationRule } });
    expect(await client.send(TokenObtainPairDocument, OK)).toMatchObject(NO_ACTIVE_ACCOUNT);
    expect(userAuthenticationRule.mock.calls).toEqual([[alice]]);
  });
});
