import { execFile } from 'node:child_process';
import { createSecretKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createContext, Script } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createTokenVerifier, SettingsError, type EdgeVerifierOptions } from '../../src/verifier/edge.ts';
import { createTokenVerifier as createOnNode } from '../../src/verifier/index.ts';
import { craft } from '../support/craft.ts';
import { verdictOf } from '../support/engines.ts';
import { TEST_KEY, TestClock } from '../support/server.ts';

const ROOT = join(import.meta.dirname, '../..');
const MAX_BYTES = 15_000;

const pemOf = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();
const jwkOf = (key: KeyObject) => key.export({ format: 'jwk' });
const ed = generateKeyPairSync('ed25519');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-384' });
/** In base64url, of 32 bytes: no fewer are taken. */
const SECRET = `${'-_'.repeat(21)}8`;
const clock = new TestClock();
const claims = () => ({ token_type: 'access', exp: clock.seconds + 300, jti: 'a', user_id: 'alice' });

/** A token signed by Ed25519, as PyJWT signs it. */
function edToken(header: object = {}, key: KeyObject = ed.privateKey): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'EdDSA', typ: 'JWT', ...header })}.${part(claims())}`;
  return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`;
}

/** The edge entry as bundlers make it, which is a matter of their own process: they look at the classes of what they are given. */
async function bundled(): Promise<string> {
  const program = `
    import { build } from 'rolldown';
    const { output } = await build({
      input: 'src/verifier/edge.ts',
      write: false,
      platform: 'browser',
      external: ['graphql'],
      output: { format: 'iife', name: 'edge', minify: true, exports: 'named' },
    });
    // 'graphql', at the first refusal of a GraphQL server, whose own copy it is.
    if (output[0].imports.length > 0 || output[0].dynamicImports.join() !== 'graphql') throw new Error([...output[0].imports, ...output[0].dynamicImports].join());
    process.stdout.write(output[0].code);
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { cwd: ROOT });
  return stdout;
}

describe('a verifier by WebCrypto', () => {
  let server: Server;
  let jwksUrl: string;
  beforeAll(async () => {
    const keys = [
      { ...jwkOf(ed.publicKey), kid: 'ed', alg: 'EdDSA', use: 'sig' },
      { ...jwkOf(rsa.publicKey), kid: 'rsa' },
      { ...jwkOf(ec.publicKey), kid: 'ec' },
      { ...jwkOf(weak.publicKey), kid: 'weak', alg: 'RS256' },
      { ...jwkOf(rsa.publicKey), kid: 'enc', use: 'enc' },
      { ...jwkOf(rsa.publicKey), kid: 'odd', crv: 'P-384' },
      { kty: 'oct', k: Buffer.from(TEST_KEY).toString('base64url'), kid: 'oct', alg: 'HS256' },
    ];
    server = createServer((_request, response) => response.end(JSON.stringify({ keys })));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(() => {
    server.close();
  });
  const make = (options: EdgeVerifierOptions = { jwksUrl }) => createTokenVerifier({ clock: clock.read, ...options });

  test.each([
    ['a JWK set', () => ({ jwksUrl }), { kid: 'ed' }],
    ['PEM', () => ({ key: pemOf(ed.publicKey), algorithms: ['EdDSA'] as const }), {}],
    ['a JWK', () => ({ key: JSON.stringify(jwkOf(ed.publicKey)), algorithms: ['EdDSA'] as const }), {}],
  ])('accepts EdDSA by %s, of the right key alone', async (_what, options, header) => {
    const verifier = make(options());
    expect(await verdictOf(verifier, edToken(header))).toBe('alice');
    expect(await verdictOf(verifier, edToken(header, generateKeyPairSync('ed25519').privateKey))).toBe(
      'token_not_valid',
    );
    expect(await verdictOf(verifier, edToken({ ...header, alg: 'Ed448' }))).toBe('token_not_valid');
  });

  test.each([
    ['a secret', TEST_KEY, Buffer.from(TEST_KEY)],
    ['a JWK of one', JSON.stringify({ kty: 'oct', k: SECRET }), Buffer.from(SECRET, 'base64url')],
  ])('accepts what was signed with %s, and with no other', async (_what, key, bytes) => {
    const verifier = make({ key, algorithms: ['HS256'] });
    const signed = craft(claims(), { key: createSecretKey(bytes), algorithm: 'HS256' });
    expect(await verdictOf(verifier, signed)).toBe('alice');
    const other = createSecretKey(Buffer.from(`${TEST_KEY}x`));
    expect(await verdictOf(verifier, craft(claims(), { key: other, algorithm: 'HS256' }))).toBe('token_not_valid');
  });

  test('leaves the keys of a set that it must not use alone, as the verifier of Node.js does', async () => {
    const tokens = [
      craft(claims(), { key: rsa.privateKey, algorithm: 'RS256', header: { kid: 'rsa' } }),
      craft(claims(), { key: ec.privateKey, algorithm: 'ES384', header: { kid: 'ec' } }),
      craft(claims(), { key: rsa.privateKey, algorithm: 'PS256', header: { kid: 'rsa' } }),
      craft(claims(), { key: rsa.privateKey, algorithm: 'RS256', header: { kid: 'enc' } }),
      craft(claims(), { key: rsa.privateKey, algorithm: 'RS256', header: { kid: 'weak' } }),
      craft(claims(), { header: { kid: 'oct' } }),
      craft(claims(), { key: createSecretKey(Buffer.from(pemOf(rsa.publicKey))), header: { kid: 'rsa' } }),
      craft(claims(), { key: rsa.privateKey, algorithm: 'RS256' }),
    ];
    const verdicts = await Promise.all(
      [make(), createOnNode({ jwksUrl, clock: clock.read })].map((verifier) =>
        Promise.all(tokens.map((token) => verdictOf(verifier, token))),
      ),
    );
    const refused = 'token_not_valid';
    expect(verdicts[0]).toEqual(['alice', 'alice', ...Array.from({ length: 6 }, () => refused)]);
    expect(verdicts[1]).toEqual(verdicts[0]);
  });

  test('uses a key as its kind wants, whatever curve it names beside, as the verifier of Node.js does', async () => {
    const options = { jwksUrl, algorithms: ['ES384', 'RS256'], clock: clock.read } as const;
    const token = craft(claims(), { key: rsa.privateKey, algorithm: 'RS256', header: { kid: 'odd' } });
    for (const verifier of [make(options), createOnNode(options)])
      expect(await verdictOf(verifier, token)).toBe('alice');
  });

  test.each([
    ['Cloudflare-Workers', 2],
    ['Mozilla/5.0', 1],
  ])(
    'fetches the keys for each request where that ends with it, as in Workers, and once elsewhere: %s',
    async (userAgent, count) => {
      const usual = Object.getOwnPropertyDescriptor(globalThis, 'navigator') ?? { value: undefined };
      Object.defineProperty(globalThis, 'navigator', { configurable: true, value: { userAgent } });
      const fetched = jest.spyOn(globalThis, 'fetch');
      const [verifier, token] = [make(), edToken({ kid: 'ed' })];
      const verdicts = await Promise.all([verdictOf(verifier, token), verdictOf(verifier, token)]);
      const { calls } = fetched.mock;
      fetched.mockRestore();
      Object.defineProperty(globalThis, 'navigator', { configurable: true, ...usual });
      expect(verdicts).toEqual(['alice', 'alice']);
      expect(calls).toHaveLength(count);
    },
  );

  test('reads the header of a Request, and verifies once for a context', async () => {
    const request = new Request('http://127.0.0.1/', {
      headers: { authorization: `Bearer ${edToken({ kid: 'ed' })}` },
    });
    const { auth } = await make().context({ req: request });
    expect((await auth.authenticate()).user.id).toBe('alice');
    expect(auth.authenticate()).toBe(auth.authenticate());
    const none = await make().context({ req: new Request('http://127.0.0.1/') });
    await expect(none.auth.authenticate()).rejects.toMatchObject({ extensions: { reason: 'not_authenticated' } });
  });

  test.each<[string, EdgeVerifierOptions, RegExp]>([
    ['neither key nor URL', { algorithms: ['EdDSA'] }, /^jwksUrl: not set, expected/],
    ['a key and no algorithm', { key: TEST_KEY }, /^algorithms: got none, expected the one/],
    ['a key and a URL', { key: TEST_KEY, jwksUrl: 'https://a.example' }, /^key: given with jwksUrl/],
    ['a secret for a URL', { jwksUrl: 'https://a.example', algorithms: ['HS256'] }, /^algorithms: got HS256 with/],
    [
      'an odd scheme',
      { jwksUrl: 'https://a.example', authHeaderTypes: 'a b' },
      /^authHeaderTypes: got "a b", expected/,
    ],
    ['one claim for two', { jwksUrl: 'https://a.example', jtiClaim: 'user_id' }, /^jtiClaim: got "user_id", which/],
    [
      'an option of none',
      { jwksUrl: 'https://a.example', ...({ revocations: {} } as object) },
      /^revocations: unknown/,
    ],
  ])('is not made of %s', (_what, options, message) => {
    expect(() => createTokenVerifier(options)).toThrow(message);
  });

  test.each<[string, EdgeVerifierOptions, RegExp]>([
    [
      'a short secret',
      { key: 'x'.repeat(31), algorithms: ['HS256'] },
      /^key: got a secret of 31 bytes, expected at least 32/,
    ],
    ['a public key as a secret', { key: pemOf(rsa.publicKey), algorithms: ['HS256'] }, /^key: got a key of a pair/],
    [
      'a JWK of a pair as a secret',
      { key: JSON.stringify(jwkOf(rsa.publicKey)), algorithms: ['HS256'] },
      /^key: got a key of a pair/,
    ],
    ['a key of another kind', { key: pemOf(rsa.publicKey), algorithms: ['ES256'] }, /^key: got text that is no public/],
    ['a key of another curve', { key: pemOf(ec.publicKey), algorithms: ['ES256'] }, /^key: got text that is no public/],
    ['a weak key', { key: pemOf(weak.publicKey), algorithms: ['RS256'] }, /^key: got text that is no public key/],
    [
      'a JWK of another algorithm',
      { key: '{"kty":"RSA","alg":"PS256"}', algorithms: ['RS256'] },
      /^key: got a JWK for "PS/,
    ],
  ])('verifies nothing by %s, and says why', async (_what, options, message) => {
    const asked = make(options).verify(craft(claims()));
    await expect(asked).rejects.toThrow(SettingsError);
    await expect(asked).rejects.toThrow(message);
  });

  test('is less than 15 kB, and runs where there is nothing of Node.js', async () => {
    const code = await bundled();
    expect(code).not.toMatch(/node:|\brequire\(|\bBuffer\b|\bprocess\b/);
    const bytes = gzipSync(code).length;
    expect(bytes).toBeLessThan(MAX_BYTES);

    const web = { crypto, atob, TextDecoder, TextEncoder, URL, fetch, AbortSignal, CryptoKey };
    const place = createContext({ ...web, Uint8Array });
    new Script(`${code}; globalThis.edge = edge`).runInContext(place);
    const { createTokenVerifier: create } = (place as { readonly edge: typeof import('../../src/verifier/edge.ts') })
      .edge;
    expect(await verdictOf(create({ jwksUrl, clock: clock.read }), edToken({ kid: 'ed' }))).toBe('alice');
    const byKey = create({ key: TEST_KEY, algorithms: ['HS256'], clock: clock.read });
    expect(await verdictOf(byKey, craft(claims()))).toBe('alice');
    expect(await verdictOf(byKey, `${craft(claims()).slice(0, -4)}AAAA`)).toBe('token_not_valid');
  });
});
