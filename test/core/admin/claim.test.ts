import { afterEach, expect, test } from '@jest/globals';
import { graphql } from 'graphql';
import { buildSchema } from 'type-graphql';
import type { Hooks } from '../../../src/contracts/hooks.ts';
import * as Operations from '../../generated/operations.ts';
import { claimsOf, forge } from '../../support/forge.ts';
import { PASSWORD, startTestServer, type TestServer } from '../../support/server.ts';
import { describeEachStore } from '../../support/stores.ts';

describeEachStore('the claim is_admin', (kind) => {
  let server: TestServer;
  const start = async (env: Readonly<Record<string, string>> = {}, hooks: Hooks = {}) =>
    (server = await startTestServer(kind, { env, hooks }));
  afterEach(() => server.remove());
  const grant = (isAdmin: boolean) => server.auth.users.change(server.alice.id, { isAdmin });
  const refreshed = async (refresh: string) =>
    (await server.client.expect(Operations.TokenRefreshDocument, { refresh })).tokenRefresh;
  const isAdmin = (token: string) => claimsOf(token)['is_admin'];

  test.each([{}, { JWT_ROTATE_REFRESH_TOKENS: 'off' }, { JWT_BLACKLIST_AFTER_ROTATION: 'off' }])(
    'is in the access tokens of an admin, and follows the role at each refresh (%j)',
    async (env) => {
      await start(env);
      const plain = await server.signIn();
      expect(claimsOf(plain.access)).not.toHaveProperty('is_admin');
      await grant(true);
      const granted = await refreshed(plain.refresh);
      expect(isAdmin(granted.access)).toBe(true);
      const { access, refresh } = await server.signIn();
      expect(isAdmin(access)).toBe(true);
      expect(claimsOf(refresh)).not.toHaveProperty('is_admin');
      await grant(false);
      for (const held of [granted.refresh ?? plain.refresh, refresh]) {
        const { access: next, refresh: successor } = await refreshed(held);
        expect(claimsOf(next)).not.toHaveProperty('is_admin');
        expect(claimsOf(successor ?? held)).not.toHaveProperty('is_admin');
      }
    },
  );

  test('is in the sliding tokens of an admin, and follows the role when they are refreshed', async () => {
    const { client } = await start();
    await grant(true);
    const credentials = { username: 'alice', password: PASSWORD };
    const { tokenObtainSliding } = await client.expect(Operations.TokenObtainSlidingDocument, credentials);
    expect(isAdmin(tokenObtainSliding.token)).toBe(true);
    await grant(false);
    const held = { token: tokenObtainSliding.token };
    const { tokenRefreshSliding } = await client.expect(Operations.TokenRefreshSlidingDocument, held);
    expect(claimsOf(tokenRefreshSliding.token)).not.toHaveProperty('is_admin');
  });

  test('comes neither from the hook nor from claims of your own, whatever they say', async () => {
    const { auth, alice } = await start({}, { claims: () => ({ is_admin: true, plan: 'gold' }) });
    const pair = await auth.tokens.forUser(alice, { claims: { is_admin: true } });
    const sliding = await auth.tokens.slidingForUser(alice, { claims: { is_admin: true } });
    for (const { token } of [pair.access, pair.refresh, sliding]) {
      expect(claimsOf(token)).not.toHaveProperty('is_admin');
      expect(claimsOf(token)['plan']).toBe('gold');
    }
    await grant(true);
    const next = await auth.tokens.refresh(pair.refresh.token);
    expect(isAdmin(next.access.token)).toBe(true);
  });

  test('is not handed on by a token from elsewhere that has it', async () => {
    const { clock, alice } = await start();
    const own = { token_type: 'refresh', exp: clock.seconds + 60, iat: clock.seconds, jti: 'f'.repeat(32) };
    const { access, refresh } = await refreshed(forge({ ...own, user_id: alice.id, is_admin: true, plan: 'gold' }));
    for (const token of [access, refresh ?? '']) {
      expect(claimsOf(token)).not.toHaveProperty('is_admin');
      expect(claimsOf(token)['plan']).toBe('gold');
    }
  });

  test('is not asked by the guard, which no auth checker of your own replaces', async () => {
    const { auth, clock, alice } = await start();
    const resolvers = [...auth.resolvers, ...auth.adminResolvers] as const;
    const schema = await buildSchema({ resolvers, authChecker: () => true, validate: false });
    const claims = { token_type: 'access', exp: clock.seconds + 60, jti: 'a', user_id: alice.id, is_admin: true };
    const headers = { authorization: `Bearer ${forge(claims)}` };
    const ask = async () => {
      const contextValue = await auth.context({ req: { headers } });
      return (await graphql({ schema, source: '{ keys { state } }', contextValue })).errors ?? [];
    };
    expect(await ask()).toMatchObject([{ extensions: { reason: 'permission_denied' } }]);
    await grant(true);
    expect(await ask()).toEqual([]);
  });

  test('opens nothing to an admin who is disabled, also where that is not checked', async () => {
    const { client, auth, alice } = await start({ JWT_CHECK_USER_IS_ACTIVE: 'off' });
    await grant(true);
    const { access: token } = await server.signIn();
    expect((await client.send(Operations.KeysDocument, {}, { token })).errors).toEqual([]);
    await auth.users.setActive(alice.id, false);
    expect((await client.send(Operations.HelloDocument, {}, { token })).errors).toEqual([]);
    const { errors } = await client.send(Operations.KeysDocument, {}, { token });
    expect(errors).toMatchObject([{ extensions: { reason: 'permission_denied' } }]);
  });

  test('a server of your own has the fields for admins where it names them, and not otherwise', async () => {
    const { auth } = await start();
    const fieldsOf = async (resolvers: Parameters<typeof buildSchema>[0]['resolvers']) => {
      const schema = await buildSchema({ resolvers, authChecker: auth.guard, validate: false });
      return Object.keys({ ...schema.getQueryType()?.getFields(), ...schema.getMutationType()?.getFields() });
    };
    const without = await fieldsOf(auth.resolvers);
    expect(without).toContain('hello');
    const added = (await fieldsOf([...auth.resolvers, ...auth.adminResolvers])).filter(
      (name) => !without.includes(name),
    );
    expect(added.toSorted()).toEqual([
      'activity',
      'keys',
      'services',
      'user',
      'userRevokeSessions',
      'userSessionRevoke',
      'userSessions',
      'userUpdate',
      'users',
    ]);
  });
});
