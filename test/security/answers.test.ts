import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import {
  PasswordChangeDocument,
  TokenObtainPairDocument,
  TokenObtainSlidingDocument,
  TokenRefreshDocument,
  TokenRefreshSlidingDocument,
} from '../generated/operations.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { describeEachStore } from '../support/stores.ts';

const CREDENTIALS = { username: 'alice', password: PASSWORD };
/** Of stacks, files, databases and the packages we are made of. */
const LEAKS =
  /\bat .*:\d+:\d+|node_modules|\/(src|dist|work|tmp|home)\/|\.[jt]s:\d|sqlite|mongo|jsonwebtoken|bcrypt|fastify|ECONN|SELECT /i;

describe('an answer with a token', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer('sqlite');
  });
  afterAll(() => server.remove());

  test('S17: is not to be kept, whichever operation gives it', async () => {
    const { client } = server;
    const obtained = await client.send(TokenObtainPairDocument, CREDENTIALS);
    const sliding = await client.send(TokenObtainSlidingDocument, CREDENTIALS);
    const { access = '', refresh = '' } = obtained.data?.tokenObtainPair ?? {};
    const change = { currentPassword: PASSWORD, newPassword: PASSWORD.toUpperCase() };
    const answers = [
      obtained,
      sliding,
      await client.send(TokenRefreshDocument, { refresh }),
      await client.send(TokenRefreshSlidingDocument, { token: sliding.data?.tokenObtainSliding.token ?? '' }),
      await client.send(PasswordChangeDocument, change, { token: access }),
    ];
    for (const { headers, errors } of answers) {
      expect(errors).toEqual([]);
      expect(headers.get('cache-control')).toBe('no-store');
    }
  });
});

describeEachStore('a request that makes no sense', (kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(kind, { env: { NODE_ENV: 'development' } });
  });
  afterAll(() => server.remove());

  const post = (body: string, headers: Readonly<Record<string, string>> = {}): RequestInit => ({
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  const query = (text: string, variables = {}) => post(JSON.stringify({ query: text, variables }));

  test.each<[string, string, RequestInit]>([
    ['half a document', '/graphql', query('{ hello ')],
    ['a field there is not', '/graphql', query('{ nowhere }')],
    ['half of JSON', '/graphql', post('{"query":')],
    ['JSON that is a text', '/graphql', post('"{ hello }"')],
    ['a poisoned object', '/graphql', post('{"query":"{ hello }","__proto__":{"a":1}}')],
    ['another type', '/graphql', { method: 'POST', body: '<a/>', headers: { 'content-type': 'application/xml' } }],
    ['no type', '/graphql', { method: 'POST', body: new Uint8Array([0xff, 0xfe]) }],
    ['a wrong type of variable', '/graphql', query('query ($a: Int!) { hello }', { a: {} })],
    ['an empty token', '/graphql', post('{"query":"{ hello }"}', { authorization: 'Bearer x.y.z' })],
    ['a session there is not', '/graphql', query('mutation { sessionRevoke(id: "\'; DROP TABLE sessions") { id } }')],
    ['a method there is not', '/graphql', { method: 'DELETE' }],
    ['a path there is not', '/../../etc/passwd', {}],
    ['a file there is not', '/graphiql/../main.js', {}],
    ['a file of ours', '/graphiql/%2e%2e/%2e%2e/package.json', {}],
    ['a path that is none', '/%', {}],
    ['an operation by GET', '/graphql?query=%7B', { headers: { 'apollo-require-preflight': 'x' } }],
  ])('S34: %s is refused with no stack, path or word of what the server is made of', async (_what, path, init) => {
    const response = await fetch(new URL(path, server.url), init);
    const text = await response.text();
    const { errors = [{}] } = JSON.parse(text) as { errors?: readonly { extensions?: { code?: string } }[] };
    expect(response.status < 500 && (response.status >= 400 || errors.length > 0)).toBe(true);
    expect(text).not.toMatch(LEAKS);
    expect([...response.headers.values()].join('\n')).not.toMatch(/fastify|express|apollo-server|node/i);
  });

  test('S34: a bug outside of GraphQL is told of as one, and no more', async () => {
    const bug = jest.spyOn(server.auth, 'publicKeys').mockImplementation(() => {
      throw new Error('no such file: /srv/keys/a.json');
    });
    const response = await fetch(new URL('/.well-known/jwks.json', server.url));
    bug.mockRestore();
    expect(response.status).toBe(500);
    const masked = { message: 'Internal server error', extensions: { code: 'INTERNAL_SERVER_ERROR' } };
    expect(await response.json()).toEqual({ errors: [masked] });
  });

  test('S34: a store that fails amid a request tells nothing of itself', async () => {
    const { access, refresh } = await server.signIn();
    await server.auth.close();
    for (const init of [
      post('{"query":"{ hello me { id } }"}', { authorization: `Bearer ${access}` }),
      query(`mutation { tokenRefresh(refresh: "${refresh}") { access } }`),
      query(`mutation { tokenObtainPair(username: "alice", password: "${PASSWORD}") { access } }`),
    ]) {
      const text = await (await fetch(server.url, init)).text();
      expect(text).toContain('SERVICE_UNAVAILABLE');
      expect(text).not.toMatch(LEAKS);
    }
    expect(await (await fetch(new URL('/readyz', server.url))).text()).not.toMatch(LEAKS);
  });
});
