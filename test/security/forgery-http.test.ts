import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { doors, DOORS, fitsHeader, REFUSALS, sendTo, type Door } from '../support/doors.ts';
import { amount } from '../support/effort.ts';
import { hostileTokens, secretRing } from '../support/hostile-tokens.ts';
import { changed, membersOf, rawToken, textOf, type Members } from '../support/raw-token.ts';
import { startTestServer, TEST_KEY, type TestServer } from '../support/server.ts';
import { describeEachStore } from '../support/stores.ts';

const seed = Number(process.env['FORGERY_SEED'] ?? 20_261_124);
const HOSTILE = amount(75, 150);

describeEachStore('tokens of a forger over HTTP', (kind) => {
  const ring = secretRing(TEST_KEY);
  let server: TestServer;
  /** Where a header says that keys are found. */
  let trap: Server;
  let trapUrl: string;
  let visits = 0;

  beforeAll(async () => {
    trap = createServer((_request, response) => {
      visits += 1;
      response.end('{}');
    }).listen(0, '127.0.0.1');
    await once(trap, 'listening');
    trapUrl = `http://127.0.0.1:${(trap.address() as AddressInfo).port}`;
    server = await startTestServer(kind, { env: { JWT_ISSUER: 'us', JWT_AUDIENCE: 'app', THROTTLE: 'off' } });
  });
  afterAll(async () => {
    await server.remove();
    trap.close();
  });

  const claimsFor = (door: Door) => {
    const exp = server.clock.seconds + 300;
    const jti = randomUUID().replaceAll('-', '');
    const claims = { token_type: DOORS[door], exp, iat: exp - 1000, jti, user_id: server.alice.id };
    return { ...claims, iss: 'us', aud: 'app', ...(DOORS[door] === 'sliding' && { refresh_exp: exp }) };
  };
  const plain = membersOf({ alg: 'HS256', typ: 'JWT' });
  const tokenFor = (door: Door, more: Members = [], header: Members = plain) => {
    const claims = more.reduce((members, [name, json]) => changed(members, name, json), membersOf(claimsFor(door)));
    return rawToken(textOf(header), textOf(claims), ring.own);
  };

  test('S1 S3 S5 S10: are refused at every door with UNAUTHENTICATED and 200', async () => {
    let refused = 0;
    const workshops = doors.map((door) => ({ ...ring, claims: claimsFor(door) }));
    await fc.assert(
      fc.asyncProperty(fc.oneof(...workshops.map(hostileTokens)), async ({ token }) => {
        if (token.length > 50_000) return; // not even read: see S9
        for (const door of doors.filter((name) => name !== 'hello' || fitsHeader(token))) {
          const verdict = await sendTo(server.client, door, token);
          if (!REFUSALS.has(verdict)) throw new Error(`${door}: ${verdict}`);
          refused += 1;
        }
      }),
      { numRuns: HOSTILE, seed },
    );
    expect(refused).toBeGreaterThan(HOSTILE);
  });

  test('S4: keys that a header brings or points at are not used, and nobody is asked for them', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const der = publicKey.export({ type: 'spki', format: 'der' });
    const brought = membersOf({
      kid: `${trapUrl}/kid`,
      jku: `${trapUrl}/jwks.json`,
      x5u: `${trapUrl}/cert.pem`,
      x5c: [der.toString('base64')],
      x5t: createHash('sha1').update(der).digest('base64url'),
      jwk: publicKey.export({ format: 'jwk' }),
    });
    for (const door of doors) {
      for (const alg of ['RS256', 'HS256', 'none']) {
        const header = textOf([...membersOf({ alg, typ: 'JWT' }), ...brought]);
        const forged = rawToken(header, textOf(membersOf(claimsFor(door))), { algorithm: 'RS256', key: privateKey });
        expect(await sendTo(server.client, door, forged)).toBe('token_not_valid');
      }
      expect(await sendTo(server.client, door, tokenFor(door, [], [...plain, ...brought]))).toBe('accepted');
    }
    expect(visits).toBe(0);
  });

  test.each(doors)('S4: a header with crit is refused at %s, whatever it lists', async (door) => {
    for (const crit of ['["exp"]', '["b64"]', '[]', 'null']) {
      const token = tokenFor(door, [], [...plain, ['b64', 'true'], ['crit', crit]]);
      expect(await sendTo(server.client, door, token)).toBe('token_not_valid');
    }
    expect(await sendTo(server.client, door, tokenFor(door))).toBe('accepted');
  });

  test('S2: every door refuses the types of token that are due at another', async () => {
    for (const door of doors.filter((name) => name !== 'tokenVerify')) {
      for (const type of ['access', 'refresh', 'sliding', 'foreign', 'ACCESS', ' access'].filter(
        (name) => name !== DOORS[door],
      )) {
        const token = tokenFor(door, [
          ['token_type', JSON.stringify(type)],
          ['refresh_exp', String(server.clock.seconds + 300)],
        ]);
        expect(`${type} at ${door}: ${await sendTo(server.client, door, token)}`).toBe(
          `${type} at ${door}: token_wrong_type`,
        );
      }
    }
  });

  test('S2: and a token of this server is good for nothing but what it was made for', async () => {
    const { access, refresh } = await server.signIn();
    const answers = await Promise.all([
      sendTo(server.client, 'hello', refresh),
      sendTo(server.client, 'tokenRefresh', access),
      sendTo(server.client, 'tokenBlacklist', access),
      sendTo(server.client, 'tokenRefreshSliding', access),
      sendTo(server.client, 'tokenRefreshSliding', refresh),
    ]);
    expect(new Set(answers)).toEqual(new Set(['token_wrong_type']));
    expect(await sendTo(server.client, 'hello', access)).toBe('accepted');
    expect(await sendTo(server.client, 'tokenRefresh', refresh)).toBe('accepted');
  });

  test.each([
    ['header', 431],
    ['argument', 413],
  ])('S9: a megabyte in the %s is refused before anything reads it', async (where, expected) => {
    const big = 'x'.repeat(1_000_000);
    const query = '{ hello }';
    const { status } = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(where === 'header' && { authorization: `Bearer ${big}` }) },
      body: JSON.stringify(where === 'header' ? { query } : { query, variables: { token: big } }),
    });
    expect(status).toBe(expected);
  });

  test('S9: a token of 8,193 characters is refused before it is parsed, well signed as it may be', async () => {
    const withRoom = (room: number) => tokenFor('tokenVerify', [['x', JSON.stringify('x'.repeat(room))]]);
    const room = Math.floor((8192 - withRoom(0).length) * 0.75);
    const longest = withRoom(room);
    expect(longest.length).toBeGreaterThan(8188);
    expect(longest.length).toBeLessThanOrEqual(8192);
    expect(await sendTo(server.client, 'tokenVerify', longest)).toBe('accepted');
    expect(await sendTo(server.client, 'tokenVerify', withRoom(room + 4))).toBe('token_not_valid');
  });

  test('S10: a token that nests as deep as its length allows brings no door down', async () => {
    for (const door of doors) {
      for (const [open, close] of [
        ['[', ']'],
        ['{"a":', '}'],
      ] as const) {
        const depth = Math.floor(5700 / (open.length + close.length));
        const json = `${open.repeat(depth)}0${close.repeat(depth)}`;
        const verdict = await sendTo(server.client, door, tokenFor(door, [['deep', json]]));
        expect(['accepted', ...REFUSALS]).toContain(verdict);
      }
    }
  });
});
