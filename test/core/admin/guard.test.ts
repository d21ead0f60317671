import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print, type DocumentNode } from 'graphql';
import type { Claims } from '../../../src/contracts/claims.ts';
import type { User } from '../../../src/contracts/hooks.ts';
import { buildAuthSchema } from '../../../src/graphql/schema.ts';
import * as operations from '../../generated/operations.ts';
import { claimsOf, forge } from '../../support/forge.ts';
import { PASSWORD, startTestServer, type TestServer } from '../../support/server.ts';
import { describeEachStore } from '../../support/stores.ts';

/** Fields that look at no header. */
const OPEN = [
  'tokenObtainPair',
  'tokenRefresh',
  'tokenVerify',
  'tokenBlacklist',
  'tokenObtainSliding',
  'tokenRefreshSliding',
  'userRegister',
];

/** Fields about the caller, for whoever is signed in. */
const SIGNED_IN = [
  'hello',
  'me',
  'passwordChange',
  'sessions',
  'sessionRevoke',
  'sessionRevokeOthers',
  'sessionRevokeAll',
];

type Call = (id: string) => readonly [DocumentNode, object];
const call =
  <Variables extends object>(
    document: TypedDocumentNode<unknown, Variables>,
    variables: (id: string) => Variables,
  ): Call =>
  (id) => [document, variables(id)];

/** Fields for admins, each with a call that would succeed. */
const ADMIN: Readonly<Record<string, Call>> = {
  users: call(operations.UsersDocument, () => ({})),
  user: call(operations.UserDocument, (id) => ({ id })),
  userSessions: call(operations.UserSessionsDocument, (userId) => ({ userId })),
  keys: call(operations.KeysDocument, () => ({})),
  activity: call(operations.ActivityDocument, () => ({})),
  userUpdate: call(operations.UserUpdateDocument, (id) => ({ id, isAdmin: true })),
  userRevokeSessions: call(operations.UserRevokeSessionsDocument, (userId) => ({ userId })),
  userSessionRevoke: call(operations.UserSessionRevokeDocument, (userId) => ({ userId, id: 'session' })),
};

const DENIED = { code: 'FORBIDDEN', reason: 'permission_denied' };

test('every field of the schema is open, for who is signed in, or for admins, and this suite knows which', () => {
  const schema = buildAuthSchema({ registration: true });
  const fields = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
    Object.keys(type?.getFields() ?? {}),
  );
  expect(fields.toSorted()).toEqual([...OPEN, ...SIGNED_IN, ...Object.keys(ADMIN)].toSorted());
  expect(schema.getSubscriptionType()).toBeUndefined();
});

describeEachStore('a field for admins', (kind) => {
  describe.each(['session', 'stateless'])('with JWT_AUTHENTICATION=%s', (JWT_AUTHENTICATION) => {
    let server: TestServer;
    let bob: User;
    const tokens = { user: '', admin: '', demoted: '', disabled: '', forged: '' };

    beforeAll(async () => {
      // Who may not sign in may have a token, all the same.
      const tokenUser = (claims: Claims) => ({ id: 'x', username: 'x', ...claims });
      server = await startTestServer(kind, { env: { JWT_AUTHENTICATION }, hooks: { tokenUser } });
      const { users } = server.auth;
      bob = await users.create({ username: 'bob', password: PASSWORD });
      await server.client.signIn('bob', PASSWORD);
      tokens.user = (await server.signIn()).access;
      const roles = { roles: ['ADMIN', 'admin'], is_admin: true, isAdmin: true, isActive: true, createdAt: 1 };
      tokens.forged = forge({ ...claimsOf(tokens.user), ...roles });
      for (const name of ['admin', 'demoted', 'disabled'] as const) {
        const { id } = await users.create({ username: name, password: PASSWORD, isAdmin: true });
        tokens[name] = (await server.client.signIn(name, PASSWORD)).access;
        if (name === 'demoted') await users.change(id, { isAdmin: false });
        if (name === 'disabled') await users.setActive(id, false);
      }
    });
    afterAll(async () => {
      await server.remove();
    });

    const answerTo = async (name: string, token?: string) => {
      const [document, variables] = ADMIN[name]?.(bob.id) ?? [];
      const body = { query: document && print(document), variables };
      return server.client.sendRaw(body, token === undefined ? {} : { token });
    };

    test('is meant for the holders of a claim that those have who were admins', () => {
      const { admin, demoted, disabled } = tokens;
      for (const token of [admin, demoted, disabled]) expect(claimsOf(token)['is_admin']).toBe(true);
    });

    test.each(Object.keys(ADMIN))('%s refuses whoever is no admin now, whatever their token says', async (name) => {
      const reasonFor = async (token?: string) => (await answerTo(name, token)).errors[0]?.extensions;
      expect(await reasonFor()).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'not_authenticated' });
      expect(await reasonFor('nonsense')).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'token_not_valid' });
      expect(await reasonFor(tokens.user)).toEqual(DENIED);
      expect(await reasonFor(tokens.forged)).toEqual(DENIED);
      expect(await reasonFor(tokens.demoted)).toEqual(DENIED);
      expect(await reasonFor(tokens.disabled)).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'user_inactive' });
    });

    test('has changed nothing for them', async () => {
      expect(await server.auth.users.find(bob.id)).toMatchObject({ isAdmin: false, isActive: true });
      expect(await server.auth.sessions.list(bob.id)).toHaveLength(1);
    });

    test.each(Object.keys(ADMIN))('%s lets an admin in', async (name) => {
      const { errors } = await answerTo(name, tokens.admin);
      const reasons = errors.map(({ extensions }) => extensions['reason']);
      expect(reasons).toEqual(name === 'userSessionRevoke' ? ['session_not_found'] : []);
    });
  });
});
