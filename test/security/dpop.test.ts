import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { settingsFromEnvironment } from '../../src/contracts/settings/settings.ts';
import { startServer, type RunningServer } from '../../src/server/server.ts';
import { BoundClient, refusalIn, type BoundOptions } from '../support/bound-client.ts';
import { makeProof, newClientKey, type ProofChanges } from '../support/proofs.ts';
import { startTestServer, TEST_KEY, type TestServer } from '../support/server.ts';
import { describeEachStore } from '../support/stores.ts';

const PUBLIC = 'https://api.example.com/auth';
const ADDRESS = `${PUBLIC}/graphql`;
const HTU = { facts: { url: ADDRESS } };

describeEachStore('a proof that was used', (kind) => {
  let server: TestServer;
  let other: RunningServer;
  let client: BoundClient;
  beforeAll(async () => {
    const env = { JWT_DPOP: 'optional', PUBLIC_URL: PUBLIC };
    server = await startTestServer(kind, { env });
    const settings = { NODE_ENV: 'test', PORT: '0', LOG_LEVEL: 'silent', JWT_SIGNING_KEY: TEST_KEY, ...env };
    // A further process, as far as the store can tell: with a connection, or a handle on the file, of its own.
    other = await startServer({
      settings: settingsFromEnvironment({ ...settings, ...server.place.env }),
      clock: server.clock.read,
    });
    client = new BoundClient(server);
  });
  afterAll(async () => {
    await other.close();
    await server.remove();
  });
  const used = { reason: 'dpop_proof_not_valid', check: 'jti' };
  const helloAt = async (url: string, access: string, proof: string) => {
    const headers = { 'content-type': 'application/json', authorization: `DPoP ${access}`, dpop: proof };
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query: '{ hello }' }) });
    const { errors = [] } = (await answer.json()) as { errors?: { extensions: Record<string, unknown> }[] };
    return errors[0]?.extensions ?? null;
  };

  test('is refused, here and by another process, also beside another operation', async () => {
    const { access, refresh } = await client.signIn(HTU);
    const proof = client.proof({ url: ADDRESS, token: access });
    expect(await helloAt(server.url, access, proof)).toBeNull();
    for (const url of [server.url, other.url]) expect(await helloAt(url, access, proof)).toMatchObject(used);
    expect(refusalIn(await client.refresh(refresh, { proof }))).toMatchObject(used);
  });

  test('is refused in another document, with another signature, and with other claims beside its jti', async () => {
    const { access } = await client.signIn(HTU);
    const jti = { claims: { jti: 'once and only' } };
    const proof = () => client.proof({ url: ADDRESS, token: access }, jti);
    expect(await helloAt(server.url, access, proof())).toBeNull();
    server.clock.advance(1);
    expect(await helloAt(other.url, access, proof())).toMatchObject(used);
    // The name is one of its key: another client may have made the same.
    const stranger = new BoundClient(server);
    expect(refusalIn(await stranger.obtain({ ...HTU, changes: jti }))).toBeNull();
  });

  test('of fifty requests at once, over both, lets exactly one in', async () => {
    const { access } = await client.signIn(HTU);
    const proof = client.proof({ url: ADDRESS, token: access });
    const urls = Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? server.url : other.url));
    const answers = await Promise.all(urls.map((url) => helloAt(url, access, proof)));
    expect(answers.filter((answer) => answer === null).length).toBe(1);
    expect(answers.filter((answer) => answer !== null)).toEqual(Array(49).fill(expect.objectContaining(used)));
  });

  test('is forgotten when it has expired, and refused by its time then', async () => {
    const { access } = await client.signIn(HTU);
    const proof = client.proof({ url: ADDRESS, token: access });
    expect(await helloAt(server.url, access, proof)).toBeNull();
    server.clock.advance(30);
    await server.flush();
    expect(await helloAt(server.url, access, proof)).toMatchObject(used); // it would still be in time
    server.clock.advance(40);
    expect(await helloAt(server.url, access, proof)).toMatchObject({ check: 'iat' });
    await server.flush();
    await other.flush();
    expect(await helloAt(other.url, access, proof)).toMatchObject({ check: 'iat' });
  });
});

describe('a hostile proof, as a server answers it', () => {
  let server: TestServer;
  let client: BoundClient;
  let access: string;
  beforeAll(async () => {
    server = await startTestServer('sqlite', {
      env: { JWT_DPOP: 'optional', PUBLIC_URL: `${PUBLIC}, https://b.example/` },
    });
    client = new BoundClient(server);
    ({ access } = await client.signIn(HTU));
  });
  afterAll(() => server.remove());
  const invalid = 'DPoP realm="api", error="invalid_dpop_proof", algs="ES256 ';

  const BENT: readonly (readonly [check: string, changes: ProofChanges])[] = [
    ['typ', { header: { typ: 'JWT' } }],
    ['alg', { header: { alg: 'none' } }],
    ['jwk', { header: { jwk: { kty: 'oct', k: 'AA' } } }],
    ['signature', { signer: newClientKey() }],
    ['htm', { claims: { htm: 'GET' } }],
    ['htu', { claims: { htu: 'https://evil.example/graphql' } }],
    ['iat', { claims: { iat: 1 } }],
    ['jti', { claims: { jti: ['a'] } }],
    ['ath', { claims: { ath: 'other' } }],
    ['format', { claims: '{' }],
  ];
  test.each(BENT)('is refused for its %s, on both roads alike', async (check, changes) => {
    const roads = ['application/json', 'Application/JSON']; // the latter is Apollo Server's
    const answers = [];
    for (const type of roads) {
      const options = { ...HTU, changes, headers: { 'content-type': type } };
      await client.hello(access, { ...HTU, headers: { 'content-type': type } });
      const { status, headers, errors } = await client.hello(access, options);
      expect(status).toBe(200);
      expect(headers.get('www-authenticate')).toContain(invalid);
      expect(errors[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'dpop_proof_not_valid', check });
      answers.push(errors);
    }
    expect(answers[0]).toEqual(answers[1]);
  });

  test('says what the server knows of the time, so that a client can compare clocks', async () => {
    for (const iat of [server.clock.seconds - 61, server.clock.seconds + 6]) {
      const answer = await client.hello(access, { ...HTU, changes: { claims: { iat } } });
      expect(refusalIn(answer)).toEqual({
        code: 'UNAUTHENTICATED',
        reason: 'dpop_proof_not_valid',
        check: 'iat',
        serverTime: new Date(server.clock.read()).toISOString(),
      });
    }
    for (const iat of [server.clock.seconds - 59, server.clock.seconds + 5]) {
      expect(refusalIn(await client.hello(access, { ...HTU, changes: { claims: { iat } } }))).toBeNull();
    }
  });

  test('is for the public address of the server, by PUBLIC_URL, whatever Host a request names', async () => {
    const outcomeOf = async (url: string) => refusalIn(await client.hello(access, { facts: { url } }));
    for (const url of [ADDRESS, 'HTTPS://API.example.com:443/auth/./graphql?a#b', 'https://b.example/graphql']) {
      expect(await outcomeOf(url)).toBeNull();
    }
    const elsewhere = [server.url, 'https://api.example.com/graphql', `${ADDRESS}/`, 'https://b.example//graphql'];
    for (const url of elsewhere) expect(await outcomeOf(url)).toMatchObject({ check: 'htu' });
  });

  /** As it goes over the wire: fetch would join or refuse such headers. */
  const raw = (headers: readonly string[], path = '/graphql') =>
    new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      const { port } = new URL(server.url);
      const own = ['host', `127.0.0.1:${port}`, 'content-type', 'application/json'];
      const sent = httpRequest(
        { port, path, method: 'POST', agent: false, headers: [...own, ...headers] as never },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          response.on('end', () => resolve({ status: response.statusCode, text }));
        },
      );
      sent.on('error', reject).end(JSON.stringify({ query: '{ hello }' }));
    });
  const proof = () => client.proof({ url: ADDRESS, token: access });

  test('is refused where the header is there twice, though each of the two is good', async () => {
    const one = proof();
    for (const [first, second] of [
      [proof(), proof()],
      [one, one],
      [one, ''],
      ['', one],
    ] as const) {
      const { status, text } = await raw(['authorization', `DPoP ${access}`, 'DPoP', first, 'dpop', second]);
      expect(status).toBe(200);
      expect(text).toContain('"check":"format"');
    }
    expect((await raw(['authorization', `DPoP ${access}`, 'DPoP', one])).text).toContain('Hello');
  });

  test.each([
    ['empty', ''],
    ['of 5,000 characters', 'a.'.repeat(2500)],
    ['of other characters', 'é\u00ff.b.c'],
    ['a quoted proof', '"a.b.c"'],
    ['of dots', '.'.repeat(3000)],
  ])('is refused where the header is %s', async (_name, text) => {
    const { status, text: answer } = await raw(['authorization', `DPoP ${access}`, 'DPoP', text]);
    expect(status).toBe(200);
    expect(answer).toContain('"check":"format"');
  });

  test('longer than the headers of a request may be is refused by the server itself', async () => {
    const { status } = await raw(['authorization', `DPoP ${access}`, 'DPoP', 'a'.repeat(20_000)]);
    expect(status).toBe(431);
  });

  test('is compared with the path of a target that is a whole URL', async () => {
    const { text } = await raw(['authorization', `DPoP ${access}`, 'DPoP', proof()], 'http://evil.example/graphql?x');
    expect(text).toContain('Hello');
  });

  test.each<[string, BoundOptions]>([
    ['no token', { headers: { authorization: 'DPoP' } }],
    ['two tokens', { headers: { authorization: 'DPoP a b' } }],
    ['a token that is none', { headers: { authorization: 'DPoP a.b.c' } }],
    ['a forged token', { headers: { authorization: `DPoP ${'a'.repeat(20)}.b.c` } }],
  ])('beside %s does not help', async (_name, options) => {
    const answer = await client.hello(access, { ...HTU, ...options });
    expect(refusalIn(answer)).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(refusalIn(answer)?.['reason']).toMatch(/^(bad_authorization_header|token_not_valid)$/);
  });

  test('is checked where it comes with GET, for that method', async () => {
    const url = `${server.url}?query=${encodeURIComponent('{ hello }')}`;
    const get = async (dpop: string) => {
      const headers = { 'apollo-require-preflight': 'x', authorization: `DPoP ${access}`, dpop };
      return (await (await fetch(url, { headers })).json()) as object;
    };
    const facts = { url: ADDRESS, token: access };
    expect(await get(client.proof({ ...facts, method: 'GET' }))).toEqual({ data: { hello: 'Hello, alice!' } });
    expect(await get(client.proof(facts))).toMatchObject({ errors: [{ extensions: { check: 'htm' } }] });
  });

  test('does not let a batch in', async () => {
    const headers = { authorization: `DPoP ${access}`, dpop: proof() };
    const answer = await server.client.sendRaw([{ query: '{ hello }' }, { query: '{ hello }' }], { headers });
    expect(answer.status).toBe(400);
  });

  test('that was made for one server does not count at another, though a client of it relays it', async () => {
    const local = await startTestServer('sqlite', { env: { JWT_DPOP: 'optional' } });
    try {
      // Without PUBLIC_URL, outside production, the Host of the request is believed.
      const own = new BoundClient(local, client.key);
      const { access: ofLocal } = await own.signIn();
      expect(refusalIn(await own.hello(ofLocal))).toBeNull();
      const foreign = makeProof(client.key, { url: ADDRESS, now: local.clock.seconds, token: ofLocal });
      expect(refusalIn(await own.hello(ofLocal, { proof: foreign }))).toMatchObject({ check: 'htu' });
    } finally {
      await local.remove();
    }
  });
});
