import { afterEach, expect, test } from '@jest/globals';
import * as Operations from '../../generated/operations.ts';
import { PASSWORD, startTestServer, type TestServer } from '../../support/server.ts';
import { describeEachStore } from '../../support/stores.ts';

const cursorOf = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describeEachStore('an admin who looks for users', (kind) => {
  let server: TestServer;
  let token: string;
  const start = async (env: Readonly<Record<string, string>> = {}) => {
    server = await startTestServer(kind, { env });
    await server.auth.users.create({ username: 'root', password: PASSWORD, isAdmin: true });
    token = (await server.client.signIn('root', PASSWORD)).access;
    return server;
  };
  afterEach(() => server.remove());

  test('lists users by name, page by page, each once', async () => {
    const { client, auth } = await start();
    for (const username of ['Bob', 'carol', 'Émile', 'dora']) await auth.users.create({ username, password: PASSWORD });
    const names: string[] = [];
    let after: string | null = null;
    for (const size of [2, 2, 2]) {
      const { users }: Operations.UsersQuery = await client.expect(
        Operations.UsersDocument,
        { first: 2, after },
        { token },
      );
      names.push(...users.nodes.map(({ username }) => username));
      expect(users.edges.map(({ node }) => node)).toEqual(users.nodes);
      expect(users.nodes).toHaveLength(size);
      expect(users.pageInfo).toEqual({ hasNextPage: names.length < 6, endCursor: users.edges.at(-1)?.cursor });
      after = users.pageInfo.endCursor;
    }
    expect(names).toEqual(['alice', 'Bob', 'carol', 'dora', 'root', 'Émile']);
    const { users } = await client.expect(Operations.UsersDocument, { after }, { token });
    expect(users).toEqual({ edges: [], nodes: [], totalCount: 6, pageInfo: { hasNextPage: false, endCursor: null } });
  });

  test('finds a word of which only a part is given, where a sigma is no final one', async () => {
    const { client, auth } = await start();
    // As the keys have them: final sigmas come before others.
    const names = ['ΟΣ', 'ος1', 'οσ.α', 'Οσα', 'οσσ', 'ΟΤ'];
    for (const username of names) await auth.users.create({ username, password: PASSWORD });
    const found = async (search: string, first = 50, after: string | null = null) =>
      (await client.expect(Operations.UsersDocument, { search, first, after }, { token })).users;
    const namesOf = ({ nodes }: { readonly nodes: readonly { readonly username: string }[] }) =>
      nodes.map(({ username }) => username);
    for (const search of ['ΟΣ', 'ος', 'οσ', 'Οσ']) expect(namesOf(await found(search))).toEqual(names.slice(0, 5));
    expect(namesOf(await found('ΟΣ.'))).toEqual(['οσ.α']);
    expect(namesOf(await found('ος1'))).toEqual(['ος1']);
    expect(namesOf(await found('ο'))).toEqual(names);

    for (const limit of [1, 2, 3, 4, 5, 6]) {
      const some = await auth.users.list(limit, undefined, 'ΟΣ');
      expect(some.map(({ username }) => username)).toEqual(names.slice(0, Math.min(limit, 5)));
    }

    const paged: string[] = [];
    let after: string | null = null;
    for (const size of [2, 2, 1]) {
      const page: Operations.UsersQuery['users'] = await found('ΟΣ', 2, after);
      expect(page.nodes).toHaveLength(size);
      expect(page.pageInfo.hasNextPage).toBe(size === 2);
      paged.push(...namesOf(page));
      after = page.pageInfo.endCursor;
    }
    expect(paged).toEqual(names.slice(0, 5));
  });

  test('takes ı for i, and İ for another letter, which begins with i', async () => {
    const { client, auth } = await start();
    for (const username of ['ılker', 'İnci', 'ilkay']) await auth.users.create({ username, password: PASSWORD });
    const found = async (search: string) =>
      (await client.expect(Operations.UsersDocument, { search }, { token })).users.nodes.map(
        ({ username }) => username,
      );
    for (const search of ['ilk', 'ılk', 'ILK']) expect(await found(search)).toEqual(['ilkay', 'ılker']);
    expect(await found('İ')).toEqual(['İnci']);
    expect(await found('ilker')).toEqual(['ılker']);
    await expect(auth.users.create({ username: 'ILKER', password: PASSWORD })).rejects.toThrow('already exists');
  });

  test('finds users by any part of their name, in whatever case and form', async () => {
    const { client, auth } = await start();
    for (const username of ['Émile', 'emil', 'xemil', 'em_x']) {
      await auth.users.create({ username, password: PASSWORD });
    }
    const found = async (search: string, first = 50) => {
      const { users } = await client.expect(Operations.UsersDocument, { search, first }, { token });
      return users.nodes.map(({ username }) => username);
    };
    expect(await found('EM')).toEqual(['em_x', 'emil', 'xemil']);
    expect(await found('MI')).toEqual(['emil', 'xemil', 'Émile']);
    expect(await found('em_')).toEqual(['em_x']);
    expect(await found('e\u0301MI')).toEqual(['Émile']);
    expect(await found('em', 1)).toEqual(['em_x']);
    expect(await found('%')).toEqual([]);
    expect(await found('')).toHaveLength(6);
    expect(await auth.users.count('MI')).toBe(3);
  });

  test('finds users by any part of their address, and is told how many there are on all pages', async () => {
    const { client, auth } = await start({ EMAIL: 'on' });
    await auth.users.create({ username: 'dinah', password: PASSWORD, email: 'A.Liddell@Example.com' });
    const { users } = await client.expect(Operations.UsersDocument, { search: 'Liddell@EX', first: 1 }, { token });
    expect(users.nodes.map(({ username }) => username)).toEqual(['dinah']);
    expect(users.totalCount).toBe(1);
    const all = await client.expect(Operations.UsersDocument, { first: 1 }, { token });
    expect(all.users).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
  });

  test('sees the services, and nothing of their secrets', async () => {
    const { client, auth } = await start();
    const { secret } = await auth.services.create('orders', { audience: 'orders', scopes: ['feed'] });
    const { services } = await client.expect(Operations.ServicesDocument, {}, { token });
    expect(services).toMatchObject([{ name: 'orders', audience: 'orders', scopes: ['feed'] }]);
    expect(JSON.stringify(services)).not.toContain(secret);
  });

  test.each([
    ['no users', 'first', { first: 0 }],
    ['too many', 'first', { first: 101 }],
    ['a cursor of its own making', 'after', { after: 'bob' }],
    ['a cursor of something else', 'after', { after: cursorOf([1]) }],
    ['a cursor of a name and more', 'after', { after: cursorOf(['bob', 1]) }],
    ['a cursor of a name nobody can have', 'after', { after: cursorOf(['x'.repeat(255)]) }],
    ['a cursor of half a character', 'after', { after: cursorOf(['\ud800']) }],
    ['a name nobody can have', 'search', { search: 'x'.repeat(255) }],
  ])('who asks for %s is told what was expected', async (_what, field, variables) => {
    const { client } = await start();
    const { errors } = await client.send(Operations.UsersDocument, variables, { token });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', reason: 'invalid_input', field } }]);
    expect(errors[0]?.message).toMatch(/Expected|no more than/);
  });

  test('sees one user with all that is told of them, and nobody where there is none', async () => {
    const { client, alice } = await start();
    const { user } = await client.expect(Operations.UserDocument, { id: alice.id }, { token });
    const { passwordChangedAt: _at, createdAt, ...rest } = alice;
    expect(user).toEqual({ ...rest, createdAt: createdAt.toISOString() });
    expect(await client.expect(Operations.UserDocument, { id: 'nobody' }, { token })).toEqual({ user: null });
  });
});
