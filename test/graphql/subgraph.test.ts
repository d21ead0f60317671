import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createAuth } from '../../src/graphql/auth.ts';
import { PASSWORD, startTestServer, TEST_KEY, type TestServer } from '../support/server.ts';
import { newPlace } from '../support/stores.ts';

const ENTITIES = `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on User { id username } } }`;

describe('a server as a subgraph', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer('sqlite', { env: { FEDERATION: 'on', METRICS_PORT: '0' } });
    await server.auth.users.create({ username: 'root', password: PASSWORD, isAdmin: true });
  });
  afterAll(() => server.remove());

  const find = async (username: string | null, ...ids: readonly string[]) => {
    const representations = ids.map((id) => ({ __typename: 'User', id }));
    const token = username === null ? {} : { token: (await server.client.signIn(username, PASSWORD)).access };
    const body = { query: ENTITIES, variables: { representations } };
    const { data, errors } = await server.client.sendRaw<{ _entities: unknown[] }>(body, token);
    return { found: data?._entities ?? null, reasons: errors.map(({ extensions }) => extensions['reason']) };
  };

  test('shows its schema, in which a user has a key', async () => {
    const { data } = await server.client.sendRaw<{ _service: { sdl: string } }>({ query: '{ _service { sdl } }' });
    expect(data?._service.sdl).toMatch(/type User\s+@key\(fields: "id"\)/);
    expect(data?._service.sdl).toContain('sessionEvents');
  });

  test('finds a user for themself', async () => {
    const { found } = await find('alice', server.alice.id);
    expect(found).toEqual([{ id: server.alice.id, username: 'alice' }]);
  });

  test('finds any user for an admin, and none where there is none', async () => {
    const { found } = await find('root', server.alice.id, 'nobody');
    expect(found).toEqual([{ id: server.alice.id, username: 'alice' }, null]);
  });

  test('refuses others, and those who are not signed in', async () => {
    const root = await server.auth.users.findByUsername('root');
    expect(await find('alice', root?.id ?? '')).toEqual({ found: [null], reasons: ['permission_denied'] });
    expect(await find(null, server.alice.id)).toEqual({ found: [null], reasons: ['not_authenticated'] });
  });

  test('answers its own operations, enums and moments too, with the same limits', async () => {
    const { access } = await server.client.signIn('root', PASSWORD);
    const query = '{ hello keys { state } me { createdAt } }';
    const { data } = await server.client.sendRaw({ query }, { token: access });
    expect(data).toMatchObject({ hello: 'Hello, root!', keys: [{ state: 'SIGNING' }] });
    const sign = (alias: string) => `${alias}: tokenObtainPair(username: "alice", password: "x") { access }`;
    const { errors } = await server.client.sendRaw({ query: `mutation { ${sign('a')} ${sign('b')} }` });
    expect(errors).toMatchObject([{ message: expect.stringContaining('check or store a password') }]);
  });
});

test('the library makes a subgraph of its schema, with the prefix of its types, and its subscriptions', async () => {
  const place = newPlace('sqlite');
  const auth = await createAuth({ ...place.options, signingKey: TEST_KEY, typePrefix: 'Auth' });
  const schema = await auth.subgraph({ resolvers: auth.subscriptionResolvers });
  expect(schema.getType('_Entity')?.toString()).toBe('_Entity');
  expect(schema.getType('AuthUser')).toBeDefined();
  const { sessionEvents } = schema.getSubscriptionType()?.getFields() ?? {};
  expect(sessionEvents?.subscribe).toEqual(expect.any(Function));
  await auth.close();
  await place.remove();
});
