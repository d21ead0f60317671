import { createPublicKey, createSecretKey, randomUUID, type JsonWebKey } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Algorithm } from '../../src/contracts/settings/settings-table.ts';
import { RingWatch } from '../../src/core/keys/ring-watch.ts';
import { HelloDocument } from '../generated/operations.ts';
import { craft, refusalOfAccess } from '../support/craft.ts';
import { jwkIn, keeperOf, signWith } from '../support/ring.ts';
import { startTestServer, TEST_KEY, type TestServer } from '../support/server.ts';

const FAMILIES = ['HS256', 'RS256', 'PS256', 'ES256'] as const satisfies readonly Algorithm[];
type Family = (typeof FAMILIES)[number];
const PAIRS = FAMILIES.flatMap((signed) =>
  FAMILIES.filter((named) => named !== signed).map((named) => [signed, named] as const),
);
const OK = { data: { hello: 'Hello, alice!' }, errors: [] };
const INVALID = refusalOfAccess('Token is invalid');

describe('in a ring with a key of every family', () => {
  const folder = mkdtempSync(join(tmpdir(), 'simplejwt-ring-'));
  const ringDir = join(folder, 'keys');
  const jwks = new Map<Family, JsonWebKey>();
  let server: TestServer;
  let other: Server;
  let requests = 0;

  beforeAll(async () => {
    const keeper = keeperOf(ringDir);
    for (const family of FAMILIES) {
      const isFirst = jwks.size === 0;
      const { kid } = await (isFirst
        ? keeper.generate(family)
        : keeper.rotate({ algorithm: family, activateAfter: 0 }));
      jwks.set(family, jwkIn(ringDir, kid));
    }
    other = createServer((_request, response) => {
      requests += 1;
      response.end(JSON.stringify({ keys: [...jwks.values()] }));
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
    server = await startTestServer('sqlite', { env: { JWT_SIGNING_KEY: '', JWT_KEYS_DIR: ringDir } });
    server.clock.catchUp();
  });
  afterAll(async () => {
    await server.remove();
    other.close();
    rmSync(folder, { recursive: true });
  });

  const jwkOf = (family: Family): JsonWebKey => jwks.get(family) ?? {};
  const hello = (token: string) => server.client.send(HelloDocument, {}, { token });
  const claims = () => {
    const { seconds: now } = server.clock;
    const jti = randomUUID().replaceAll('-', '');
    return { token_type: 'access', exp: now + 300, iat: now, jti, user_id: server.alice.id };
  };

  test.each(FAMILIES)('a token of %s is good with the name of its own key', async (family) => {
    expect(await hello(signWith(jwkOf(family), claims()))).toMatchObject(OK);
  });

  test.each(PAIRS)('S1: a token of %s is refused with the name of the key for %s', async (signed, named) => {
    const { kid } = jwkOf(named);
    expect(await hello(signWith(jwkOf(signed), claims(), { kid }))).toMatchObject(INVALID);
    // The header may say what it likes: the signature is of another algorithm.
    const [, payload, signature] = signWith(jwkOf(signed), claims(), { kid }).split('.');
    const header = Buffer.from(JSON.stringify({ alg: named, typ: 'JWT', kid })).toString('base64url');
    expect(await hello(`${header}.${payload}.${signature}`)).toMatchObject(INVALID);
  });

  test('S1: the RSA key of one algorithm is none for another, though it could be', async () => {
    const { kid } = jwkOf('RS256');
    for (const alg of ['RS384', 'RS512', 'PS256', 'PS384', 'PS512']) {
      expect(await hello(signWith({ ...jwkOf('RS256'), alg }, claims(), { kid }))).toMatchObject(INVALID);
    }
    const secret = jwkOf('HS256');
    for (const alg of ['HS384', 'HS512']) {
      expect(await hello(signWith({ ...secret, alg }, claims()))).toMatchObject(INVALID);
    }
  });

  test.each(['RS256', 'PS256', 'ES256'] as const)(
    'S1 S8: what is published of %s is no HMAC secret',
    async (family) => {
      const key = createPublicKey({ key: jwkOf(family), format: 'jwk' });
      const { kid } = jwkOf(family);
      const header = { kid: String(kid) };
      const published = key.export({ format: 'jwk' });
      for (const text of [
        key.export({ type: 'spki', format: 'pem' }),
        key.export({ type: 'spki', format: 'der' }),
        JSON.stringify(published),
        JSON.stringify({ ...published, kid, alg: family, use: 'sig' }),
        String(published['n'] ?? published['x']),
      ]) {
        for (const algorithm of ['HS256', 'HS384', 'HS512'] as const) {
          const token = craft(claims(), { algorithm, key: createSecretKey(Buffer.from(text)), header });
          expect(await hello(token)).toMatchObject(INVALID);
        }
      }
    },
  );

  test('S1: "none" is refused with every name and without', async () => {
    for (const header of [{}, ...FAMILIES.map((family) => ({ kid: String(jwkOf(family)['kid']) }))]) {
      expect(await hello(craft(claims(), { algorithm: 'none', header }))).toMatchObject(INVALID);
    }
  });

  test('S5: a token that names no key is refused, also one that a key of the ring has signed', async () => {
    for (const family of FAMILIES) {
      expect(await hello(signWith(jwkOf(family), claims(), { kid: undefined }))).toMatchObject(INVALID);
    }
    expect(await hello(craft(claims(), { key: TEST_KEY }))).toMatchObject(INVALID);
  });

  test('S5: a name that is none of a key is refused; no file is touched, and nothing is asked for', async () => {
    // A good key beside the ring, where the name would lead.
    const beside = join(folder, 'x.json');
    const stranger = keeperOf(join(folder, 'stranger'));
    const { kid } = await stranger.generate('HS256');
    const jwk = jwkIn(join(folder, 'stranger'), kid);
    renameSync(join(folder, 'stranger', `${kid}.json`), beside);
    writeFileSync(join(ringDir, 'x.json'), JSON.stringify({ jwk: { ...jwk, kid: 'x' } }));
    const touched = () => [beside, join(ringDir, 'x.json')].map((file) => statSync(file).atimeMs);
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}/keys`;
    const asked = jest.spyOn(RingWatch.prototype, 'lookAgain');
    const before = touched();
    const names: unknown[] = [
      '../x',
      '../x.json',
      'x',
      join(folder, 'x'),
      `${kid}\0`,
      '',
      ' ',
      '.',
      url,
      'constructor',
    ];
    names.push(
      'k'.repeat(44),
      'k'.repeat(255),
      'k'.repeat(5000),
      'k'.repeat(10_000),
      'é'.repeat(43),
      `${'k'.repeat(43)}\n`,
    );
    names.push(1, 0, -1, 1e300, true, null, {}, { $ne: 1 }, { toString: 'x' }, [], [kid], [jwkOf('HS256')['kid']]);
    for (const name of names) {
      const token = signWith(jwk, claims(), { kid: name, jku: url, x5u: url });
      expect({ name, ...(await hello(token)) }).toMatchObject(INVALID);
    }
    expect(asked).not.toHaveBeenCalled();
    expect(touched()).toEqual(before);
    expect(requests).toBe(0);
    rmSync(join(ringDir, 'x.json'));
  });

  test('S5: a well-formed name of no key is refused, however often, and the ring is read ten times a second for it', async () => {
    const look = jest.spyOn(RingWatch.prototype, 'look');
    const begun = performance.now();
    const tokens = Array.from({ length: 200 }, (_, index) =>
      signWith(jwkOf('HS256'), claims(), { kid: String(index).padStart(43, 'A') }),
    );
    for (const answer of await Promise.all(tokens.map(hello))) expect(answer).toMatchObject(INVALID);
    const tenths = Math.ceil((performance.now() - begun) / 100);
    // Those that come while it is being read wait for that one reading.
    const seconds = Math.ceil(tenths / 10) + 1;
    expect(new Set(look.mock.results.map(({ value }) => value)).size).toBeLessThanOrEqual(tenths + seconds);
    look.mockRestore();
  });

  test('S4: keys that a header brings along are not used', async () => {
    const stranger = keeperOf(join(folder, 'stranger'));
    const { kid } = await stranger.generate('ES256');
    const jwk = jwkIn(join(folder, 'stranger'), kid);
    const own = createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'jwk' });
    for (const named of [kid, jwkOf('ES256')['kid'], undefined]) {
      expect(await hello(signWith(jwk, claims(), { kid: named, jwk: own }))).toMatchObject(INVALID);
    }
  });
});

test('S5: where keys are at a URL, a name that is too long or no text asks for nothing', async () => {
  let requests = 0;
  const remote = createServer((_request, response) => {
    requests += 1;
    response.end('{"keys":[]}');
  }).listen(0, '127.0.0.1');
  await once(remote, 'listening');
  const ringDir = mkdtempSync(join(tmpdir(), 'simplejwt-ring-'));
  const { kid } = await keeperOf(ringDir).generate('ES256');
  const jwk = jwkIn(ringDir, kid);
  const env = {
    JWT_ALGORITHM: 'ES256',
    JWT_SIGNING_KEY: JSON.stringify(jwk),
    JWT_JWK_URL: `http://127.0.0.1:${(remote.address() as AddressInfo).port}/jwks`,
  };
  const server = await startTestServer('sqlite', { env });
  try {
    for (const name of ['', 'k'.repeat(256), 'k'.repeat(10_000), 1, null, { $ne: 1 }, [kid]]) {
      const now = server.clock.seconds;
      const claims = { token_type: 'access', exp: now + 300, iat: now, jti: 'a', user_id: server.alice.id };
      const token = signWith(jwk, claims, { kid: name });
      expect({ name, ...(await server.client.send(HelloDocument, {}, { token })) }).toMatchObject(INVALID);
    }
    expect(requests).toBe(0);
  } finally {
    await server.remove();
    remote.close();
    rmSync(ringDir, { recursive: true });
  }
});
