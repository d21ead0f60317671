import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fastify, type FastifyInstance } from 'fastify';
import { createRest } from '../../../../src/server/http/rest/index.ts';
import { REST_CASES, sendRest } from '../../../support/rest-requests.ts';
import { PASSWORD, startTestServer, type TestServer } from '../../../support/server.ts';
import { describeEachStore } from '../../../support/stores.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const BEARER = 'Bearer realm="api"';
const env = { REST_PATH: '/api/token/', THROTTLE: 'off' };

async function post(api: string, path: string, body: unknown) {
  const response = await fetch(`${api}${path}`, { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}

async function hello(api: string, token: string) {
  const response = await fetch(`${api}hello/`, { headers: { authorization: `Bearer ${token}` } });
  return { status: response.status, body: (await response.json()) as unknown };
}

async function signIn(api: string) {
  const { body } = await post(api, 'token/', { username: 'alice', password: PASSWORD });
  return { access: body['access'] ?? '', refresh: body['refresh'] ?? '' };
}

async function addGone({ auth }: Pick<TestServer, 'auth'>): Promise<void> {
  const { id } = await auth.users.create({ username: 'gone', password: PASSWORD });
  await auth.users.setActive(id, false);
}

describeEachStore("simplejwt's addresses", (kind) => {
  let server: TestServer;
  let api: string;
  beforeAll(async () => {
    server = await startTestServer(kind, { env });
    api = server.url.replace('graphql', 'api/');
    await addGone(server);
  });
  afterAll(() => server.remove());

  test.each(REST_CASES)('$name', async (given) => {
    const { status, answer, headers } = await sendRest(api, given);
    expect({ status, answer }).toEqual({ status: given.status, answer: given.answer });
    expect(headers).toEqual({
      'content-type': 'application/json',
      'www-authenticate': status === 401 ? BEARER : null,
      allow: given.path === 'hello/' ? 'GET, HEAD, OPTIONS' : 'POST, OPTIONS',
    });
  });

  test('a life of tokens: hello, verify, refresh, blacklist', async () => {
    const first = await signIn(api);
    expect(await hello(api, first.access)).toEqual({ status: 200, body: { message: 'Hello, alice!' } });
    const authorization = `Bearer ${first.access}`;
    expect((await fetch(`${api}hello/`, { method: 'POST', headers: { authorization } })).status).toBe(405);
    expect(await post(api, 'token/verify/', { token: first.access })).toEqual({ status: 200, body: {} });
    const { status, body } = await post(api, 'token/refresh', { refresh: first.refresh });
    expect({ status, names: Object.keys(body).toSorted() }).toEqual({ status: 200, names: ['access', 'refresh'] });
    const { refresh } = body;
    expect(await post(api, 'token/blacklist/', { refresh })).toEqual({ status: 200, body: {} });
    const blacklisted = { detail: 'Token is blacklisted', code: 'token_not_valid' };
    expect(await post(api, 'token/blacklist/', { refresh })).toEqual({ status: 401, body: blacklisted });
    expect(await post(api, 'token/refresh/', { refresh })).toEqual({ status: 401, body: blacklisted });
    expect(await post(api, 'token/verify/', { token: refresh })).toEqual({
      status: 400,
      body: { non_field_errors: ['Token is blacklisted'] },
    });
    expect(await hello(api, body['access'] ?? '')).toMatchObject({ status: 401, body: { code: 'token_not_valid' } });
  });

  test('a token of another type is refused where one is due', async () => {
    const { access, refresh } = await signIn(api);
    const wrongType = { status: 401, body: { detail: 'Token has wrong type', code: 'token_not_valid' } };
    expect(await post(api, 'token/refresh/', { refresh: access })).toEqual(wrongType);
    expect(await post(api, 'token/blacklist/', { refresh: access })).toEqual(wrongType);
    expect(await post(api, 'token/sliding/refresh/', { token: access })).toEqual(wrongType);
    expect(await hello(api, refresh)).toMatchObject({
      status: 401,
      body: { messages: [{ token_class: 'AccessToken', token_type: 'access', message: 'Token has wrong type' }] },
    });
  });

  test('a sliding token is handed out and refreshed', async () => {
    const { status, body } = await post(api, 'token/sliding/', { username: 'alice', password: PASSWORD });
    expect({ status, names: Object.keys(body) }).toEqual({ status: 200, names: ['token'] });
    const refreshed = await post(api, 'token/sliding/refresh', body);
    expect({ status: refreshed.status, names: Object.keys(refreshed.body) }).toEqual({ status: 200, names: ['token'] });
  });
});

describe('what stands behind the addresses', () => {
  test('throttles: a 429 with the seconds to wait, in the body and in Retry-After', async () => {
    const server = await startTestServer('sqlite', {
      env: { REST_PATH: '/api/token', THROTTLE_SIGN_IN_FAILURES: '1' },
    });
    const api = server.url.replace('graphql', 'api/');
    const wrong = { username: 'alice', password: 'wrong-password' };
    await post(api, 'token/', wrong);
    const response = await fetch(`${api}token/`, { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(wrong) });
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await response.json()).toEqual({ detail: 'Request was throttled. Expected available in 1 second.' });
    await server.remove();
  });

  test('limits: a body that is too large is refused', async () => {
    const server = await startTestServer('sqlite', { env: { ...env, MAX_BODY_BYTES: '1024' } });
    const { status, body } = await post(server.url.replace('graphql', 'api/'), 'token/', {
      username: 'x'.repeat(2000),
    });
    expect(status).toBe(413);
    expect(body['detail']).toMatch(/too large/i);
    await server.remove();
  });

  test('messages in the language of the client; names of fields and codes stay', async () => {
    const server = await startTestServer('sqlite', { env });
    const ask = async (path: string, body: object) => {
      const response = await fetch(server.url.replace('graphql', `api/${path}`), {
        method: 'POST',
        headers: { ...JSON_TYPE, 'accept-language': 'de' },
        body: JSON.stringify(body),
      });
      return (await response.json()) as unknown;
    };
    expect(await ask('token/', {})).toEqual({
      username: ['Dieses Feld ist erforderlich.'],
      password: ['Dieses Feld ist erforderlich.'],
    });
    expect(await ask('token/refresh/', { refresh: 'x' })).toEqual({
      detail: 'Das Token ist ungültig',
      code: 'token_not_valid',
    });
    await server.remove();
  });

  test('cookie mode changes nothing: both tokens are in the answer, and no cookie is set', async () => {
    const server = await startTestServer('sqlite', { env: { ...env, JWT_REFRESH_COOKIE: 'on' } });
    const { origin } = new URL(server.url);
    const response = await fetch(`${origin}/api/token/`, {
      method: 'POST',
      headers: { ...JSON_TYPE, origin: origin },
      body: JSON.stringify({ username: 'alice', password: PASSWORD }),
    });
    expect(Object.keys((await response.json()) as object).toSorted()).toEqual(['access', 'refresh']);
    expect(response.headers.get('set-cookie')).toBeNull();
    await server.remove();
  });

  test('metrics: who still asks, by address and family of user agent', async () => {
    const server = await startTestServer('sqlite', { env: { ...env, METRICS_PORT: '0' } });
    const api = server.url.replace('graphql', 'api/');
    for (const agent of ['okhttp/4.12.0', 'Dart/3.5 (dart:io)', 'MyApp/1 CFNetwork/1490 Darwin/23', 'Strange/1']) {
      await fetch(`${api}token/verify/`, {
        method: 'POST',
        headers: { ...JSON_TYPE, 'user-agent': agent },
        body: '{}',
      });
    }
    const metrics = await (await fetch(server.metricsUrl ?? '')).text();
    for (const program of ['okhttp', 'dart', 'ios', 'other']) {
      expect(metrics).toContain(`simplejwt_rest_requests_total{address="Token Verify",program="${program}"} 1`);
    }
    await server.remove();
  });

  test('nothing is served where they are off', async () => {
    const server = await startTestServer('sqlite');
    const response = await fetch(server.url.replace('graphql', 'api/token/'), { method: 'POST' });
    expect(response.status).toBe(404);
    await server.remove();
  });
});

describe('in a server of your own', () => {
  let server: TestServer;
  let app: FastifyInstance;
  beforeAll(async () => {
    server = await startTestServer('sqlite');
    app = fastify();
    await app.register(createRest(server.auth, { path: '/v1/auth/' }).plugin);
  });
  afterAll(async () => {
    await app.close();
    await server.remove();
  });
  const credentials = { username: 'alice', password: PASSWORD };

  test.each(['/v1/auth/', '/v1/auth'])('the plugin of Fastify at %s', async (url) => {
    const { statusCode, body } = await app.inject({ method: 'POST', url, payload: credentials });
    expect({ statusCode, names: Object.keys(JSON.parse(body) as object) }).toEqual({
      statusCode: 200,
      names: ['refresh', 'access'],
    });
  });

  test.each([{ ignoreTrailingSlash: true }, { routerOptions: { ignoreTrailingSlash: true } }])(
    'the plugin where a slash at the end is ignored, by %j',
    async (options) => {
      const either = fastify(options);
      await either.register(createRest(server.auth, { path: '/v1/auth/' }).plugin);
      for (const url of ['/v1/auth/verify', '/v1/auth/verify/'])
        expect((await either.inject({ method: 'POST', url, payload: {} })).statusCode).toBe(400);
      await either.close();
    },
  );

  test('clients have the address that Fastify, or who calls the function, says they have', async () => {
    const behindProxy = fastify({ trustProxy: true });
    const { plugin, fetch: ask } = createRest(server.auth, { path: '/v1/auth/' });
    await behindProxy.register(plugin);
    const headers = { 'x-forwarded-for': '203.0.113.7' };
    await behindProxy.inject({ method: 'POST', url: '/v1/auth/', headers, payload: credentials });
    await behindProxy.close();
    const request = { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(credentials) };
    await ask(new Request('http://localhost/v1/auth/', request), '203.0.113.8');
    const sessions = await server.auth.sessions.list(server.alice.id);
    const addresses = sessions.map(({ ipAddress }) => ipAddress);
    expect(addresses).toEqual(expect.arrayContaining(['203.0.113.7', '203.0.113.8']));
  });

  test('a failure that nobody foresaw is logged, and its words stay there', async () => {
    const lines: string[] = [];
    const failing = fastify({ logger: { stream: { write: (line: string) => void lines.push(line) } } });
    const context = async () => {
      throw new Error('the disk is on fire');
    };
    await failing.register(createRest({ ...server.auth, context }, { path: '/v1/auth/' }).plugin);
    const { statusCode, body } = await failing.inject({ method: 'POST', url: '/v1/auth/', payload: credentials });
    expect({ statusCode, body }).toEqual({ statusCode: 500, body: '{"detail":"Internal server error"}' });
    expect(lines.filter((line) => line.includes('the request failed') && line.includes('on fire'))).toHaveLength(1);
    await failing.close();
  });

  test('a function from Request to Response', async () => {
    const { fetch: ask } = createRest(server.auth, { path: '/v1/auth/' });
    const asked = (path: string, init: RequestInit) => ask(new Request(`http://localhost${path}`, init));
    const body = JSON.stringify(credentials);
    const pair = await asked('/v1/auth', { method: 'POST', headers: JSON_TYPE, body });
    const { access } = (await pair.json()) as Record<string, string>;
    const headers = { authorization: `Bearer ${access}` };
    expect(await (await asked('/v1/hello/', { headers })).json()).toEqual({ message: 'Hello, alice!' });
    expect((await asked('/v1/hello/', { method: 'HEAD', headers })).status).toBe(200);
    expect((await asked('/v1/other/', {})).status).toBe(404);
    expect((await asked('/v1/auth/', { method: 'POST', headers: JSON_TYPE, body: 'x'.repeat(20_000) })).status).toBe(
      413,
    );
  });
});
