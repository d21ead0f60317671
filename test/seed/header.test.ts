import { afterEach, expect, test } from '@jest/globals';
import {
  HelloDocument,
  TokenObtainSlidingDocument,
  TokenRefreshDocument,
  TokenVerifyDocument,
} from '../generated/operations.ts';
import { craftAccess, refusalOfAccess } from '../support/craft.ts';
import { claimsOf, refusal } from '../support/forge.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { describeEachStore } from '../support/stores.ts';

const NOT_PROVIDED = refusal('Authentication credentials were not provided.', 'not_authenticated');
const NOT_TWO_VALUES = refusal(
  'Authorization header must contain two space-delimited values',
  'bad_authorization_header',
  null,
);
const NO_USER_ID = refusal('Token contained no recognizable user identification', 'token_not_valid');
const NOT_FOUND = refusal('User not found', 'user_not_found');
const INACTIVE = refusal('User is inactive', 'user_inactive');
const PASSWORD_CHANGED = refusal("The user's password has been changed.", 'password_changed');
const OK = { data: { hello: 'Hello, alice!' }, errors: [] };

describeEachStore('the header', (kind) => {
  let server: TestServer;
  const start = async (env: Readonly<Record<string, string>> = {}): Promise<TestServer> =>
    (server = await startTestServer(kind, { env }));
  afterEach(() => server.remove());

  /** Asks with these headers, or with this value of `Authorization`. */
  const helloWith = (headers: string | Readonly<Record<string, string>>) =>
    server.client.send(
      HelloDocument,
      {},
      { headers: typeof headers === 'string' ? { authorization: headers } : headers },
    );
  const hello = (token: string) => helloWith(`Bearer ${token}`);

  test('46: no header is refused, and the answer names the scheme that would have helped', async () => {
    await start();
    const answer = await helloWith({});
    expect(answer).toMatchObject(NOT_PROVIDED);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="api"');
    const { access } = await server.signIn();
    expect((await hello(access)).headers.get('www-authenticate')).toBeNull();
  });

  test('47: the token is read from the header that is set, and from no other', async () => {
    await start({ JWT_AUTH_HEADER_NAME: 'X-Access-Token' });
    const { access } = await server.signIn();
    expect(await helloWith({ 'x-access-token': `Bearer ${access}` })).toMatchObject(OK);
    expect(await helloWith({ authorization: `Bearer ${access}` })).toMatchObject(NOT_PROVIDED);
    expect(await helloWith({ 'x-access-token': access, authorization: `Bearer ${access}` })).toMatchObject(
      NOT_PROVIDED,
    );
  });

  test.each(['', ' ', '\t'])('48: an empty header %j is refused as none', async (value) => {
    await start();
    expect(await helloWith(value)).toMatchObject(NOT_PROVIDED);
  });

  test.each(['Bearer', 'Bearer ', 'bearer'])('49: the scheme alone %j is refused as malformed', async (value) => {
    await start();
    expect(await helloWith(value)).toMatchObject(NOT_TWO_VALUES);
  });

  test('50: more than one value after the scheme is refused as malformed, whatever the first is', async () => {
    await start();
    const { access } = await server.signIn();
    for (const value of ['Bearer one two', 'Bearer one two three', `Bearer ${access} two`, `Bearer Bearer ${access}`]) {
      expect(await helloWith(value)).toMatchObject(NOT_TWO_VALUES);
    }
    expect(await helloWith(`Bearer   ${access}`)).toMatchObject(OK);
  });

  test('51: another scheme, or a token without one, is refused as no header at all', async () => {
    await start();
    const { access } = await server.signIn();
    for (const value of ['Basic YWxpY2U6d29uZGVybGFuZA==', `Token ${access}`, access, `Bearer, ${access}`]) {
      expect(await helloWith(value)).toMatchObject(NOT_PROVIDED);
    }
  });

  test('52: each of several schemes is accepted, in any case of letters, and the first is named in a refusal', async () => {
    await start({ JWT_AUTH_HEADER_TYPES: 'JWT, Bearer' });
    const { access } = await server.signIn();
    for (const scheme of ['JWT', 'Bearer', 'jwt', 'BEARER']) {
      expect(await helloWith(`${scheme} ${access}`)).toMatchObject(OK);
      expect(await helloWith(scheme)).toMatchObject(NOT_TWO_VALUES);
    }
    const other = await helloWith(`Token ${access}`);
    expect(other).toMatchObject(NOT_PROVIDED);
    expect(other.headers.get('www-authenticate')).toBe('JWT realm="api"');
  });

  test('53: an expired access token is refused and says REFRESH', async () => {
    const { clock, client } = await start();
    const { access, refresh } = await server.signIn();
    clock.advance(Number(claimsOf(access)['exp']) - clock.seconds - 1);
    expect(await hello(access)).toMatchObject(OK);
    clock.advance(1);
    expect(claimsOf(access)['exp']).toBe(clock.seconds);
    expect(await hello(access)).toMatchObject(refusalOfAccess('Token is expired', 'token_expired'));
    const verified = await client.send(TokenVerifyDocument, { token: access });
    expect(verified).toMatchObject(refusal('Token is expired', 'token_expired', 'REFRESH'));
    clock.advance(24 * 60 * 60);
    const tooLate = await client.send(TokenVerifyDocument, { token: refresh });
    expect(tooLate).toMatchObject(refusal('Token is expired', 'token_expired', 'LOGIN'));
  });

  test('54 S2: a sliding token is refused with one message where only access tokens are accepted', async () => {
    const { client } = await start();
    const credentials = { username: 'alice', password: PASSWORD };
    const { tokenObtainSliding } = await client.expect(TokenObtainSlidingDocument, credentials);
    const wrongType = refusalOfAccess('Token has wrong type', 'token_wrong_type', null);
    expect(await hello(tokenObtainSliding.token)).toMatchObject(wrongType);
    const { refresh } = await server.signIn();
    expect(await hello(refresh)).toMatchObject(wrongType);
  });

  test('54 S2: where sliding tokens are accepted too, a refresh token is refused with a message for each', async () => {
    await start({ JWT_AUTH_TOKEN_CLASSES: 'access,sliding' });
    const { refresh } = await server.signIn();
    const { errors } = await hello(refresh);
    expect(errors.map(({ extensions }) => extensions['messages'])).toEqual([
      [
        { token_class: 'AccessToken', token_type: 'access', message: 'Token has wrong type' },
        { token_class: 'SlidingToken', token_type: 'sliding', message: 'Token has wrong type' },
      ],
    ]);
  });

  test('55: a token with no user claim is refused', async () => {
    await start();
    expect(await hello(craftAccess(server))).toMatchObject(OK);
    expect(await hello(craftAccess(server, { user_id: undefined }))).toMatchObject(NO_USER_ID);
    expect(await hello(craftAccess(server, { user_id: undefined, uid: server.alice.id }))).toMatchObject(NO_USER_ID);
  });

  test('55: the user is read from the claim that is set', async () => {
    await start({ JWT_USER_ID_CLAIM: 'uid' });
    const claims = { user_id: undefined, uid: server.alice.id };
    expect(await hello(craftAccess(server, claims))).toMatchObject(OK);
    expect(await hello(craftAccess(server))).toMatchObject(NO_USER_ID);
  });

  test('56: a user who does not exist, or no longer, is not found', async () => {
    const { auth, alice } = await start();
    const { access } = await server.signIn();
    expect(await hello(craftAccess(server, { user_id: 'nobody' }))).toMatchObject(NOT_FOUND);
    await auth.users.delete(alice.id);
    expect(await hello(access)).toMatchObject(NOT_FOUND);
    expect(await hello(craftAccess(server))).toMatchObject(NOT_FOUND);
  });

  test('57 S19: an inactive user is refused, at once and whatever token it is', async () => {
    const { auth, alice, clock } = await start();
    const { access } = await server.signIn();
    await auth.users.setActive(alice.id, false);
    expect(await hello(access)).toMatchObject(INACTIVE);
    expect(await hello(craftAccess(server))).toMatchObject(INACTIVE);
    await auth.users.setActive(alice.id, true);
    clock.advance(1);
    expect(await hello(craftAccess(server))).toMatchObject(OK);
  });

  test('58: without CHECK_USER_IS_ACTIVE an inactive user is let in', async () => {
    const { auth, alice } = await start({ JWT_CHECK_USER_IS_ACTIVE: 'false' });
    await auth.users.setActive(alice.id, false);
    expect(await hello(craftAccess(server))).toMatchObject(OK);
    const { access } = await server.signIn();
    expect(await hello(access)).toMatchObject(OK);
  });

  test('59: with CHECK_REVOKE_TOKEN a right fingerprint of the password is accepted, none or a wrong one refused', async () => {
    await start({ JWT_CHECK_REVOKE_TOKEN: 'true' });
    const { access } = await server.signIn();
    const { hash_password: right } = claimsOf(access);
    expect(right).toEqual(expect.stringMatching(/^[\da-f]{32}$/));
    expect(await hello(access)).toMatchObject(OK);
    expect(await hello(craftAccess(server, { hash_password: right }))).toMatchObject(OK);
    expect(await hello(craftAccess(server))).toMatchObject(PASSWORD_CHANGED);
    for (const wrong of ['', '0'.repeat(32), `${String(right)} `, null, 0, true, [right], { right }]) {
      expect(await hello(craftAccess(server, { hash_password: wrong }))).toMatchObject(PASSWORD_CHANGED);
    }
  });

  test('59: a password change makes the right fingerprint wrong, and no other user shares it', async () => {
    const { auth, alice, clock } = await start({ JWT_CHECK_REVOKE_TOKEN: 'true' });
    const bob = await auth.users.create({ username: 'bob', password: PASSWORD });
    const { access } = await server.signIn();
    const { hash_password } = claimsOf(access);
    expect(await hello(craftAccess(server, { user_id: bob.id, hash_password }))).toMatchObject(PASSWORD_CHANGED);
    clock.advance(1);
    await auth.users.setPassword(alice.id, 'looking-glass-1871');
    expect(await hello(access)).toMatchObject(PASSWORD_CHANGED);
    expect(await hello(craftAccess(server, { hash_password }))).toMatchObject(PASSWORD_CHANGED);
  });

  test('59: without CHECK_REVOKE_TOKEN no token has a fingerprint and none is asked for', async () => {
    await start();
    const { access } = await server.signIn();
    expect(claimsOf(access)).not.toHaveProperty('hash_password');
    expect(await hello(craftAccess(server, { hash_password: 'wrong' }))).toMatchObject(OK);
  });

  test('60: sign in, view, refresh with the expired token still in the header, view', async () => {
    const { client, clock } = await start();
    const pair = await server.signIn();
    expect(await hello(pair.access)).toMatchObject(OK);
    clock.advance(5 * 60);
    expect(await hello(pair.access)).toMatchObject(refusalOfAccess('Token is expired', 'token_expired'));
    const { tokenRefresh } = await client.expect(
      TokenRefreshDocument,
      { refresh: pair.refresh },
      { token: pair.access },
    );
    expect(await hello(tokenRefresh.access)).toMatchObject(OK);
    expect(claimsOf(tokenRefresh.access)['sid']).toBe(claimsOf(pair.access)['sid']);
  });
});
