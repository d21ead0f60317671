import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { readKey } from '../../../src/core/keys/key-material.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const damaged = (pem: string) => pem.replace(/\n.{8}/, '\nAAAAAAAA');
const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';

test.each([
  ['public', damaged(publicKey), 'a damaged PEM public key'],
  ['public', CERTIFICATE, 'a damaged PEM public key'],
  ['private', damaged(privateKey), 'a damaged PEM private key'],
  ['private', publicKey, 'a PEM public key'],
  ['public', '-----BEGIN DH PARAMETERS-----\nAAAA\n-----END DH PARAMETERS-----\n', 'a PEM dh parameters'],
] as const)('S6: a text that is no %s key is told as what it is: case %#', (kind, given, found) => {
  expect(() => readKey('JWT_KEY', given, kind, 'RS256')).toThrow(`JWT_KEY: got ${found}, expected one for RS256.`);
});

describe('a file of a secret', () => {
  const folder = mkdtempSync(join(tmpdir(), 'simplejwt-secret-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const SECRET = 'mXk3cVvQ0r8s7Zt2Lw9yBd5Fg1Hj4NpA';
  const JWK = JSON.stringify({ kty: 'oct', k: Buffer.from(SECRET).toString('base64url') });
  const read = (contents: string | Buffer) => {
    const file = join(folder, 'secret');
    writeFileSync(file, contents);
    return readKey('JWT_SIGNING_KEY', file, 'secret', 'HS256').export().toString();
  };

  test.each([
    ['a secret', `\uFEFF${SECRET}\r\n`],
    ['a JWK', `\uFEFF${JWK}\r\n`],
  ])('may begin with a byte order mark, which is no part of it: %s', (_what, contents) => {
    expect(read(contents)).toBe(SECRET);
  });

  test.each([
    ['UTF-16', Buffer.from(`\uFEFF${SECRET}`, 'utf16le')],
    ['Latin-1', Buffer.from(`\u00e9${SECRET}`, 'latin1')],
    ['random bytes, of which half would become one and the same', Buffer.from('80ff'.repeat(16), 'hex')],
  ])('S6: stops the start where it is not text in UTF-8: %s', (_what, contents) => {
    expect(() => read(contents)).toThrow(/^JWT_SIGNING_KEY: got a file that is not text in UTF-8, expected one; /);
  });

  test.each([
    ['a JWK set, which is public', JSON.stringify({ keys: [{ kty: 'RSA', n: SECRET, e: 'AQAB' }] })],
    ['a damaged JWK', JWK.slice(0, -1)],
  ])('S6: stops the start where it is %s', (_what, contents) => {
    const message = 'JWT_SIGNING_KEY: got JSON that is no JWK, expected a secret for HS256.';
    expect(() => read(contents)).toThrow(message);
    expect(() => readKey('JWT_SIGNING_KEY', contents, 'secret', 'HS256')).toThrow(message);
  });
});
