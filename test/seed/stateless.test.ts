import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { Hooks } from '../../src/contracts/hooks.ts';
import type { Store } from '../../src/contracts/store/store.ts';
import { STORE_METHODS } from '../../src/contracts/store/store-methods.ts';
import { createAuth } from '../../src/graphql/auth.ts';
import { HelloDocument, MeDocument, TokenBlacklistDocument, TokenRefreshDocument } from '../generated/operations.ts';
import { craftAccess, refusalOfAccess } from '../support/craft.ts';
import { forge, refusal, type TestClaims } from '../support/forge.ts';
import { startTestServer, TEST_KEY, TestClock, type TestServer } from '../support/server.ts';
import { describeEachStore } from '../support/stores.ts';

const NO_USER_ID = refusal('Token contained no recognizable user identification', 'token_not_valid');

describeEachStore('stateless authentication', (kind) => {
  let server: TestServer;
  const start = async (hooks: Hooks = {}): Promise<TestServer> =>
    (server = await startTestServer(kind, { env: { JWT_AUTHENTICATION: 'stateless' }, hooks }));
  afterEach(() => server.remove());

  const hello = (token: string) => server.client.send(HelloDocument, {}, { token });
  const helloOf = (claims: TestClaims) => hello(craftAccess(server, claims));

  test('61: a token with no user claim is refused, whatever else it says', async () => {
    const tokenUser = jest.fn<NonNullable<Hooks['tokenUser']>>(() => ({ id: 'x', username: 'x' }));
    await start({ tokenUser });
    expect(await helloOf({ user_id: undefined })).toMatchObject(NO_USER_ID);
    expect(await helloOf({ user_id: undefined, username: 'alice' })).toMatchObject(NO_USER_ID);
    expect(tokenUser).not.toHaveBeenCalled();
  });

  test('62: the user is who the claims say, whether the store knows them or not', async () => {
    await start();
    expect((await helloOf({ user_id: 'nobody' })).data).toEqual({ hello: 'Hello, nobody!' });
    expect((await helloOf({ user_id: 42 })).data).toEqual({ hello: 'Hello, 42!' });
    expect((await helloOf({ user_id: '42', username: 'bob' })).data).toEqual({ hello: 'Hello, bob!' });
    expect((await helloOf({ user_id: '42', username: { first: 'bob' } })).data).toEqual({ hello: 'Hello, 42!' });
  });

  test('62: a field that shows the account reads it, and says so if there is none', async () => {
    const { client, alice } = await start();
    const me = await client.expect(MeDocument, {}, { token: craftAccess(server) });
    expect(me.me).toMatchObject({ id: alice.id, username: 'alice' });
    const stranger = await client.send(MeDocument, {}, { token: craftAccess(server, { user_id: 'nobody' }) });
    expect(stranger).toMatchObject(refusal('User not found', 'user_not_found'));
  });

  test('62: a sign-out and a disabled user bite when the access token expires, not before', async () => {
    const { client, auth, alice, clock } = await start();
    const { access, refresh } = await server.signIn();
    await client.expect(TokenBlacklistDocument, { refresh });
    await auth.users.setActive(alice.id, false);
    expect((await hello(access)).data).toEqual({ hello: `Hello, ${alice.id}!` });
    clock.advance(5 * 60);
    expect(await hello(access)).toMatchObject(refusalOfAccess('Token is expired', 'token_expired'));
    const refreshed = await client.send(TokenRefreshDocument, { refresh });
    expect(refreshed).toMatchObject(refusal('Token is blacklisted', 'token_blacklisted'));
  });

  test('62: a token is checked as everywhere, for signature, type and id', async () => {
    const { alice } = await start();
    const { refresh } = await server.signIn();
    const wrongType = refusalOfAccess('Token has wrong type', 'token_wrong_type', null);
    expect(await hello(refresh)).toMatchObject(wrongType);
    expect(await hello(`${craftAccess(server)}x`)).toMatchObject(refusalOfAccess('Token is invalid'));
    expect(await helloOf({ jti: undefined })).toMatchObject(refusalOfAccess('Token has no id'));
    expect((await hello(craftAccess(server))).data).toEqual({ hello: `Hello, ${alice.id}!` });
  });

  test('63: a custom user is made of the claims', async () => {
    await start({ tokenUser: ({ tenant }) => ({ id: '42', username: `${JSON.stringify(tenant)} bob` }) });
    expect((await helloOf({ user_id: '42', tenant: 'acme' })).data).toEqual({ hello: 'Hello, "acme" bob!' });
  });

  test('63: the maker of a custom user is given the claims as they are in the token', async () => {
    const tokenUser = jest.fn<NonNullable<Hooks['tokenUser']>>(() => ({ id: '42', username: 'bob' }));
    const { clock } = await start({ tokenUser });
    const claims = {
      token_type: 'access',
      exp: clock.seconds + 60,
      iat: clock.seconds,
      jti: 'a',
      user_id: 42,
      roles: ['ADMIN', { of: 'acme' }],
    };
    expect((await hello(forge(claims))).data).toEqual({ hello: 'Hello, bob!' });
    expect(tokenUser.mock.calls).toEqual([[claims]]);
  });
});

describe('stateless authentication without a store', () => {
  test('62: nothing is read', async () => {
    const refusing = (part: string, methods: object) =>
      Object.fromEntries(
        Object.keys(methods).map((method) => [
          method,
          () => Promise.reject(new Error(`the store's ${part} ${method} was asked`)),
        ]),
      );
    const parts = Object.entries(STORE_METHODS).map(([part, methods]) => [part, refusing(part, methods)]);
    const store = { ...Object.fromEntries(parts), ...refusing('own', { ping: true, now: true, close: true }) } as Store;
    const clock = new TestClock();
    const options = { store, signingKey: TEST_KEY, clock: clock.read };
    const request = (user_id: string) => {
      const claims = { token_type: 'access', exp: clock.seconds + 60, iat: clock.seconds, jti: 'a', user_id, sid: 's' };
      return { req: { headers: { authorization: `Bearer ${forge(claims)}` } } };
    };
    const stateless = await createAuth({ ...options, authentication: 'stateless' });
    const { auth } = await stateless.context(request('42'));
    expect(await auth.authenticate()).toMatchObject({ user: { id: '42', username: '' }, token: { sessionId: 's' } });

    const stateful = await createAuth({ ...options, authentication: 'session' });
    const reading = await stateful.context(request('42'));
    await expect(reading.auth.authenticate()).rejects.toThrow("the store's sessions findWithUser was asked");
  });
});
