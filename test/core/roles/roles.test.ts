import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { graphql, parse, subscribe } from 'graphql';
import { Authorized, Query, Resolver, Root, Subscription } from 'type-graphql';
import type { SecurityEvent } from '../../../src/contracts/hooks.ts';
import type { Auth } from '../../../src/graphql/auth.ts';
import { verifierGuard } from '../../../src/verifier/verifier-guard.ts';
import {
  HelloDocument,
  MyRolesDocument,
  TokenRefreshDocument,
  UserSetRolesDocument,
} from '../../generated/operations.ts';
import { reasonOf } from '../../support/factors.ts';
import { claimsOf } from '../../support/forge.ts';
import { startTestLibrary, type TestLibrary } from '../../support/library.ts';
import { PASSWORD, startTestServer, type TestServer } from '../../support/server.ts';
import { describeEachStore } from '../../support/stores.ts';

@Resolver()
class NewsResolver {
  @Authorized('EDITOR')
  @Query(() => String)
  draft(): string {
    return 'draft';
  }

  @Authorized('ADMIN', 'EDITOR')
  @Query(() => String)
  numbers(): string {
    return 'numbers';
  }
}

@Resolver()
class LiveResolver {
  @Authorized('EDITOR')
  @Subscription(() => String, {
    subscribe: async function* drafts() {
      while (true) yield 'draft';
    },
  })
  drafts(@Root() draft: string): string {
    return draft;
  }
}

async function ask(auth: Auth, source: string, token: string): Promise<unknown> {
  const contextValue = await auth.context({ req: { headers: { authorization: `Bearer ${token}` } } });
  const { data, errors } = await graphql({
    schema: auth.buildSchema({ resolvers: [NewsResolver] }),
    source,
    contextValue,
  });
  return errors?.[0]?.extensions['reason'] ?? Object.values(data ?? {})[0];
}

describeEachStore('roles of the account', (kind) => {
  let library: TestLibrary;
  const events: SecurityEvent[] = [];
  beforeAll(async () => {
    const claims = () => ({ roles: ['OWN'], plan: 'gold' });
    const onSecurityEvent = (event: SecurityEvent) => void events.push(event);
    const options = { roles: true, claims, slidingTokenRefreshLifetime: '1d', onSecurityEvent };
    library = await startTestLibrary(kind, options);
  });
  afterAll(() => library.remove());

  test('bite at the next request when they are given and taken, also with tokens from before and refreshed ones', async () => {
    const { auth, alice } = library;
    const { roles } = auth.rooms;
    const before = await auth.tokens.forUser(alice);
    expect(await ask(auth, '{ draft }', before.access.token)).toBe('permission_denied');
    await roles?.set(alice.id, ['EDITOR', 'AUTHOR']);
    expect(await ask(auth, '{ draft }', before.access.token)).toBe('draft');
    const editor = await auth.tokens.refresh(before.refresh.token);
    expect(claimsOf(editor.access.token)).toMatchObject({ roles: ['AUTHOR', 'EDITOR'], plan: 'gold' });
    await roles?.set(alice.id, []);
    for (const { token } of [before.access, editor.access]) {
      expect(await ask(auth, '{ draft }', token)).toBe('permission_denied');
      expect(await ask(auth, '{ hello }', token)).toBe('Hello, alice!');
    }
    const after = await auth.tokens.refresh(editor.refresh.token ?? '');
    expect(claimsOf(after.access.token)).toMatchObject({ roles: [] });
    expect(await ask(auth, '{ draft }', after.access.token)).toBe('permission_denied');
  });

  test('bite at the next event of a subscription', async () => {
    const { auth, alice } = library;
    await auth.rooms.roles?.set(alice.id, ['EDITOR']);
    const { access } = await auth.tokens.forUser(alice);
    const contextValue = await auth.context({ req: { headers: { authorization: `Bearer ${access.token}` } } });
    const schema = auth.buildSchema({ resolvers: [NewsResolver, LiveResolver] });
    const events = await subscribe({ schema, document: parse('subscription { drafts }'), contextValue });
    if (!(Symbol.asyncIterator in events)) throw new Error(`refused: ${JSON.stringify(events)}`);
    expect((await events.next()).value).toEqual({ data: { drafts: 'draft' } });
    await auth.rooms.roles?.set(alice.id, []);
    const { value } = await events.next();
    expect(value).toMatchObject({ errors: [{ extensions: { reason: 'permission_denied' } }] });
    await events.return?.();
  });

  test('are in access and sliding tokens, and in no refresh token; those of admins begin with ADMIN', async () => {
    const { auth } = library;
    const { id } = await auth.users.create({ username: 'root', password: PASSWORD, isAdmin: true });
    const user = (await auth.rooms.roles?.set(id, ['EDITOR', 'EDITOR'])) ?? null;
    if (user === null) throw new Error('no user');
    const { access, refresh } = await auth.tokens.forUser(user);
    const sliding = await auth.tokens.slidingForUser(user);
    expect(claimsOf(access.token)['roles']).toEqual(['ADMIN', 'EDITOR']);
    expect(claimsOf(sliding.token)['roles']).toEqual(['ADMIN', 'EDITOR']);
    expect(claimsOf(refresh.token)).not.toHaveProperty('roles');
    await auth.users.change(id, { isAdmin: false });
    expect(claimsOf((await auth.tokens.refreshSliding(sliding.token)).token)['roles']).toEqual(['EDITOR']);
    expect(await ask(auth, '{ numbers }', access.token)).toBe('numbers');
    await auth.rooms.roles?.set(id, []);
    expect(await ask(auth, '{ numbers }', access.token)).toBe('permission_denied');
  });

  test('are names that fit into a scope, and not that of admins', async () => {
    const { auth, alice } = library;
    const refused = ['', ' ', 'two words', 'ADMIN', '"', '\\', '$id', 'é', 'x'.repeat(65), 'a\nb'];
    for (const role of refused) {
      await expect(auth.rooms.roles?.set(alice.id, ['EDITOR', role])).rejects.toMatchObject({ field: 'roles' });
    }
    const many = Array.from({ length: 51 }, (_, index) => `R${index}`);
    await expect(auth.rooms.roles?.set(alice.id, many)).rejects.toMatchObject({ field: 'roles' });
    expect(await auth.users.find(alice.id)).not.toHaveProperty('roles');
    expect(await auth.rooms.roles?.set(alice.id, many.slice(1))).toMatchObject({ roles: many.slice(1).toSorted() });
    events.length = 0;
    const user = await auth.rooms.roles?.set(alice.id, ['news:write', 'x'.repeat(64)]);
    expect(user).toMatchObject({ id: alice.id, roles: ['news:write', 'x'.repeat(64)] });
    expect(user).not.toHaveProperty('passwordHash');
    expect(await auth.rooms.roles?.set('nobody', ['EDITOR'])).toBeNull();
    expect(events).toMatchObject([{ event: 'roles_changed', userId: alice.id, actorId: null }]);
  });
});

test('without ROLES, what the store has of them counts nowhere', async () => {
  const library = await startTestLibrary('sqlite', { accessClaims: { scope: '$scope', all: '$roles' } });
  const { auth, alice, seam } = library;
  await seam.store.users.update(alice.id, { roles: ['EDITOR'] });
  const user = await auth.users.find(alice.id);
  const { access } = await auth.tokens.forUser(user ?? alice);
  expect(claimsOf(access.token)).toMatchObject({ all: [] });
  expect(claimsOf(access.token)).not.toHaveProperty('roles');
  expect(claimsOf(access.token)).not.toHaveProperty('scope');
  expect(await ask(auth, '{ draft }', access.token)).toBe('permission_denied');
  expect(await ask(auth, '{ me { roles } }', access.token)).toEqual({ roles: [] });
  expect(auth.rooms).toEqual({});
  await library.remove();
});

test('with stateless authentication and in other services, the token says which roles they are until it expires', async () => {
  const library = await startTestLibrary('sqlite', { roles: true, authentication: 'stateless' });
  const { auth, alice } = library;
  const editor = await auth.rooms.roles?.set(alice.id, ['EDITOR']);
  const { access } = await auth.tokens.forUser(editor ?? alice);
  await auth.rooms.roles?.set(alice.id, []);
  expect(await ask(auth, '{ draft }', access.token)).toBe('draft');
  const token = { claims: { roles: ['EDITOR'] } } as never;
  const context = {
    auth: { authenticate: async () => ({ user: { id: '', username: '' }, token, keyThumbprint: null }) },
  };
  expect(await verifierGuard({ context }, ['EDITOR'])).toBe(true);
  await expect(verifierGuard({ context }, ['ADMIN'])).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
  await library.remove();
});

describe('admins', () => {
  let server: TestServer;
  const events: SecurityEvent[] = [];
  beforeAll(async () => {
    const onSecurityEvent = (event: SecurityEvent) => void events.push(event);
    server = await startTestServer('sqlite', { env: { ROLES: 'on' }, hooks: { onSecurityEvent } });
  });
  afterAll(() => server.remove());

  test('give and take roles of others, which an event tells', async () => {
    const { client, auth, alice } = server;
    const { id: actorId } = await auth.users.create({ username: 'root', password: PASSWORD, isAdmin: true });
    const root = (await client.signIn('root', PASSWORD)).access;
    const user = await server.signIn();
    const give = (token: string, roles: string[]) =>
      client.send(UserSetRolesDocument, { id: alice.id, roles }, { token });
    expect(reasonOf(await give(user.access, ['EDITOR']))).toBe('permission_denied');
    expect((await give(root, ['EDITOR'])).data).toEqual({ userSetRoles: { id: alice.id, roles: ['EDITOR'] } });
    const by = { actorId, client: { ipAddress: '127.0.0.1' } };
    expect(events.at(-1)).toMatchObject({ event: 'roles_changed', userId: alice.id, ...by });
    expect((await client.expect(MyRolesDocument, {}, { token: user.access })).me).toEqual({ roles: ['EDITOR'] });
    const { tokenRefresh } = await client.expect(TokenRefreshDocument, { refresh: user.refresh });
    expect(claimsOf(tokenRefresh.access)['roles']).toEqual(['EDITOR']);
    expect(reasonOf(await give(root, ['no role']))).toBe('invalid_input');
    expect((await client.expect(HelloDocument, {}, { token: user.access })).hello).toBe('Hello, alice!');
  });
});
