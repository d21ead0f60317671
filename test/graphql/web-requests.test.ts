import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createYoga, type YogaServerInstance } from 'graphql-yoga';
import { buildSchema } from 'type-graphql';
import type { SettingsInput } from '../../src/contracts/settings/settings-table.ts';
import { createAuth, type Auth } from '../../src/graphql/auth.ts';
import type { AuthContext, ContextInput } from '../../src/graphql/context.ts';
import { createTokenVerifier } from '../../src/verifier/index.ts';
import { COOKIE } from '../support/page.ts';
import { PASSWORD, TEST_KEY } from '../support/server.ts';
import { newPlace, type Place } from '../support/stores.ts';

const URL_OF_API = 'https://api.example.com/graphql';
const SIGN_IN = `mutation { tokenObtainPair(username: "alice", password: "${PASSWORD}") { access refresh } }`;

describe('a request of the Fetch API', () => {
  let auth: Auth;
  let place: Place;
  let access: string;
  let yoga: YogaServerInstance<object, AuthContext>;
  let written: string[];

  const open = async (options: SettingsInput = {}, more: Omit<ContextInput, 'req'> = {}) => {
    place = newPlace('sqlite');
    auth = await createAuth({ signingKey: TEST_KEY, passwordHashCost: 4, ...place.options, ...options });
    const alice = await auth.users.create({ username: 'alice', password: PASSWORD });
    access = (await auth.tokens.forUser(alice)).access.token;
    const schema = await buildSchema({ resolvers: auth.resolvers, authChecker: auth.guard, validate: false });
    yoga = createYoga({
      schema,
      logging: false,
      context: ({ request }) => auth.context({ req: request, ...more }),
    });
  };
  beforeEach(() => void (written = []));
  afterEach(async () => {
    await auth.close();
    await place.remove();
  });
  const setCookie = (cookie: string) => written.push(cookie);
  const ask = async (query: string, headers: Record<string, string> = {}) => {
    const asked = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
    const answer = await yoga.fetch(URL_OF_API, { ...asked, body: JSON.stringify({ query }) });
    return (await answer.json()) as { data: Record<string, never>; errors?: { message: string; extensions: object }[] };
  };

  test('is let in by its header, and refused with the reason', async () => {
    await open();
    expect(await ask('{ hello }', { Authorization: `Bearer ${access}` })).toEqual({ data: { hello: 'Hello, alice!' } });
    const twice = await ask('{ hello }', { Authorization: `Bearer ${access}, Bearer ${access}` });
    expect(twice.errors?.[0]?.extensions).toMatchObject({ reason: 'bad_authorization_header' });
    expect((await ask('{ hello }')).errors?.[0]?.extensions).toMatchObject({ reason: 'not_authenticated' });
  });

  test.each([
    ['203.0.113.7:443', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['unknown', null],
    [null, null],
  ])('comes from the address that the host gives: %s', async (ip, ipAddress) => {
    await open({}, { ip });
    await ask(SIGN_IN, { 'user-agent': 'lambda' });
    const alice = await auth.users.findByUsername('alice');
    const [session] = await auth.sessions.list(alice?.id ?? '');
    expect(session).toMatchObject({ userAgent: 'lambda', ipAddress });
  });

  test('has the address that the host gives before its own', async () => {
    await open();
    const req = { headers: {}, ip: '192.0.2.1', socket: { remoteAddress: '192.0.2.2' } };
    expect((await auth.context({ req, ip: '192.0.2.3' })).auth.client.ipAddress).toBe('192.0.2.3');
    expect((await auth.context({ req, ip: undefined })).auth.client.ipAddress).toBe('192.0.2.1');
  });

  test('S40: has its refresh token in a cookie that a function sets, and is known by it', async () => {
    await open({ refreshCookie: true }, { setCookie });
    const origin = { origin: 'https://api.example.com' };
    expect(await ask(SIGN_IN, origin)).toMatchObject({ data: { tokenObtainPair: { refresh: null } } });
    expect(written).toEqual([expect.stringMatching(/^__Host-.*; Path=\/; .*; HttpOnly; Secure; SameSite=Strict$/)]);
    const cookie = written[0]?.split(';')[0] ?? '';
    const refreshed = await ask('mutation { tokenRefresh { access refresh } }', { ...origin, cookie });
    expect(refreshed).toMatchObject({ data: { tokenRefresh: { refresh: null } } });
    expect(written).toHaveLength(2);
    const next = written[1]?.split(';')[0] ?? '';
    await ask('mutation { tokenBlacklist { jti } }', { ...origin, cookie: next });
    expect(written[2]).toMatch(new RegExp(`^${COOKIE}=; `));
  });

  test('S40: is refused in cookie mode where its page is of another origin, by its Host or by its URL', async () => {
    await open({ refreshCookie: true }, { setCookie });
    const refused = [{ extensions: { code: 'FORBIDDEN', reason: 'origin_not_allowed' } }];
    expect((await ask(SIGN_IN, { origin: 'https://evil.example' })).errors).toMatchObject(refused);
    const elsewhere = { origin: 'https://api.example.com', host: 'other.example.com' };
    expect((await ask(SIGN_IN, elsewhere)).errors).toMatchObject(refused);
    expect(written).toEqual([]);
  });

  test('is let in by the verifier too', async () => {
    await open();
    const verifier = createTokenVerifier({ key: TEST_KEY, algorithms: ['HS256'] });
    const req = new Request(URL_OF_API, { headers: { authorization: `Bearer ${access}` } });
    const { user } = await (await verifier.context({ req })).auth.authenticate();
    expect(user.id).toBe((await auth.users.findByUsername('alice'))?.id);
  });

  test('counts header names in any case, as the events of Lambda have them, and chooses none of two', async () => {
    await open();
    const authenticate = async (headers: Record<string, unknown>) =>
      (await auth.context({ req: { headers } })).auth.authenticate();
    const Authorization = `Bearer ${access}`;
    expect((await authenticate({ Authorization })).user).toMatchObject({ username: 'alice' });
    await expect(authenticate({ Authorization, AUTHORIZATION: Authorization })).rejects.toMatchObject({
      extensions: { reason: 'bad_authorization_header' },
    });
  });

  test('is asked for where it was left out', async () => {
    await open();
    const nothing = {} as ContextInput;
    await expect(auth.context(nothing)).rejects.toThrow('got no req, expected the request');
  });
});
