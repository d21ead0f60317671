import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
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
