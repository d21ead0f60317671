import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  HelloDocument,
  TokenObtainPairDocument,
  TokenObtainSlidingDocument,
  TokenRefreshDocument,
  UserRegisterDocument,
} from '../generated/operations.ts';
import { forge } from '../support/forge.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';
import { describeEachStore } from '../support/stores.ts';

const HUGE = 'x'.repeat(10_000);

describeEachStore('bad input', (kind) => {
  let server: TestServer;
  let failures = 0;
  beforeAll(async () => {
    const onLoginFailed = () => {
      failures += 1;
    };
    server = await startTestServer(kind, { env: { REGISTRATION: 'on' }, hooks: { onLoginFailed } });
  });
  afterAll(() => server.remove());

  const OBTAIN =
    'mutation ($username: String!, $password: String!) { tokenObtainPair(username: $username, password: $password) { access } }';

  test.each<[string, unknown]>([
    ['a missing argument', { username: 'alice' }],
    ['null', { username: 'alice', password: null }],
    ['a number', { username: 'alice', password: 12345678 }],
    ['an operator object', { username: 'alice', password: { $gt: '' } }],
    ['a list', { username: ['alice'], password: PASSWORD }],
  ])('S35: %s where text is due is refused before anything runs', async (_name, variables) => {
    const before = failures;
    const { status, data, errors } = await server.client.sendRaw({ query: OBTAIN, variables });
    expect(status).toBe(400);
    expect(data).toBeNull();
    expect(errors[0]?.extensions['code']).toBe('BAD_USER_INPUT');
    expect(failures).toBe(before);
  });

  test.each([
    ['an empty username', { username: '', password: PASSWORD }, 'username'],
    ['a username of 10,000 characters', { username: HUGE, password: PASSWORD }, 'username'],
    ['a NUL in the username', { username: 'ali\0ce', password: PASSWORD }, 'username'],
    ['an empty password', { username: 'alice', password: '' }, 'password'],
    ['a password of 10,000 characters', { username: 'alice', password: HUGE }, 'password'],
    ['a NUL in the password', { username: 'alice', password: `${PASSWORD}\0` }, 'password'],
    ['half a character', { username: 'alice', password: 'wonderland\ud83d' }, 'password'],
  ])('%s is refused without computing a hash', async (_name, variables, field) => {
    const before = failures;
    const pair = await server.client.send(TokenObtainPairDocument, variables);
    const sliding = await server.client.send(TokenObtainSlidingDocument, variables);
    for (const { errors } of [pair, sliding])
      expect(errors[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', reason: 'invalid_input', field });
    expect(failures).toBe(before);
  });

  test.each([
    ['a word', 'token'],
    ['10,000 characters', HUGE],
    ['10,000 dots', '.'.repeat(10_000)],
    ['a NUL', 'a.b\0.c'],
    ['three empty objects', 'e30.e30.e30'],
    ['a header that is a text', 'Ingi.e30.x'],
    ['a header that is a number', 'MQ.e30.x'],
    ['a header that is null', 'bnVsbA.e30.x'],
    ['JSON that is none', `${Buffer.from('{"alg":"HS256"').toString('base64url')}.e30.e30`],
  ])('S9 S10: %s in place of a token is refused', async (_name, token) => {
    const refreshed = await server.client.send(TokenRefreshDocument, { refresh: token });
    expect(refreshed.errors[0]).toMatchObject({
      message: 'Token is invalid',
      extensions: { code: 'UNAUTHENTICATED', reason: 'token_not_valid' },
    });
    if (token.includes('\0')) return;
    const hello = await server.client.send(HelloDocument, {}, { token });
    expect(hello.errors[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'token_not_valid' });
  });

  test('S9 S32: a body of a megabyte is refused', async () => {
    const { status, errors } = await server.client.send(TokenRefreshDocument, { refresh: 'x'.repeat(1_000_000) });
    expect(status).toBe(413);
    expect(errors[0]?.extensions['code']).toBe('BAD_REQUEST');
  });

  test('S32: a document of thousands of fields is refused while it is parsed', async () => {
    const fields = Array.from({ length: 500 }, (_, index) => `a${index}: hello`).join(' ');
    const { status, errors } = await server.client.sendRaw({ query: `{ ${fields} }` });
    expect(status).toBe(400);
    expect(errors[0]?.extensions['code']).toBe('GRAPHQL_PARSE_FAILED');
  });

  test('a subscription is a 400', async () => {
    const { status, errors } = await server.client.sendRaw({ query: 'subscription { sessionEvents { id } }' });
    expect(status).toBe(400);
    expect(errors).toEqual([
      expect.objectContaining({
        message: 'Subscriptions need a WebSocket at this address, with the protocol graphql-transport-ws.',
        extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
      }),
    ]);
  });

  test.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'S10: a well-signed token with a claim named %s is refused before it is used up',
    async (claim) => {
      const exp = server.clock.seconds + 60;
      const claims = { token_type: 'refresh', exp, jti: claim, user_id: server.alice.id };
      const odd = JSON.parse(`${JSON.stringify(claims).slice(0, -1)},"${claim}":1}`) as typeof claims;
      const { errors } = await server.client.send(TokenRefreshDocument, { refresh: forge(odd) });
      expect(errors[0]?.extensions['reason']).toBe('token_not_valid');
    },
  );

  test.each([
    ['nonsense', '{"query":'],
    ['a batch', [{ query: '{ hello }' }]],
    ['no query', {}],
  ])('%s as a body is a 400 in JSON', async (_name, body) => {
    const { status, errors } = await server.client.sendRaw(body);
    expect(status).toBe(400);
    expect(errors[0]?.extensions['code']).toBe('BAD_REQUEST');
  });

  test('the same name in another case or Unicode form is the same account, with the spelling first given', async () => {
    const { userRegister } = await server.client.expect(UserRegisterDocument, {
      username: 'Straße.ﬁn',
      password: PASSWORD,
    });
    expect(userRegister.username).toBe('Straße.fin');
    for (const username of ['STRASSE.FIN', 'strasse.ﬁn', 'straße.fin']) {
      const signedIn = await server.client.send(TokenObtainPairDocument, { username, password: PASSWORD });
      expect(signedIn.errors).toEqual([]);
      const taken = await server.client.send(UserRegisterDocument, { username, password: PASSWORD });
      expect(taken.errors[0]?.extensions).toMatchObject({ reason: 'username_taken', field: 'username' });
    }
  });
});
