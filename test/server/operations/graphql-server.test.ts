import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { GraphQLError } from 'graphql';
import { settingsFromEnvironment } from '../../../src/contracts/settings/settings.ts';
import { buildAuthSchema } from '../../../src/graphql/optional.ts';
import { GraphQLServer } from '../../../src/server/operations/graphql-server.ts';
import type { Answer } from '../../../src/server/operations/plain-road.ts';
import { startTestServer, TEST_KEY, type TestServer } from '../../support/server.ts';

describe('an operation whose text has come before', () => {
  let server: TestServer;
  let graphql: GraphQLServer;
  const report = jest.fn();
  beforeAll(async () => {
    server = await startTestServer('sqlite');
    const settings = settingsFromEnvironment({ NODE_ENV: 'test', JWT_SIGNING_KEY: TEST_KEY });
    graphql = new GraphQLServer({
      settings,
      schema: await buildAuthSchema(settings),
      introspection: false,
      monitor: null,
      report,
    });
    await graphql.apollo.start();
  });
  afterAll(async () => {
    await graphql.apollo.stop();
    await server.remove();
  });

  const run = async (query: string, more: object = {}): Promise<Answer> =>
    graphql.plain.run({ query, ...more }, await server.auth.context({ req: { headers: {} } }));
  const asked = () => jest.spyOn(graphql.apollo, 'executeOperation');

  test('is run without asking Apollo Server, which has let it pass', async () => {
    const apollo = asked();
    const first = await run('{ __typename }');
    expect(apollo).toHaveBeenCalledTimes(1);
    expect(await run('{ __typename }')).toMatchObject({
      status: first.status,
      result: { data: { __typename: 'Query' } },
    });
    expect(apollo).toHaveBeenCalledTimes(1);
  });

  test.each([
    ['a text it has refused', '{ nothing }', {}],
    ['introspection', '{ __schema { description } }', {}],
    ['a text of many tokens', `{ ${'__typename '.repeat(2000)} }`, {}],
    ['an operation that there is not', 'query A { __typename }', { operationName: 'B' }],
    ['variables that do not fit', 'query ($a: Boolean!) { __typename @skip(if: $a) }', { variables: { a: 'x' } }],
  ])('is refused by it each time: %s', async (_name, query, more) => {
    const apollo = asked();
    const first = await run(query, more);
    expect(first.result).toMatchObject({ errors: [{ extensions: { code: expect.any(String) } }] });
    const calls = apollo.mock.calls.length;
    expect((await run(query, more)).result).toEqual(first.result);
    expect(apollo).toHaveBeenCalledTimes(calls + 1);
  });

  test.each([
    ['of any kind', new Error('secret of the inside')],
    ['of GraphQL, such as null where none may be', new GraphQLError('secret of the inside')],
  ])('is answered what it was the first time, a fault of the server masked and reported: %s', async (_name, fault) => {
    const query = 'mutation { tokenObtainPair(username: "alice", password: "wonderland123!") { access } }';
    const { auth } = await server.auth.context({ req: { headers: {} } });
    jest.spyOn(auth.throttle, 'attempt').mockRejectedValue(fault);
    const [first, second] = [await run(query), await run(query)];
    expect(first.result.errors).toEqual([
      expect.objectContaining({
        message: 'Internal server error',
        path: ['tokenObtainPair'],
        extensions: { code: 'INTERNAL_SERVER_ERROR' },
      }),
    ]);
    expect(second.result.errors).toEqual(first.result.errors);
    expect(report.mock.calls).toEqual([[fault], [fault]]);
  });

  test('has to come again after five hundred others', async () => {
    await run('{ first: __typename }');
    for (let index = 0; index < 500; index++) await run(`{ other${index}: __typename }`);
    const apollo = asked();
    await run('{ first: __typename }');
    await run('{ other499: __typename }');
    expect(apollo).toHaveBeenCalledTimes(501 + 1);
  });

  test('has to come again if it is very long', async () => {
    const apollo = asked();
    const long = `{ __typename } # ${'x'.repeat(4000)}`;
    await run(long);
    await run(long);
    expect(apollo).toHaveBeenCalledTimes(2);
  });
});
