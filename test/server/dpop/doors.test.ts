import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BoundClient } from '../../support/bound-client.ts';
import { PASSWORD, startTestServer, type TestServer } from '../../support/server.ts';
import { EVENTS, TestSocket } from '../../support/sockets.ts';

const ORIGIN = 'https://app.example.com';

describe.each(['optional', 'required'])('beside GraphQL over POST, with keys that are %s', (mode) => {
  let server: TestServer;
  let client: BoundClient;
  beforeAll(async () => {
    server = await startTestServer('sqlite', {
      env: { JWT_DPOP: mode, JWT_DPOP_NONCE: 'off', REST_PATH: '/api/token/', CORS_ORIGINS: ORIGIN },
    });
    client = new BoundClient(server);
  });
  afterAll(() => server.remove());

  describe("simplejwt's addresses", () => {
    const at = (path: string) => new URL(path, server.url).href;
    const ask = async (path: string, body: object | null, headers: Record<string, string>) => {
      const method = body === null ? 'GET' : 'POST';
      const type = { 'content-type': 'application/json' };
      const init = { method, headers: { ...type, ...headers }, ...(body && { body: JSON.stringify(body) }) };
      const answer = await fetch(at(path), init);
      return {
        status: answer.status,
        challenge: answer.headers.get('www-authenticate'),
        body: (await answer.json()) as Record<string, string>,
      };
    };
    const proofAt = (path: string, method = 'POST', token?: string) =>
      client.proof({ url: at(path), method, ...(token !== undefined && { token }) });

    test('sign in, refresh and guard with a proof for their own address', async () => {
      const credentials = { username: 'alice', password: PASSWORD };
      const { body } = await ask('/api/token/', credentials, { dpop: proofAt('/api/token/') });
      const { access = '', refresh = '' } = body;
      const hello = (dpop: string, scheme = 'DPoP') =>
        ask('/api/hello/', null, { authorization: `${scheme} ${access}`, dpop });
      const path = '/api/token/refresh/';
      expect(await hello(proofAt('/api/hello/', 'GET', access))).toMatchObject({ status: 200 });
      expect(await ask(path, { refresh }, { dpop: proofAt(path) })).toMatchObject({ status: 200 });
      const refused = { status: 401, challenge: expect.stringContaining('error="invalid_dpop_proof"') as unknown };
      expect(await hello(proofAt('/api/hello/', 'GET', access), 'Bearer')).toMatchObject(refused);
      expect(await hello(proofAt('/api/token/', 'GET', access))).toMatchObject(refused);
      expect(await hello(client.proof({ token: access, method: 'GET' }))).toMatchObject(refused);
      expect(await ask(path, { refresh }, {})).toMatchObject(refused);
      expect(await ask(path, { refresh }, { dpop: client.proof() })).toMatchObject(refused);
    });

    test('say which schemes there are to who is not signed in', async () => {
      const { challenge } = await ask('/api/hello/', null, {});
      const dpop = 'DPoP realm="api", algs="ES256 EdDSA Ed25519 PS256 PS384 PS512 RS256 RS384 RS512"';
      expect(challenge).toBe(mode === 'required' ? dpop : `Bearer realm="api", ${dpop}`);
      expect((await server.client.sendRaw({ query: '{ hello }' })).headers.get('www-authenticate')).toBe(challenge);
    });
  });

  describe('sockets', () => {
    const open = async (payload: Record<string, string>) => {
      const socket = new TestSocket(server.url);
      await new Promise((resolve) => socket.raw.once('open', resolve));
      socket.send({ type: 'connection_init', payload });
      return socket;
    };
    const proofFor = (token: string, facts = {}) => client.proof({ method: 'GET', token, ...facts });

    test('are opened with a proof, which counts for all that they carry', async () => {
      const { access } = await client.signIn();
      const socket = await open({ Authorization: `DPoP ${access}`, DPoP: proofFor(access) });
      expect(await socket.next()).toEqual({ type: 'connection_ack' });
      for (const id of ['1', '2'])
        socket.subscribe(EVENTS, { id, variables: { since: new Date(server.clock.read()).toISOString() } });
      await client.signIn();
      expect(await socket.event()).toMatchObject({ kind: 'BEGAN' });
      expect(await socket.event()).toMatchObject({ kind: 'BEGAN' });
      await socket.close();
    });

    test('are closed with the reason where there is none, a used one, or a bad one', async () => {
      const { access } = await client.signIn();
      const authorization = `DPoP ${access}`;
      const used = proofFor(access);
      await (await open({ authorization, dpop: used })).next();
      const cases: readonly (readonly [string, Record<string, string>])[] = [
        ['dpop_proof_required', { authorization }],
        ['dpop_proof_required', { authorization: `Bearer ${access}`, dpop: proofFor(access) }],
        ['dpop_proof_not_valid', { authorization, dpop: used }],
        ['dpop_proof_not_valid', { authorization, dpop: client.proof({ token: access }) }],
        ['dpop_proof_not_valid', { authorization, dpop: proofFor('another token') }],
        ['dpop_proof_not_valid', { authorization, dpop: proofFor(access, { url: 'http://evil.example/graphql' }) }],
        [
          'dpop_proof_not_valid',
          { authorization, dpop: new BoundClient(server).proof({ method: 'GET', token: access }) },
        ],
      ];
      for (const [reason, payload] of cases) {
        expect(await (await open(payload)).closed).toEqual({ code: 4403, reason });
      }
    });

    test('end with their session', async () => {
      const { access, refresh } = await client.signIn();
      const socket = await open({ authorization: `DPoP ${access}`, dpop: proofFor(access) });
      expect(await socket.next()).toEqual({ type: 'connection_ack' });
      await server.auth.tokens.blacklist(refresh);
      expect(await socket.closed).toEqual({ code: 4403, reason: 'session_revoked' });
    });
  });

  test('pages of other origins may send a proof, and read what refuses one', async () => {
    const preflight = await fetch(server.url, {
      method: 'OPTIONS',
      headers: {
        origin: ORIGIN,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,dpop',
      },
    });
    expect(preflight.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('dpop');
    const { headers } = await client.obtain({ headers: { origin: ORIGIN } });
    expect(headers.get('access-control-expose-headers')).toBe('DPoP-Nonce, WWW-Authenticate, Date');
  });
});

test('where it is off, a proof and its scheme mean nothing, and answers are as before', async () => {
  const server = await startTestServer('sqlite', { env: { CORS_ORIGINS: ORIGIN } });
  try {
    const client = new BoundClient(server);
    const { access } = await client.signIn({ proof: 'nonsense' });
    expect((await server.client.sendRaw({ query: '{ hello }' }, { token: access })).errors).toEqual([]);
    const answer = await client.hello(access, { headers: { origin: ORIGIN } });
    expect(answer.errors).toMatchObject([{ extensions: { reason: 'not_authenticated' } }]);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="api"');
    expect(answer.headers.get('access-control-expose-headers')).toBeNull();
    expect(server.auth.rooms.dpop).toBeUndefined();
  } finally {
    await server.remove();
  }
});
