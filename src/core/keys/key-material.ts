import { createPrivateKey, createPublicKey, createSecretKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Algorithm } from '../../contracts/settings/algorithms.ts';
import { SettingsError } from '../../contracts/settings/settings-error.ts';

const MIN_SECRET_BYTES = 32; // RFC 7518 3.2 for HS256
const MIN_RSA_BITS = 2048; // RFC 7518 3.3 and 3.5
const OPENSSL_CURVES: Readonly<Record<string, string>> = {
  ES256: 'prime256v1',
  ES384: 'secp384r1',
  ES512: 'secp521r1',
};
/** Curves of RFC 8037, for which `jsonwebtoken` has no algorithm. */
const EDWARDS = new Set(['ed25519', 'ed448']);
/** Absolute, or `./` and `../`: what a secret is not, but for a base64 one that begins with a slash. */
const PATH = /^\.{0,2}\/[^\0\n]+$/;

/** A relative path without `./`, which only keys that are no secrets may have. */
const NAME = /^[\w./-]+\.(?:pem|key|crt|json|jwk)$/i;

/** How an object in JSON begins. */
const OBJECT = /^\s*\{\s*"/;

/** What a key is for. Of HS algorithms there is but one half, the secret. */
export type KeyKind = 'secret' | 'private' | 'public';

/** Whether one secret both signs and verifies. */
export const isSymmetric = (algorithm: Algorithm): boolean => algorithm.startsWith('HS');

/** Why a key does not suit an algorithm: kind, size and curve (RFC 7518 3.2 to 3.5). Null if it does. */
export function misfitOf(key: KeyObject, algorithm: Algorithm): string | null {
  if (isSymmetric(algorithm)) {
    const bytes = key.symmetricKeySize ?? 0;
    if (bytes >= MIN_SECRET_BYTES) return null;
    return `got a secret of ${bytes} bytes, expected at least ${MIN_SECRET_BYTES} for ${algorithm}`;
  }
  const { asymmetricKeyType: type = 'secret', asymmetricKeyDetails: details = {} } = key;
  const { modulusLength = 0, namedCurve } = details;
  const hint = EDWARDS.has(type) ? ' (EdDSA, which jsonwebtoken does not have)' : '';
  const curve = OPENSSL_CURVES[algorithm];
  if (curve !== undefined) {
    if (namedCurve === curve) return null;
    return `got a key of ${namedCurve ?? type}${hint}, expected the curve ${curve} for ${algorithm}`;
  }
  if (type === 'rsa' && modulusLength >= MIN_RSA_BITS) return null;
  return `got a key of ${type} ${modulusLength}${hint}, expected RSA of at least ${MIN_RSA_BITS} bits for ${algorithm}`;
}

/** The key of a JWK (RFC 7517 4). Throws Node's errors if it is none of this kind. */
export function keyOfJwk(jwk: JsonWebKey, kind: KeyKind): KeyObject {
  if (kind === 'secret') {
    if (jwk.kty !== 'oct' || typeof jwk.k !== 'string') throw new TypeError('it is no oct JWK');
    return createSecretKey(Buffer.from(jwk.k, 'base64url'));
  }
  return kind === 'private'
    ? createPrivateKey({ key: jwk, format: 'jwk' })
    : createPublicKey({ key: jwk, format: 'jwk' });
}

/**
 * Reads the key of a setting: PEM text, a JWK in JSON, the path of a file that holds either, or for HS algorithms a
 * secret.
 *
 * @throws SettingsError that names the setting, and shows nothing of the key
 */
export function readKey(setting: string, given: string, kind: KeyKind, algorithm: Algorithm): KeyObject {
  const refuse = (problem: string): never => {
    throw new SettingsError([`${setting}: ${problem}.`]);
  };
  const text = contentsOf(given, kind, refuse);
  const jwk = jwkOf(text);
  if (jwk && jwk['alg'] !== undefined && jwk['alg'] !== algorithm) {
    refuse(`got a JWK for ${JSON.stringify(jwk['alg'])}, expected one for ${algorithm}`);
  }
  // The public half of a key pair as an HMAC secret would let anybody sign.
  if (kind === 'secret' && text.includes('-----BEGIN')) {
    refuse(`got a PEM key, expected a secret for ${algorithm}`);
  }
  // A JWK set is published, and a damaged JWK would be another secret than the one in it.
  if (kind === 'secret' && jwk === null && OBJECT.test(text)) {
    refuse(`got JSON that is no JWK, expected a secret for ${algorithm}`);
  }
  let key: KeyObject;
  try {
    key = jwk ? keyOfJwk(jwk, kind) : keyOfText(text, kind);
  } catch {
    return refuse(
      `got ${jwk ? `a JWK that is no ${kind} key` : foundInText(text, kind)}, expected one for ${algorithm}`,
    );
  }
  const misfit = misfitOf(key, algorithm);
  return misfit === null ? key : refuse(misfit);
}

/** What a text is that is no key. */
function foundInText(text: string, kind: KeyKind): string {
  if (text.trim() === '') return 'an empty file';
  const [, label] = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(text) ?? [];
  if (label === undefined) return `text that is no PEM ${kind} key and no JWK`;
  if (label.startsWith('ENCRYPTED') || text.includes('ENCRYPTED')) return 'a PEM key that a passphrase protects';
  const isKey = kind === 'private' ? label.endsWith('PRIVATE KEY') : label.endsWith('KEY') || label === 'CERTIFICATE';
  return isKey ? `a damaged PEM ${kind} key` : `a PEM ${label.toLowerCase()}`;
}

function keyOfText(text: string, kind: KeyKind): KeyObject {
  if (kind === 'secret') return createSecretKey(Buffer.from(text, 'utf8'));
  const pem = text.replaceAll('\\n', '\n'); // as environment files hold it, in one line
  return kind === 'private' ? createPrivateKey(pem) : createPublicKey(pem);
}

/** What the file holds, if a path was given. A path that is mistyped must not become a secret that can be guessed. */
function contentsOf(given: string, kind: KeyKind, refuse: (problem: string) => never): string {
  const mayBePath = kind === 'secret' ? PATH.test(given) : !/^\s*\{|-----BEGIN/.test(given);
  if (!mayBePath) return given;
  try {
    return textOf(readFileSync(given), refuse).replace(/\r?\n$/, '');
  } catch (error) {
    if (error instanceof SettingsError) throw error;
    const isPath = kind === 'secret' ? isFolder(dirname(given)) : PATH.test(given) || NAME.test(given);
    if (!isPath) return given;
    const instead = kind === 'secret' ? 'the secret itself' : 'the key as PEM or as a JWK';
    return refuse(`got the path of ${unreadable(error)}, expected a file that can be read, or ${instead}`);
  }
}

/** The text of a file, without the byte order mark that some editors put before it. What is no text would become another secret. */
function textOf(bytes: Uint8Array, refuse: (problem: string) => never): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refuse('got a file that is not text in UTF-8, expected one; a secret of any bytes can be a JWK, or base64');
  }
}

/** Why a file cannot be read. The path is not shown: it may be a secret that looks like one. */
function unreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'a file that does not exist';
  if (code === 'EISDIR') return 'a folder';
  return 'a file that this user cannot read';
}

/** Below the root: there a base64 secret may begin, too. */
function isFolder(path: string): boolean {
  return resolve(path) !== '/' && (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false);
}

function jwkOf(text: string): JsonWebKey | null {
  if (!text.trimStart().startsWith('{')) return null;
  try {
    const value = JSON.parse(text) as JsonWebKey;
    return typeof value.kty === 'string' ? value : null;
  } catch {
    return null; // its message would quote the key
  }
}
