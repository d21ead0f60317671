import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { Claims } from '../../../src/contracts/claims.ts';
import type { User } from '../../../src/contracts/hooks.ts';
import { ALL_OPTIONS, buildAuthSchema } from '../../../src/graphql/optional.ts';
import { documentOf, namesOf, OPERATIONS } from '../../support/every-operation.ts';
import { forge } from '../../support/forge.ts';
import { keeperOf } from '../../support/ring.ts';
import { ALL_ROOMS, PASSWORD, startTestServer, type TestServer } from '../../support/server.ts';
import { describeEachStore } from '../../support/stores.ts';

/** What an admin is told where the text `x` is given. */
const REFUSED: Readonly<Record<string, string>> = {
  userSessionRevoke: 'session_not_found',
  userCreate: 'password_too_weak',
  userSetPassword: 'password_too_weak',
  userInvite: 'invalid_email',
};
/** Settings with which there are all operations, `keyRotate` with a ring of its own. */
async function allOperations(): Promise<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'simplejwt-ring-'));
  rings.push(folder);
  await keeperOf(folder).generate('HS256');
  return { ...ALL_ROOMS, KEY_ADMINISTRATION: 'on', JWT_KEYS_DIR: folder };
}
const rings: string[] = [];
afterAll(() => {
  for (const folder of rings) rmSync(folder, { recursive: true });
});
const DENIED = { code: 'FORBIDDEN', reason: 'permission_denied' };

test('every query and mutation says whether it is open, guarded or for admins', async () => {
  expect(OPERATIONS.filter(({ nature }) => nature === undefined)).toEqual([]);
  expect((await buildAuthSchema(ALL_OPTIONS)).getSubscriptionType()).toBeUndefined();
});

test('for admins are all those, and no others, whose description says so', () => {
  const described = OPERATIONS.filter(({ field }) => /^For admins\b/.test(field.description ?? ''));
  expect(namesOf('admin')).toEqual(described.map(({ field }) => field.name));
});

test('a resolver that does not say it keeps the server from starting', async () => {
  const { Mutation, Resolver } = await import('type-graphql');
  class Stray {
    stray(): boolean {
      return true;
    }
  }
  Mutation(() => Boolean)(Stray.prototype, 'stray', {});
  Resolver()(Stray);
  await expect(buildAuthSchema(ALL_OPTIONS, [Stray])).rejects.toThrow('stray has no @Operation');
});

describe('who may ask for an operation', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer('sqlite', { env: await allOperations() });
  });
  afterAll(() => server.remove());

  const reasonFor = async (name: string, token?: string) => {
    const answer = await server.client.sendRaw({ query: documentOf(name, 'x') }, token === undefined ? {} : { token });
    return answer.errors[0]?.extensions['reason'];
  };

  test.each(namesOf('open'))('%s looks at no header', async (name) => {
    expect(await reasonFor(name)).not.toBe('not_authenticated');
    expect(await reasonFor(name, 'nonsense')).toBe(await reasonFor(name));
  });

  test.each([...namesOf('guarded'), ...namesOf('admin')])('%s refuses those who are not signed in', async (name) => {
    expect(await reasonFor(name)).toBe('not_authenticated');
    expect(await reasonFor(name, 'nonsense')).toBe('token_not_valid');
  });

  test.each(namesOf('guarded'))('%s asks for no role', async (name) => {
    const { access } = await server.signIn();
    const ofInput = ['session_not_found', 'password_too_weak', 'wrong_password', 'invalid_input', 'invalid_email'];
    expect([undefined, ...ofInput]).toContain(await reasonFor(name, access));
  });
});

describeEachStore('a field for admins', (kind) => {
  describe.each(['session', 'stateless'])('with JWT_AUTHENTICATION=%s', (JWT_AUTHENTICATION) => {
    let server: TestServer;
    let bob: User;
    const tokens = { user: '', admin: '', demoted: '', disabled: '', forged: '' };

    beforeAll(async () => {
      // Who may not sign in may have a token, all the same.
      const tokenUser = (claims: Claims) => ({ id: 'x', username: 'x', ...claims });
      server = await startTestServer(kind, {
        env: { ...(await allOperations()), JWT_AUTHENTICATION },
        hooks: { tokenUser },
      });
      const { users } = server.auth;
      bob = await users.create({ username: 'bob', password: PASSWORD });
      await server.client.signIn('bob', PASSWORD);
      tokens.user = (await server.signIn()).access;
      const roles = { roles: ['ADMIN', 'admin'], is_admin: true, isAdmin: true, isActive: true, createdAt: 1 };
      tokens.forged = forge({ ...decodeJwt(tokens.user), ...roles });
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
      return server.client.sendRaw({ query: documentOf(name, bob.id) }, token === undefined ? {} : { token });
    };

    test('is meant for the holders of a claim that those have who were admins', () => {
      const { admin, demoted, disabled } = tokens;
      for (const token of [admin, demoted, disabled]) expect(decodeJwt(token)['is_admin']).toBe(true);
    });

    test.each(namesOf('admin'))('%s refuses users who are no admins now, whatever their token says', async (name) => {
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

    test.each(namesOf('admin'))('%s lets an admin in', async (name) => {
      const { errors } = await answerTo(name, tokens.admin);
      const reasons = errors.map(({ extensions }) => extensions['reason']);
      expect(reasons).toEqual(REFUSED[name] === undefined ? [] : [REFUSED[name]]);
    });
  });
});
