import { createSecretKey, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import * as fc from 'fast-check';
import { headerOf, oddClaims, type Hostile, type Workshop } from './hostile-claims.ts';
import { oddHeaders } from './hostile-headers.ts';
import { oddTexts } from './hostile-text.ts';
import { changed, membersOf, rawToken, textOf, type Signer } from './raw-token.ts';

/** Tokens of which none may be accepted, whatever they were made of. */
export function hostileTokens(workshop: Workshop): fc.Arbitrary<Hostile> {
  return fc.oneof(oddClaims(workshop), oddHeaders(workshop), oddTexts(workshop));
}

/** What headers may say without any effect. */
const IGNORED: Readonly<Record<string, unknown>> = {
  kid: 'a',
  jku: 'http://127.0.0.1:1/jwks.json',
  x5u: 'http://127.0.0.1:1/cert.pem',
  x5c: ['MIIB'],
  jwk: { kty: 'oct', k: 'AAAA' },
  cty: 'x',
  b64: true,
};

/** Well-signed tokens that say what a token may say: these must be accepted. */
export function soundTokens({ own, claims }: Workshop): fc.Arbitrary<Hostile> {
  const isFree = (name: string) => !(name in Object.prototype) && !(name in claims) && !/^(sid|nbf|iat)$/.test(name);
  const custom = fc.dictionary(fc.string({ unit: 'grapheme' }).filter(isFree), fc.jsonValue({ maxDepth: 3 }), {
    maxKeys: 4,
  });
  return fc
    .record({
      more: custom,
      header: fc.subarray(Object.keys(IGNORED)),
      typ: fc.constantFrom('JWT', 'jwt', 'at+jwt', null),
      aud: fc.constantFrom('app', ['app'], ['x', 'app']),
      iat: fc.constantFrom(claims.exp - 1000, claims.exp - 1000.5, 0),
      fraction: fc.constantFrom(0, 0.25),
    })
    .map(({ more, header, typ, aud, iat, fraction }) => {
      const extra = membersOf(Object.fromEntries(header.map((name) => [name, IGNORED[name]])));
      const head = changed([...headerOf(own), ...extra], 'typ', JSON.stringify(typ ?? 'JWT'));
      const payload = { ...claims, aud, iat, nbf: 0, exp: claims.exp + fraction, ...more };
      const token = rawToken(textOf(typ === null ? changed(head, 'typ', null) : head), textOf(membersOf(payload)), own);
      return { trick: 'none', token };
    })
    .filter(({ token }) => token.length <= 8192);
}

const pem = (key: KeyObject, type: 'spki' | 'pkcs1' = 'spki') => key.export({ type, format: 'pem' }).toString();
const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** The key of a server under test, as its setting and as its signer, and keys that it must not mistake for it. */
export interface KeyRing {
  readonly setting: string;
  readonly own: Signer;
  readonly strangers: Workshop['strangers'];
}

const secret = (bytes: string | Buffer) => createSecretKey(Buffer.from(bytes));
const stranger = (name: string, algorithm: string, key: KeyObject) => ({ name, algorithm, key });

/** What everybody has: keys of their own, and guesses. */
const guesses = () => [
  stranger('a random secret', 'HS256', secret(randomBytes(32))),
  stranger('no secret', 'HS256', secret('')),
  stranger('the word secret', 'HS256', secret('secret')),
  stranger('an RSA key of their own', 'RS256', rsa().privateKey),
  stranger('an RSA key of their own', 'PS256', rsa().privateKey),
  stranger('an EC key of their own', 'ES256', ec().privateKey),
];

export function secretRing(text: string): KeyRing {
  const key = secret(text);
  return {
    setting: text,
    own: { algorithm: 'HS256', key },
    strangers: [
      ...guesses(),
      ...['HS384', 'HS512'].map((algorithm) => stranger('the secret itself', algorithm, key)),
      stranger('the secret and a line break', 'HS256', secret(`${text}\n`)),
      stranger('the secret as read from Base64', 'HS256', secret(Buffer.from(text, 'base64'))),
    ],
  };
}

export function pairRing(algorithm: 'RS256' | 'PS256' | 'ES256'): KeyRing {
  const isRsa = algorithm !== 'ES256';
  const { privateKey, publicKey } = isRsa ? rsa() : ec();
  const texts = [pem(publicKey), pem(publicKey).trimEnd(), JSON.stringify(publicKey.export({ format: 'jwk' }))];
  const der = publicKey.export({ type: 'spki', format: 'der' });
  const others = isRsa ? ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] : ['ES384', 'ES512'];
  return {
    setting: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    own: { algorithm, key: privateKey },
    strangers: [
      ...guesses(),
      ...[...texts, der, ...(isRsa ? [pem(publicKey, 'pkcs1')] : [])].flatMap((text) =>
        ['HS256', 'HS384', 'HS512'].map((hmac) => stranger('the public key as a secret', hmac, secret(text))),
      ),
      ...others
        .filter((other) => other !== algorithm)
        .map((other) => stranger('the private key itself', other, privateKey)),
    ],
  };
}
