import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { HelloDocument, SessionRevokeAllDocument, TokenObtainSlidingDocument } from '../../generated/operations.ts';
import { craft, craftAccess } from '../../support/craft.ts';
import { claimsOf, forgeForAlice } from '../../support/forge.ts';
import { helloWith, refreshWith } from '../../support/process.ts';
import { PASSWORD, startTestServer, type TestServer } from '../../support/server.ts';
import { Service } from '../../support/service.ts';
import { describeEachStore } from '../../support/stores.ts';

const INACTIVE = { active: false };

describeEachStore('introspection and revocation', (kind) => {
  let server: TestServer;
  let service: Service;
  const start = async (env: Readonly<Record<string, string>> = {}) => {
    server = await startTestServer(kind, { env });
    service = await Service.of(server);
  };
  beforeEach(() => start());
  afterEach(() => server.remove());
  const restart = async (env: Readonly<Record<string, string>>) => {
    await server.remove();
    await start(env);
  };
  const about = async (token: string) => (await service.introspect(token)).body;
  const signInSliding = async () => {
    const credentials = { username: 'alice', password: PASSWORD };
    return (await server.client.expect(TokenObtainSlidingDocument, credentials)).tokenObtainSliding.token;
  };
  const told = (token: string, more: object) => {
    const { exp, iat, jti, sid } = claimsOf(token);
    return { active: true, exp, iat, jti, sid, sub: server.alice.id, username: 'alice', ...more };
  };

  test('tell of a live token what it says, and of access tokens alone that they are bearer tokens', async () => {
    const { access, refresh } = await server.signIn();
    const answer = await service.introspect(access);
    expect(answer.body).toEqual(told(access, { token_type: 'Bearer' }));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await about(refresh)).toEqual(told(refresh, { token_type: 'N_A' }));
    const sliding = await signInSliding();
    expect(await about(sliding)).toEqual(told(sliding, { token_type: 'N_A' }));
  });

  test('take a sliding token for a bearer token where the header does, and then tell issuer and audience', async () => {
    await restart({ JWT_AUTH_TOKEN_CLASSES: 'sliding', JWT_ISSUER: 'house', JWT_AUDIENCE: 'orders,stock' });
    const sliding = await signInSliding();
    const said = { iss: 'house', aud: ['orders', 'stock'] };
    expect(await about(sliding)).toEqual(told(sliding, { token_type: 'Bearer', ...said }));
    const { access } = await server.signIn();
    expect(await about(access)).toEqual(told(access, { token_type: 'N_A', ...said }));
  });

  test('know a token that was minted elsewhere, which has no session', async () => {
    const token = craftAccess(server);
    const { exp, iat, jti } = claimsOf(token);
    const said = { token_type: 'Bearer', exp, iat, jti, sub: server.alice.id, username: 'alice' };
    expect(await about(token)).toEqual({ active: true, ...said });
  });

  test('tell of any other token that it is not active, and nothing else', async () => {
    const { access, refresh } = await server.signIn();
    const blacklisted = forgeForAlice(server, {});
    await server.auth.tokens.blacklist(blacklisted);
    const { refresh: second } = await refreshWith(server.client, refresh);
    const { refresh: successor } = await refreshWith(server.client, second);
    const [signature] = access.split('.').slice(2);
    const now = server.clock.seconds;
    const tokens = {
      'another signature': access.replace(String(signature), 'A'.repeat(43)),
      'another key': craft(claimsOf(access), { key: 'another-test-key-0123456789abcdef0123456789abcdef' }),
      'no signature': craft(claimsOf(access), { algorithm: 'none' }),
      'no token': 'abc',
      'what is no ASCII': '\u{1F600}.\0.é',
      'a long text': 'a'.repeat(9000),
      'a past end': craftAccess(server, { exp: now - 1 }),
      'a start to come': craftAccess(server, { nbf: now + 60 }),
      'an unknown type': craftAccess(server, { token_type: 'magic' }),
      'no type': craftAccess(server, { token_type: undefined }),
      'no jti': craftAccess(server, { jti: undefined }),
      'no user': craftAccess(server, { user_id: undefined }),
      'an unknown user': craftAccess(server, { user_id: 'nobody' }),
      'an unknown session': craftAccess(server, { sid: 'nothing' }),
      'a user object': craftAccess(server, { user_id: { $ne: null } }),
      'the blacklist': blacklisted,
      'a superseded one': refresh,
    };
    for (const [what, token] of Object.entries(tokens)) {
      const { status, body } = await service.introspect(token);
      expect({ what, status, body }).toEqual({ what, status: 200, body: INACTIVE });
    }
    expect(await about(access)).toHaveProperty('active', true);
    expect(await about(successor ?? '')).toHaveProperty('active', true);
    server.clock.advance(301);
    expect(await about(access)).toEqual(INACTIVE);
  });

  test('tell so of tokens of another issuer and for another audience', async () => {
    await restart({ JWT_ISSUER: 'house', JWT_AUDIENCE: 'orders' });
    const said = { iss: 'house', aud: 'orders' };
    expect(await about(craftAccess(server, said))).toMatchObject({ active: true, ...said });
    for (const wrong of [{ iss: 'elsewhere' }, { aud: 'stock' }, { iss: undefined }, { aud: undefined }]) {
      expect(await about(craftAccess(server, { ...said, ...wrong }))).toEqual(INACTIVE);
    }
  });

  test.each([
    ['one name', 'orders', { aud: 'orders' }],
    ['several names', ['orders', 'stock'], { aud: ['orders', 'stock'] }],
    ['a number', 7, {}],
    ['an object', { orders: true }, {}],
    ['null', null, {}],
    ['names and a number', ['orders', 7], {}],
  ])('tell of the audience of a token from elsewhere where it is names: %s', async (_what, aud, said) => {
    const { active, aud: told } = (await about(craftAccess(server, { aud }))) as { active: boolean; aud?: unknown };
    expect({ active, ...(told !== undefined && { aud: told }) }).toEqual({ active: true, ...said });
  });

  test('tell so at once of revoked sessions and of disabled users, also where authentication is stateless', async () => {
    await restart({ JWT_AUTHENTICATION: 'stateless' });
    const revoked = await server.signIn();
    await server.client.expect(SessionRevokeAllDocument, {}, { token: revoked.access });
    const disabled = await server.signIn();
    const alone = craftAccess(server);
    expect(await about(disabled.access)).toHaveProperty('active', true);
    await server.auth.users.setActive(server.alice.id, false);
    for (const token of [revoked.access, revoked.refresh, disabled.access, disabled.refresh, alone]) {
      expect(await about(token)).toEqual(INACTIVE);
    }
    expect(await server.client.expect(HelloDocument, {}, { token: revoked.access })).toBeDefined();
  });

  test.each(['access', 'refresh'] as const)('end the session of an %s token, once', async (type) => {
    const [pair, other] = [await server.signIn(), await server.signIn()];
    const first = await service.revoke(pair[type]);
    expect({ status: first.status, body: first.body }).toEqual({ status: 200, body: null });
    expect(first.headers.get('cache-control')).toBe('no-store');
    expect(await helloWith(server.client, pair.access)).toBe('session_revoked');
    expect(await refreshWith(server.client, pair.refresh)).toMatchObject({ reason: 'token_blacklisted' });
    const { revokedAt, revokedReason } = (await server.auth.sessions.find(String(claimsOf(pair.access)['sid']))) ?? {};
    expect({ revokedAt, revokedReason }).toEqual({
      revokedAt: new Date(server.clock.read()),
      revokedReason: 'signed_out',
    });
    expect((await service.revoke(pair[type])).status).toBe(200);
    expect(await helloWith(server.client, other.access)).toBe('Hello, alice!');
  });

  test('end the session of a sliding token, and the blacklistable tokens that have none', async () => {
    const sliding = await signInSliding();
    const alone = ['refresh', 'sliding'].map((type) => forgeForAlice(server, { token_type: type }));
    for (const token of [sliding, ...alone]) {
      expect(await about(token)).toHaveProperty('active', true);
      expect((await service.revoke(token)).status).toBe(200);
      expect(await about(token)).toEqual(INACTIVE);
    }
  });

  test('end the session of a superseded refresh token, which two parties hold', async () => {
    const { access, refresh } = await server.signIn();
    await refreshWith(server.client, (await refreshWith(server.client, refresh)).refresh);
    expect((await service.revoke(refresh)).status).toBe(200);
    const session = await server.auth.sessions.find(String(claimsOf(access)['sid']));
    expect(session).toMatchObject({ revokedReason: 'reused' });
  });

  test('tell no issuer and no audience that are none', async () => {
    const answer = await about(craftAccess(server, { iss: 5, aud: [7] }));
    expect(answer).toMatchObject({ active: true });
    expect(answer).not.toHaveProperty('iss');
    expect(answer).not.toHaveProperty('aud');
  });

  test('have nothing to end of tokens that are no good', async () => {
    const { access } = await server.signIn();
    const forged = craft(claimsOf(access), { key: 'another-test-key-0123456789abcdef0123456789abcdef' });
    const expired = craft({ ...claimsOf(access), exp: server.clock.seconds - 1 });
    for (const token of ['abc', forged, expired, craftAccess(server, { sid: 'nothing' })]) {
      expect((await service.revoke(token)).status).toBe(200);
    }
    expect(await helloWith(server.client, access)).toBe('Hello, alice!');
  });

  test('say so where they cannot end a token', async () => {
    for (const token of [craftAccess(server), craftAccess(server, { token_type: 'magic' })]) {
      const { status, body } = await service.revoke(token);
      expect(status).toBe(400);
      expect(body).toEqual({ error: 'unsupported_token_type', error_description: expect.stringMatching(/\w\.$/) });
    }
  });

  test('S39: answer 503 while the store is gone, and tell nothing of the token', async () => {
    const { access } = await server.signIn();
    await server.auth.close();
    for (const path of ['/oauth/introspect', '/oauth/revoke']) {
      const { status, headers, body } = await service.post(path, new URLSearchParams({ token: access }));
      expect({ status, retryAfter: headers.get('retry-after') }).toEqual({ status: 503, retryAfter: '1' });
      expect(body).toEqual({
        error: 'temporarily_unavailable',
        error_description: 'The service is temporarily unavailable. Try again in a moment.',
      });
    }
  });
});
