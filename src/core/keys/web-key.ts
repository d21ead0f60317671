import type { WebAlgorithm } from '../../contracts/settings/algorithms.ts';
import { SettingsError } from '../../contracts/settings/settings-error.ts';
import type { Jwk } from './key-set.ts';

const MIN_SECRET_BYTES = 32; // RFC 7518 3.2 for HS256
const MIN_RSA_BITS = 2048; // RFC 7518 3.3 and 3.5
const CURVES: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };
const RSA = { RS: 'RSASSA-PKCS1-v1_5', PS: 'RSA-PSS' } as const;
const PEM = /^\s*-----BEGIN PUBLIC KEY-----([A-Za-z\d+/=\s]+)-----END PUBLIC KEY-----\s*$/;

type ImportKey = typeof crypto.subtle.importKey;
/** The key of WebCrypto, whose name is in the library of browsers alone. */
type CryptoKey = Awaited<ReturnType<ImportKey>>;

/** A key of WebCrypto and the one algorithm it is used with. */
export interface WebKey {
  readonly kid: string | undefined;
  readonly key: CryptoKey;
  readonly algorithm: WebAlgorithm;
}

/** Whether one secret both signs and verifies. */
export const isSecret = (algorithm: WebAlgorithm): boolean => algorithm.startsWith('HS');

function parametersOf(algorithm: WebAlgorithm): Parameters<ImportKey>[2] {
  if (algorithm === 'EdDSA') return { name: 'Ed25519' };
  const hash = `SHA-${algorithm.slice(2)}`;
  if (isSecret(algorithm)) return { name: 'HMAC', hash };
  const namedCurve = CURVES[algorithm];
  if (namedCurve !== undefined) return { name: 'ECDSA', namedCurve };
  return { name: RSA[algorithm.slice(0, 2) as keyof typeof RSA], hash };
}

/** Whether a JWK is of the kind that an algorithm takes. WebCrypto would look at none of it for some. */
function suits({ kty, crv, alg }: Jwk, algorithm: WebAlgorithm): boolean {
  if (alg !== undefined && alg !== algorithm && !(alg === 'Ed25519' && algorithm === 'EdDSA')) return false;
  if (algorithm === 'EdDSA') return kty === 'OKP' && crv === 'Ed25519';
  const curve = CURVES[algorithm];
  return curve === undefined ? kty === 'RSA' && !isSecret(algorithm) : kty === 'EC' && crv === curve;
}

/** The public key of a JWK. Null for one that is of another kind or too weak. */
export async function webKeyOf(jwk: Jwk, algorithms: readonly WebAlgorithm[]): Promise<WebKey | null> {
  const { kid, use = 'sig', kty, crv, n, e, x, y } = jwk;
  const algorithm = use === 'sig' ? algorithms.find((wanted) => suits(jwk, wanted)) : undefined;
  if (algorithm === undefined) return null;
  try {
    const members = Object.entries({ kty, crv, n, e, x, y }).filter(([, member]) => member !== undefined);
    const key = await crypto.subtle.importKey('jwk', Object.fromEntries(members), parametersOf(algorithm), false, [
      'verify',
    ]);
    return isStrong(key) ? { kid, key, algorithm } : null;
  } catch {
    return null;
  }
}

const isStrong = ({ algorithm }: CryptoKey): boolean =>
  !('modulusLength' in algorithm) || Number(algorithm.modulusLength) >= MIN_RSA_BITS;

/**
 * The key of an option: a public key as PEM or as a JWK in JSON; for HS algorithms a secret, or a JWK of one.
 *
 * @throws SettingsError that shows nothing of the key
 */
export async function readWebKey(given: string, algorithm: WebAlgorithm): Promise<WebKey> {
  const jwk = jwkOf(given);
  if (jwk?.alg !== undefined && jwk.alg !== algorithm) {
    throw new SettingsError([`key: got a JWK for ${JSON.stringify(jwk.alg)}, expected one for ${algorithm}.`]);
  }
  if (isSecret(algorithm)) return { kid: undefined, key: await secretOf(given, jwk, algorithm), algorithm };
  const read = jwk === null ? await keyOfPem(given, algorithm) : await webKeyOf({ ...jwk, use: 'sig' }, [algorithm]);
  if (read !== null) return { ...read, kid: undefined };
  const wanted = 'a public key as PEM or as a JWK in JSON, of the kind and size of the algorithm';
  throw new SettingsError([`key: got text that is no public key for ${algorithm}, expected ${wanted}.`]);
}

async function secretOf(given: string, jwk: Jwk | null, algorithm: WebAlgorithm): Promise<CryptoKey> {
  // The public half of a key pair as an HMAC secret would let anybody sign.
  if (given.includes('-----BEGIN') || (jwk !== null && jwk.kty !== 'oct')) {
    throw new SettingsError([`key: got a key of a pair, expected a secret for ${algorithm}.`]);
  }
  const bytes = jwk === null ? new TextEncoder().encode(given) : bytesOf(String(jwk.k));
  if (bytes.length < MIN_SECRET_BYTES) {
    const least = `expected at least ${MIN_SECRET_BYTES} for ${algorithm}`;
    throw new SettingsError([`key: got a secret of ${bytes.length} bytes, ${least}.`]);
  }
  return crypto.subtle.importKey('raw', bytes, parametersOf(algorithm), false, ['verify']);
}

async function keyOfPem(given: string, algorithm: WebAlgorithm): Promise<WebKey | null> {
  const [, body] = PEM.exec(given.replaceAll('\\n', '\n')) ?? []; // as environment files hold it, in one line
  if (body === undefined) return null;
  try {
    const bytes = bytesOf(body.replaceAll(/\s/g, ''));
    const key = await crypto.subtle.importKey('spki', bytes, parametersOf(algorithm), false, ['verify']);
    return isStrong(key) ? { kid: undefined, key, algorithm } : null;
  } catch {
    return null;
  }
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));

function jwkOf(text: string): Jwk | null {
  if (!text.trimStart().startsWith('{')) return null;
  try {
    const value = JSON.parse(text) as Jwk;
    return typeof value.kty === 'string' ? value : null;
  } catch {
    return null; // its message would quote the key
  }
}
