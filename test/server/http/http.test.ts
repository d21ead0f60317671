import { connect } from 'node:net';
import { once } from 'node:events';
import { afterEach, expect, test } from '@jest/globals';
import { HelloDocument, TokenRefreshDocument } from '../../generated/operations.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { describeEachStore } from '../../support/stores.ts';

describeEachStore('the HTTP server', (kind) => {
  let server: TestServer;
  afterEach(() => server.remove());
  const at = (path: string) => new URL(path, server.url);

  test('S39: says that it lives, and whether its store answers', async () => {
    server = await startTestServer(kind);
    expect((await fetch(at('/healthz'))).status).toBe(200);
    expect((await fetch(at('/readyz'))).status).toBe(200);
    await server.auth.close();
    expect((await fetch(at('/healthz'))).status).toBe(200);
    const ready = await fetch(at('/readyz'));
    expect(ready.status).toBe(503);
    expect(await ready.json()).toEqual({ status: 'unavailable', store: 'does not answer' });
  });

  test('S34 S39: answers SERVICE_UNAVAILABLE while the store is gone, lets nobody in and leaks nothing', async () => {
    server = await startTestServer(kind);
    const { access, refresh } = await server.signIn();
    await server.auth.close();
    const answers = [
      await server.client.send(HelloDocument, {}, { token: access }),
      await server.client.send(TokenRefreshDocument, { refresh }),
    ];
    for (const { data, errors } of answers) {
      expect(data).toBeNull();
      expect(errors).toHaveLength(1);
      expect(errors[0]?.message).toBe('The service is temporarily unavailable. Try again in a moment.');
      expect(errors[0]?.extensions).toEqual({
        code: 'SERVICE_UNAVAILABLE',
        reason: 'store_unavailable',
        action: 'WAIT',
        retryAfter: 1,
      });
    }
  });

  test('S34: masks what is not meant for clients', async () => {
    const onLoginSuccess = () => {
      throw new Error('the secret of the house');
    };
    server = await startTestServer(kind, { hooks: { onLoginSuccess } });
    const query = 'mutation { tokenObtainPair(username: "alice", password: "wonderland123!") { access } }';
    const { data, errors } = await server.client.sendRaw({ query });
    expect(data).toBeNull();
    expect(errors).toEqual([
      expect.objectContaining({ message: 'Internal server error', extensions: { code: 'INTERNAL_SERVER_ERROR' } }),
    ]);
  });

  test('S17: tells caches to keep no answer, and which credentials would have helped', async () => {
    server = await startTestServer(kind, { env: { JWT_AUTH_HEADER_TYPES: 'JWT,Bearer' } });
    const { headers } = await server.client.send(HelloDocument, {});
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('www-authenticate')).toBe('JWT realm="api"');
  });

  test('gives a browser GraphiQL with everything from this server, and no script inline', async () => {
    server = await startTestServer(kind);
    const response = await fetch(server.url, { headers: { accept: 'text/html' } });
    const page = await response.text();
    expect(response.headers.get('content-type')).toMatch('text/html');
    expect(response.headers.get('content-security-policy')).toMatch("script-src 'self';");
    expect(response.headers.get('content-security-policy')).toMatch("frame-ancestors 'none'");
    const sources = Array.from(page.matchAll(/(?:src|href)="([^"]+)"/g), ([, source = '']) => source);
    expect(sources.filter((source) => !source.startsWith('/graphiql/') && source !== 'data:,')).toEqual([]);
    expect(page).not.toMatch(/<script(?![^>]* src=)/);
    const script = sources.find((source) => source.endsWith('.js')) ?? '';
    const loaded = await fetch(at(script));
    expect(loaded.status).toBe(200);
    expect(loaded.headers.get('content-encoding')).toBe('gzip');
    expect(loaded.headers.get('vary')).toMatch('accept-encoding');
    const plain = await fetch(at(script), { headers: { 'accept-encoding': 'identity' } });
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(await loaded.text()).toBe(await plain.text());
  });

  test('S33: in production there is no page and no schema, and no hint of either', async () => {
    const env = { NODE_ENV: 'production', PASSWORD_HASH_COST: '10' };
    server = await startTestServer(kind, { env });
    expect((await fetch(server.url, { headers: { accept: 'text/html' } })).status).toBe(400);
    expect((await fetch(new URL('/console', server.url))).status).toBe(404);
    const introspection = await server.client.sendRaw({ query: '{ __schema { types { name } } }' });
    expect(introspection.status).toBe(400);
    expect(introspection.errors[0]?.message).toMatch(/^Introspection is off\..* GRAPHQL_INTROSPECTION=on\.$/);
    const misspelt = await server.client.sendRaw({ query: '{ helo }' });
    expect(misspelt.errors[0]?.message).not.toMatch(/hello|Did you mean/);
  });

  test('S36: refuses what a form on another site could send, and serves a program that names no origin', async () => {
    server = await startTestServer(kind);
    const body = JSON.stringify({ query: '{ __typename }' });
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const { status } = await fetch(server.url, { method: 'POST', headers: { 'content-type': type }, body });
      expect([400, 415]).toContain(status);
    }
    const mutation = await fetch(`${server.url}?query=mutation{sessionRevokeAll}`, {
      headers: { 'apollo-require-preflight': '1' },
    });
    expect(mutation.status).toBe(405);
    const { data } = await server.client.sendRaw({ query: '{ __typename }' });
    expect(data).toEqual({ __typename: 'Query' });
  });

  test('lets pages of named origins in, and no other', async () => {
    server = await startTestServer(kind, { env: { CORS_ORIGINS: 'https://app.example.com' } });
    const answerTo = async (origin: string) => (await fetch(at('/healthz'), { headers: { origin } })).headers;
    const named = await answerTo('https://app.example.com');
    expect(named.get('access-control-allow-origin')).toBe('https://app.example.com');
    const stranger = await answerTo('https://evil.example.com');
    expect(stranger.get('access-control-allow-origin')).toBeNull();
  });

  test('answers a page of a named origin that sends with credentials, and its preflight', async () => {
    const origin = 'http://localhost:5173';
    server = await startTestServer(kind, { env: { CORS_ORIGINS: origin } });
    const asked = {
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    };
    const preflight = await fetch(server.url, { method: 'OPTIONS', headers: { origin, ...asked } });
    const body = JSON.stringify({ query: '{ __typename }' });
    const answer = await fetch(server.url, {
      method: 'POST',
      headers: { origin, 'content-type': 'application/json' },
      body,
    });
    for (const { headers } of [preflight, answer]) {
      expect(headers.get('access-control-allow-origin')).toBe(origin);
      expect(headers.get('access-control-allow-credentials')).toBe('true');
    }
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
    expect(await answer.json()).toEqual({ data: { __typename: 'Query' } });
  });

  test('answers OPTIONS of an old address with what it is, with a preflight and without', async () => {
    const origin = 'http://localhost:5173';
    server = await startTestServer(kind, { env: { CORS_ORIGINS: origin, REST_PATH: '/api/token/' } });
    const address = new URL('/api/token/', server.url);
    const asked = { origin, 'access-control-request-method': 'POST' };
    const preflight = await fetch(address, { method: 'OPTIONS', headers: asked });
    const plain = await fetch(address, { method: 'OPTIONS' });
    for (const answer of [preflight, plain]) {
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ name: 'Token Obtain Pair' });
    }
    expect(preflight.headers.get('access-control-allow-origin')).toBe(origin);
    expect(preflight.headers.get('access-control-allow-methods')).toContain('POST');
  });

  test('answers a Host header that is none with a 400', async () => {
    server = await startTestServer(kind);
    const { port } = new URL(server.url);
    const socket = connect(Number(port), '127.0.0.1');
    const body = '{"query":"{ __typename }"}';
    socket.write(
      `POST /graphql HTTP/1.1\r\nHost: [\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 400 /);
  });
});
