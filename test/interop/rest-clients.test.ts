import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { create, type AxiosError } from 'axios';
import { createAuthRefresh } from 'axios-auth-refresh';
import { applyAuthTokenInterceptor, getAccessToken, setAuthTokens } from 'axios-jwt';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';

const LOGIN = { username: 'alice', password: PASSWORD };

const plain = create();

let server: TestServer;
let baseURL: string;
beforeAll(async () => {
  server = await startTestServer('sqlite', { env: { REST_PATH: '/api/token/' } });
  baseURL = server.url.replace('graphql', 'api/');
});
afterAll(() => server.remove());
afterEach(() => server.clock.catchUp());

interface Pair {
  readonly access: string;
  readonly refresh: string;
}

test('axios-auth-refresh: a 401 is refreshed away, with the token pair of simplejwt', async () => {
  const client = create({ baseURL });
  let { data: tokens } = await client.post<Pair>('token/', LOGIN);
  client.interceptors.request.use((request) => {
    request.headers.set('Authorization', `Bearer ${tokens.access}`);
    return request;
  });
  let refreshes = 0;
  // Both packages have the types of axios as CommonJS, which differ from these by name alone.
  createAuthRefresh(client as never, async (failed: AxiosError) => {
    expect(failed.response?.data).toMatchObject({ code: 'token_not_valid' });
    refreshes += 1;
    const { data } = await plain.post<Pair>(`${baseURL}token/refresh/`, { refresh: tokens.refresh });
    tokens = data;
  });
  server.clock.advance(301);
  expect((await client.get<unknown>('hello/')).data).toEqual({ message: 'Hello, alice!' });
  expect(refreshes).toBe(1);
});

test('axios-jwt: its interceptor refreshes what is about to expire, and rotates', async () => {
  const client = create({ baseURL });
  const kept = new Map<string, string>();
  const getStorage = () => ({
    get: async (key: string) => kept.get(key) ?? null,
    set: async (key: string, value: string) => void kept.set(key, value),
    remove: async (key: string) => void kept.delete(key),
  });
  applyAuthTokenInterceptor(client as never, {
    getStorage,
    requestRefresh: async (refresh: string) => {
      const { data } = await plain.post<Pair>(`${baseURL}token/refresh/`, { refresh });
      return { accessToken: data.access, refreshToken: data.refresh };
    },
  });
  const { data: first } = await plain.post<Pair>(`${baseURL}token/`, LOGIN);
  await setAuthTokens({ accessToken: first.access, refreshToken: first.refresh });
  expect((await client.get<unknown>('hello/')).data).toEqual({ message: 'Hello, alice!' });
  // It goes by the claims and its own clock: an access token that has ended, by the server's earlier clock.
  await setAuthTokens({ accessToken: expired(first.access), refreshToken: first.refresh });
  expect((await client.get<unknown>('hello/')).data).toEqual({ message: 'Hello, alice!' });
  expect(await getAccessToken()).not.toBe(first.access);
});

/** The token with an `exp` in the past; nobody accepts it. */
function expired(token: string): string {
  const [header, payload = '', signature] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  const past = Buffer.from(JSON.stringify({ ...claims, exp: 1 })).toString('base64url');
  return [header, past, signature].join('.');
}

test('a client written by hand, as the documents of simplejwt show it with curl', async () => {
  const json = { 'content-type': 'application/json' };
  const post = (path: string, body: object) =>
    fetch(`${baseURL}${path}`, { method: 'POST', headers: json, body: JSON.stringify(body) });
  const pair = (await (await post('token/', LOGIN)).json()) as Pair;
  const hello = await fetch(`${baseURL}hello/`, { headers: { authorization: `Bearer ${pair.access}` } });
  expect(await hello.json()).toEqual({ message: 'Hello, alice!' });
  const { access } = (await (await post('token/refresh/', { refresh: pair.refresh })).json()) as Pair;
  expect((await post('token/verify/', { token: access })).status).toBe(200);
});
