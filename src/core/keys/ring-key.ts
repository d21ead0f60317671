import { createPublicKey, generateKeyPairSync, randomBytes, type JsonWebKey, type KeyObject } from 'node:crypto';
import { ALGORITHMS, type Algorithm } from '../../contracts/settings/settings-table.ts';
import { isSymmetric, keyOfJwk, misfitOf } from './key-material.ts';
import { publicJwkOf, thumbprintOf, type PublicJwk } from './public-jwk.ts';
import { deriveRefreshKey, type RefreshKey } from './refresh-key.ts';

/** A key of the ring, as its file says. Moments are milliseconds since the epoch. */
export interface RingKey extends RingTimes {
  /** RFC 7638 thumbprint; also the name of the file. */
  readonly kid: string;
  readonly algorithm: Algorithm;
  readonly signing: KeyObject;
  readonly verifying: KeyObject;
  /** Null for HS algorithms, which have no half to publish. */
  readonly publicJwk: PublicJwk | null;
  /** Signs refresh tokens. It is derived, and so it comes and goes with this key. */
  readonly refresh: RefreshKey;
}

/** When a key does what. */
export interface RingTimes {
  /** Orders the ring: of the keys that may sign, the one made last does. */
  readonly createdAt: number;
  readonly signsFrom: number;
  /** When every key made before is refused. It is here and not in their files, so that rotating writes one file. */
  readonly predecessorsEnd: number;
}

/** The ring cannot be used as it was asked to be; the message says why, and shows nothing of a key. */
export class KeyRingError extends Error {
  override name = 'KeyRingError';
}

const TIMES = ['createdAt', 'signsFrom', 'predecessorsEnd'] as const;
const RSA_BITS = 2048;
const JOSE_CURVES: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };

function generateJwk(algorithm: Algorithm): JsonWebKey {
  // RFC 7518 3.2: a secret as long as the hash.
  if (isSymmetric(algorithm)) {
    return { kty: 'oct', k: randomBytes(Number(algorithm.slice(2)) / 8).toString('base64url') };
  }
  const namedCurve = JOSE_CURVES[algorithm];
  const { privateKey } =
    namedCurve === undefined
      ? generateKeyPairSync('rsa', { modulusLength: RSA_BITS })
      : generateKeyPairSync('ec', { namedCurve });
  return privateKey.export({ format: 'jwk' });
}

/** Makes a key: its name, and the text of its file. */
export async function makeRingKey(algorithm: Algorithm, times: RingTimes): Promise<{ kid: string; text: string }> {
  let jwk: JsonWebKey;
  let kid: string;
  do {
    jwk = generateJwk(algorithm);
    kid = await thumbprintOf(keyOfJwk(jwk, kindOf(algorithm)));
  } while (kid.startsWith('-')); // on a command line it would be an option
  const moments = Object.fromEntries(TIMES.map((name) => [name, new Date(times[name]).toISOString()]));
  const file = { ...moments, jwk: { ...jwk, kid, alg: algorithm, use: 'sig' } };
  return { kid, text: `${JSON.stringify(file, null, 2)}\n` };
}

/**
 * Reads the file of a key.
 *
 * @throws KeyRingError if it is no whole key of a known algorithm, or not the one its name says
 */
export async function parseRingKey(name: string, text: string): Promise<RingKey> {
  const { times, jwk } = membersOf(text);
  const algorithm = ALGORITHMS.find((known) => known === jwk['alg']);
  if (algorithm === undefined) {
    throw new KeyRingError(`got the algorithm ${JSON.stringify(jwk['alg'])}, expected one of ${ALGORITHMS.join(', ')}`);
  }
  const signing = signingKeyOf(jwk, algorithm);
  const misfit = misfitOf(signing, algorithm);
  if (misfit !== null) throw new KeyRingError(misfit);
  const kid = await thumbprintOf(signing);
  if (kid !== jwk['kid'] || kid !== name) throw new KeyRingError('its name is not the thumbprint of its key');
  const named = { ...times, kid, algorithm, signing, refresh: await deriveRefreshKey(signing) };
  if (isSymmetric(algorithm)) return { ...named, verifying: signing, publicJwk: null };
  const verifying = createPublicKey(signing);
  return { ...named, verifying, publicJwk: publicJwkOf(verifying, kid, algorithm) };
}

const kindOf = (algorithm: Algorithm) => (isSymmetric(algorithm) ? 'secret' : 'private');

function signingKeyOf(jwk: JsonWebKey, algorithm: Algorithm): KeyObject {
  try {
    return keyOfJwk(jwk, kindOf(algorithm));
  } catch {
    throw new KeyRingError(`it holds no ${kindOf(algorithm)} key for ${algorithm}`); // the cause may quote the key
  }
}

function membersOf(text: string): { readonly times: RingTimes; readonly jwk: JsonWebKey } {
  const file = parse(text);
  if (!isObject(file) || !isObject(file['jwk'])) throw new KeyRingError('it is not the whole of a key');
  const moment = (name: (typeof TIMES)[number]) => {
    const parsed = Date.parse(String(file[name]));
    if (Number.isNaN(parsed)) throw new KeyRingError(`"${name}" is no moment`);
    return parsed;
  };
  const times = {
    createdAt: moment('createdAt'),
    signsFrom: moment('signsFrom'),
    predecessorsEnd: moment('predecessorsEnd'),
  };
  return { times, jwk: file['jwk'] };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null; // its message would quote the key
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
