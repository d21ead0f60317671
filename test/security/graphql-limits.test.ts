import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';

const SIGN_IN = `tokenObtainPair(username: "alice", password: "${PASSWORD}") { access }`;
const repeat = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => text(i)).join(' ');

describe('the limits of a document', () => {
  let server: TestServer;
  let signedIn = 0;
  let failed = 0;
  beforeAll(async () => {
    const onLoginSuccess = () => void (signedIn += 1);
    const onLoginFailed = () => void (failed += 1);
    server = await startTestServer('sqlite', { hooks: { onLoginSuccess, onLoginFailed } });
  });
  afterAll(() => server.remove());

  const tooMuch: Readonly<Record<string, readonly [query: string, complaint: string]>> = {
    'a hundred sign-ins under aliases': [
      `mutation { ${repeat(30, (i) => `a${i}: tokenObtainPair(username: "alice", password: "no") { access }`)} }`,
      'The document has 30 aliases, expected at most 20.',
    ],
    'two sign-ins': [
      `mutation { a: ${SIGN_IN} b: ${SIGN_IN} }`,
      'The document has 2 fields that check or store a password, expected at most 1.',
    ],
    'a sign-in and a change of password': [
      `mutation { ${SIGN_IN} passwordChange(currentPassword: "a", newPassword: "b") { access } }`,
      'The document has 2 fields that check or store a password, expected at most 1.',
    ],
    'two sign-ins in fragments': [
      `mutation { ...F ... on Mutation { b: ${SIGN_IN} } } fragment F on Mutation { a: ${SIGN_IN} }`,
      'The document has 2 fields that check or store a password, expected at most 1.',
    ],
    'aliases that fragments multiply': [
      `{ ...A } ${repeat(10, (i) => `fragment ${'ABCDEFGHIJK'[i]} on Query { ...${'ABCDEFGHIJK'[i + 1]} ...${'ABCDEFGHIJK'[i + 1]} }`)}
       fragment K on Query { x: hello }`,
      'The document has 1024 aliases, expected at most 20.',
    ],
    'a query as deep as a well': [
      `{ __type(name: "Query") { ${repeat(17, () => 'ofType {')} name ${repeat(17, () => '}')} } }`,
      'The document has 19 levels, expected at most 16.',
    ],
    'depth in fragments': [
      `{ __type(name: "Query") { ...A } } fragment A on __Type { ${repeat(17, () => 'ofType {')} name ${repeat(17, () => '}')} }`,
      'The document has 19 levels, expected at most 16.',
    ],
    'directives by the dozen': [
      `{ hello ${repeat(21, () => '@include(if: true)')} }`,
      'The document has 21 directives, expected at most 20.',
    ],
    'directives on the operation itself': [
      `query ${repeat(11, () => '@include(if: true)')} { hello ${repeat(10, () => '@include(if: true)')} }`,
      'The document has 21 directives, expected at most 20.',
    ],
    'fields by the dozen': [
      `{ ${repeat(21, () => 'hello')} }`,
      'The document has 21 root fields, expected at most 20.',
    ],
    'fragments by the dozen': [
      `{ ...F0 } ${repeat(51, (i) => `fragment F${i} on Query { hello }`)}`,
      'The document has 51 fragments, expected at most 50.',
    ],
  };
  test.each(Object.entries(tooMuch))(
    'S31 S32: %s is refused before anything runs',
    async (_what, [query, complaint]) => {
      const { status, data, errors } = await server.client.sendRaw({ query });
      expect(status).toBe(400);
      expect(data).toBeNull();
      expect(errors.map(({ message }) => message)).toContain(complaint);
      expect(errors[0]?.extensions['code']).toBe('GRAPHQL_VALIDATION_FAILED');
      expect({ signedIn, failed }).toEqual({ signedIn: 0, failed: 0 });
    },
  );

  test('S32: more tokens than a document may have are refused while it is parsed', async () => {
    const { status, errors } = await server.client.sendRaw({ query: `{ ${'hello '.repeat(1500)} }` });
    expect(status).toBe(400);
    expect(errors[0]?.message).toMatch('Document contains more that 1500 tokens');
  });

  test('S32: a body that is too long is refused before it is read, and a batch is', async () => {
    const long = await server.client.sendRaw({ query: `{ hello } #${'x'.repeat(102_400)}` });
    expect(long.status).toBe(413);
    const batch = await server.client.sendRaw([{ query: '{ __typename }' }, { query: '{ __typename }' }]);
    expect(batch.status).toBe(400);
    expect(batch.errors[0]?.message).toMatch(/batch/i);
  });

  test.each([
    ['fragments that go in circles', '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }'],
    ['a fragment that does not exist', '{ ...Nowhere }'],
    ['a field that does not exist', '{ nowhere }'],
    ['two operations of one name', 'query A { hello } query A { hello }'],
  ])('S32: %s: a 400, and never a 500', async (_what, query) => {
    const { status, errors } = await server.client.sendRaw({ query });
    expect(status).toBe(400);
    expect(errors).not.toEqual([]);
  });

  test('leave room for what normal clients send', async () => {
    const introspection = await server.client.sendRaw({
      query: getIntrospectionQuery({ inputValueDeprecation: true }),
    });
    expect(introspection.status).toBe(200);
    const { access } = await server.signIn();
    const query = `{ a: hello b: hello me { ...U } } fragment U on User { id username @skip(if: false) }`;
    const { data } = await server.client.sendRaw({ query }, { token: access });
    expect(data).toMatchObject({ a: 'Hello, alice!', b: 'Hello, alice!', me: { username: 'alice' } });
  });

  test('are settings', async () => {
    const strict = await startTestServer('sqlite', { env: { GRAPHQL_MAX_ALIASES: '0', GRAPHQL_MAX_DEPTH: '1' } });
    try {
      const { errors } = await strict.client.sendRaw({ query: '{ a: hello me { id } }' });
      expect(errors.map(({ message }) => message)).toEqual([
        'The document has 2 levels, expected at most 1.',
        'The document has 1 aliases, expected at most 0.',
      ]);
    } finally {
      await strict.remove();
    }
  });
});
