import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildSchema, GraphQLError, parse, validate, type GraphQLFormattedError } from 'graphql';
import { createFormatError } from '../../src/graphql/format-error.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const SECRET = 'hunter2';
const NUMBER = 87654321;

describe('an error about an argument', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer('sqlite', { env: { NODE_ENV: 'development' } });
  });
  afterAll(() => server.remove());

  const signIn = (password: string) =>
    `mutation { tokenObtainPair(username: "alice", password: ${password}) { access } }`;
  const withVariable = `mutation ($password: String!) { tokenObtainPair(username: "alice", password: $password) { access } }`;

  test.each<[string, string, object]>([
    ['a number', signIn(String(NUMBER)), {}],
    ['a fraction', signIn(`${NUMBER}.5`), {}],
    ['a name', signIn(SECRET), {}],
    ['a list', signIn(`["${SECRET}"]`), {}],
    ['an object', signIn(`{ a: "${SECRET}" }`), {}],
    ['true beside it', signIn(`"${SECRET}", first: ${NUMBER}`), {}],
    ['a text after it', signIn(`"a" "${SECRET}"`), {}],
    ['a number after it', signIn(`"a" ${NUMBER}`), {}],
    ['a text without a colon', signIn('').replace(': )', ` "${SECRET}")`), {}],
    ['a text of several lines without a colon', signIn('').replace(': )', ` """${SECRET}""")`), {}],
    ['a name without a colon', signIn('').replace(': )', ` ${SECRET})`), {}],
    ['an escape of too many digits', signIn(String.raw`"\u{${NUMBER}}"`), {}],
    ['a text in place of a selection', `mutation "${SECRET}"`, {}],
    ['a number in a variable', withVariable, { password: NUMBER }],
    ['a list in a variable', withVariable, { password: [SECRET, NUMBER] }],
    ['an object in a variable', withVariable, { password: { a: SECRET, 'at "b"; ': NUMBER } }],
    ['a variable of another type', withVariable.replace('String!', '[String!]!'), { password: [[SECRET]] }],
    ['a default of another type', withVariable.replace('String!', `String! = ${NUMBER}`), {}],
  ])('S56: repeats no value, for it may be a password: %s', async (_name, query, variables) => {
    for (const contentType of ['application/json', 'Application/JSON']) {
      const response = await fetch(server.url, {
        method: 'POST',
        headers: { 'content-type': contentType, 'apollo-require-preflight': 'yes' },
        body: JSON.stringify({ query, variables }),
      });
      const answer = await response.text();
      expect(answer).toMatch(/"errors":\[\{"message":"[^"]/);
      expect(answer).not.toContain(SECRET);
      expect(answer).not.toContain(String(NUMBER));
    }
  });

  test('S56: nor does one about a body that is no JSON', async () => {
    for (const contentType of ['application/json', 'Application/JSON']) {
      const body = `{ "query": "x", "variables": { "password": ${SECRET} } }`;
      const response = await fetch(server.url, { method: 'POST', headers: { 'content-type': contentType }, body });
      expect(response.status).toBe(400);
      expect(await response.text()).not.toContain(SECRET.slice(0, 3));
    }
  });

  test('says which argument it is and what was expected', async () => {
    const { errors } = await server.client.sendRaw({ query: signIn(String(NUMBER)) });
    expect(errors[0]?.message).toBe('String cannot represent a non string value.');
    const variable = await server.client.sendRaw({ query: withVariable, variables: { password: NUMBER } });
    expect(variable.errors[0]?.message).toBe(
      'Variable "$password" got an invalid value. Expected a value of type "String!".',
    );
  });
});

test('S56: nor does one about an argument that is an object or an enum, as other schemas have them', () => {
  const schema = buildSchema(
    'input Login { name: String } enum Role { A } type Query { f(login: Login, role: Role): Int }',
  );
  const errors = validate(schema, parse(`{ f(login: "${SECRET}", role: ${SECRET}) }`));
  const formatError = createFormatError(() => {});
  expect(errors.map((error) => formatError(error.toJSON(), error).message)).toEqual([
    'Expected value of type "Login", found another.',
    'A value does not exist in its enum.',
  ]);
});

test('an error passes without the stack that Apollo Server adds in development', () => {
  const formatError = createFormatError(() => {});
  const given: GraphQLFormattedError = {
    message: 'x',
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED', stacktrace: ['at somewhere'] },
  };
  // One of graphql-js passes; an error of anything else is masked anyway.
  expect(formatError(given, new GraphQLError('x'))).toEqual({
    message: 'x',
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
  });
});
