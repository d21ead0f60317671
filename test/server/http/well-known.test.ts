import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { keeperOf, until } from '../../support/ring.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let folder: string;
let server: TestServer;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simplejwt-ring-'));
});
afterEach(async () => {
  await server.remove();
  rmSync(folder, { recursive: true });
});
const start = async (env: Readonly<Record<string, string>> = {}) => (server = await startTestServer('sqlite', { env }));
const startWithRing = (env = {}) => start({ JWT_SIGNING_KEY: '', JWT_KEYS_DIR: folder, ...env });
const get = (path: string, headers: Readonly<Record<string, string>> = {}) =>
  fetch(new URL(path, server.url), { headers });
const KEY_SET = '/.well-known/jwks.json';
const METADATA = '/.well-known/oauth-authorization-server';
const pemOf = () =>
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

interface KeySet {
  readonly keys: readonly Readonly<Record<string, unknown>>[];
}
const keySet = async () => (await (await get(KEY_SET)).json()) as KeySet;

describe('the published keys', () => {
  const COMMON = ['alg', 'kid', 'kty', 'use'];

  test.each([
    ['RS512', ['e', 'n']],
    ['PS256', ['e', 'n']],
    ['ES384', ['crv', 'x', 'y']],
  ] as const)('S8: of %s have their public members and no other', async (algorithm, members) => {
    const { kid } = await keeperOf(folder).generate(algorithm);
    await startWithRing();
    const { keys } = await keySet();
    expect(keys).toMatchObject([{ kid, alg: algorithm, use: 'sig' }]);
    expect(Object.keys(keys[0] ?? {}).toSorted()).toEqual([...COMMON, ...members].toSorted());
  });

  test('S8: are all that verify, and none of an HS algorithm', async () => {
    const keeper = keeperOf(folder);
    await keeper.generate('HS256');
    await startWithRing();
    expect(await keySet()).toEqual({ keys: [] });
    const next = await keeper.rotate({ algorithm: 'ES256', activateAfter: 600 });
    await until(async () => (await keySet()).keys.length > 0);
    expect((await keySet()).keys).toMatchObject([{ kid: next.kid }]); // published, and does not sign yet
    server.clock.advance(660); // its time is that of this machine, and the server's stands still
    const { access } = await server.signIn();
    const keys = createRemoteJWKSet(new URL(KEY_SET, server.url));
    const { protectedHeader } = await jwtVerify(access, keys, { currentDate: new Date(server.clock.read()) });
    expect(protectedHeader).toEqual({ alg: 'ES256', typ: 'JWT', kid: next.kid });
  });

  test('S8: are gone with the end of a key', async () => {
    const keeper = keeperOf(folder);
    await keeper.generate('ES256');
    const { kid } = await keeper.rotate({ activateAfter: 0 });
    await startWithRing();
    expect((await keySet()).keys).toHaveLength(2);
    server.clock.advance(86_406);
    expect((await keySet()).keys).toMatchObject([{ kid }]);
  });

  test('are the public half of the one key where there is no ring, whose tokens name no key', async () => {
    await start({ JWT_ALGORITHM: 'RS256', JWT_SIGNING_KEY: pemOf() });
    const { access } = await server.signIn();
    const { protectedHeader } = await jwtVerify(access, createRemoteJWKSet(new URL(KEY_SET, server.url)));
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT' });
  });

  test('S8: are none for the secret that is the default', async () => {
    await start();
    expect(await keySet()).toEqual({ keys: [] });
  });

  test('may be kept for five minutes, and are not sent again to who has them', async () => {
    const keeper = keeperOf(folder);
    await keeper.generate('ES256');
    await startWithRing();
    const first = await get(KEY_SET);
    expect(first.headers.get('cache-control')).toBe('public, max-age=300');
    expect(first.headers.get('content-type')).toBe('application/json; charset=utf-8');
    const tag = String(first.headers.get('etag'));
    for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
      const again = await get(KEY_SET, { 'if-none-match': known });
      expect({ known, status: again.status, body: await again.text() }).toEqual({ known, status: 304, body: '' });
      expect(again.headers.get('etag')).toBe(tag);
    }
    await keeper.rotate({ activateAfter: 600 });
    await until(async () => (await get(KEY_SET, { 'if-none-match': tag })).status === 200);
  });
});

describe('the metadata of the issuer', () => {
  const metadata = async (path = METADATA) => {
    const response = await get(path);
    return response.status === 200 ? ((await response.json()) as object) : response.status;
  };

  test.each([
    ['https://auth.example.com', METADATA],
    ['https://auth.example.com/', METADATA],
    ['http://127.0.0.1:4000', METADATA],
    ['https://example.com/tenants/1', `${METADATA}/tenants/1`],
  ])('%s is at %s, and names it as its tokens do', async (issuer, path) => {
    await start({ JWT_ISSUER: issuer });
    const { origin } = new URL(issuer);
    const expected = {
      issuer,
      jwks_uri: `${origin}${KEY_SET}`,
      introspection_endpoint: `${origin}/oauth/introspect`,
      introspection_endpoint_auth_methods_supported: ['client_secret_basic'],
      revocation_endpoint: `${origin}/oauth/revoke`,
      revocation_endpoint_auth_methods_supported: ['client_secret_basic'],
      response_types_supported: ['none'],
    };
    expect(await metadata(path)).toEqual(expected);
    expect((await get(path)).headers.get('cache-control')).toBe('public, max-age=300');
    expect(await metadata(`${path}/more`)).toBe(404);
  });

  test('is not at the root where the issuer has a path', async () => {
    await start({ JWT_ISSUER: 'https://example.com/tenants/1' });
    expect(await metadata()).toBe(404);
  });

  test.each(['', 'the house', 'ftp://example.com', 'https://example.com?a=1', 'https://example.com/#a', 'https://['])(
    'is not there where the issuer is "%s", which is no URL of RFC 8414',
    async (issuer) => {
      await start({ JWT_ISSUER: issuer });
      expect(await metadata()).toBe(404);
    },
  );
});
