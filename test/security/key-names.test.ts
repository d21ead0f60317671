import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sendTo } from '../support/doors.ts';
import { membersOf, rawToken, textOf } from '../support/raw-token.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const own = { algorithm: 'RS256', key: pair.privateKey };
const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const LONG = 'k'.repeat(10_000);

const ODD: readonly [what: string, kid: unknown][] = [
  '../x',
  '../../../../dev/null',
  '/etc/passwd',
  'file:///dev/null',
  "' OR '1'='1",
  'a\0b',
  '%2e%2e%2f',
  'x; id',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'undefined',
  'null',
  '0',
].map((kid) => [JSON.stringify(kid), kid] as [string, unknown]);
const MISTYPED = [{ $ne: 1 }, {}, [], ['a'], 1, 0, null, true, ''].map(
  (kid) => [JSON.stringify(kid), kid] as [string, unknown],
);

describe('the name of a key', () => {
  let jwks: Server;
  let visits: (string | undefined)[] = [];
  let keyless: TestServer;
  let remote: TestServer;
  beforeAll(async () => {
    jwks = createServer((request, response) => {
      visits.push(request.url);
      response.end(JSON.stringify({ keys: [{ ...pair.publicKey.export({ format: 'jwk' }), kid: 'a' }] }));
    }).listen(0, '127.0.0.1');
    await once(jwks, 'listening');
    const { port } = jwks.address() as AddressInfo;
    const env = { JWT_ALGORITHM: 'RS256', JWT_SIGNING_KEY: pem };
    [keyless, remote] = await Promise.all([
      startTestServer('sqlite', { env }),
      startTestServer('sqlite', { env: { ...env, JWT_JWK_URL: `http://127.0.0.1:${port}/keys` } }),
    ]);
  });
  afterAll(async () => {
    await Promise.all([keyless.remove(), remote.remove()]);
    jwks.close();
  });

  const present = (server: TestServer, kid: unknown) => {
    const now = server.clock.seconds;
    const claims = { token_type: 'access', exp: now + 300, iat: now, jti: 'a', user_id: server.alice.id };
    const header = textOf(membersOf({ alg: 'RS256', typ: 'JWT', kid }));
    return sendTo(server.client, 'hello', rawToken(header, textOf(membersOf(claims)), own));
  };

  test.each([...ODD, ...MISTYPED, ['10 kB', LONG]])(
    'S5: where keys have names, %s is nobody’s, well signed as the token may be',
    async (_what, kid) => {
      expect(await present(remote, kid)).toBe('token_not_valid');
    },
  );

  test.each([...MISTYPED, ['10 kB', LONG]])('S5: where there is one key, %s is no name either', async (_what, kid) => {
    expect(await present(keyless, kid)).toBe('token_not_valid');
  });

  test('S5: a name chooses among the keys of one place, and never a place', async () => {
    expect(await present(remote, 'a')).toBe('accepted');
    expect(new Set(visits)).toEqual(new Set(['/keys']));
  });

  test.each(['/jwks.json', '/keys'])('S8: no key is published at %s', async (path) => {
    const response = await fetch(new URL(path, keyless.url));
    expect(response.status).toBe(404);
    expect(await response.text()).not.toMatch(/"(d|p|q|k|n)"/);
  });
});
