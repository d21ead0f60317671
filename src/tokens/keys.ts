import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { SettingsError } from '../settings/settings.ts';
import type { Settings } from '../settings/settings-table.ts';
import { openRemoteKeys } from './remote-keys.ts';

/** The keys of a token codec, as KeyObjects: a string would be parsed again at every verification. */
export interface Keys {
  readonly signing: KeyObject;
  /** The key that verifies a token whose header names `kid`, or null if there is none. */
  find(kid: string | undefined): KeyObject | null | Promise<KeyObject | null>;
}

const MIN_SECRET_BYTES = 32; // RFC 7518 3.2 for HS256
const MIN_RSA_BITS = 2048; // RFC 7518 3.3 and 3.5
const CURVES: Readonly<Record<string, string>> = { ES256: 'prime256v1', ES384: 'secp384r1', ES512: 'secp521r1' };

const refuse = (setting: string, problem: string): never => {
  throw new SettingsError([`${setting}: ${problem}.`]);
};

function secretKey(secret: string, algorithm: string): KeyObject {
  // The public half of a key pair as an HMAC secret would let anybody sign.
  if (secret.includes('-----BEGIN')) refuse('JWT_SIGNING_KEY', `got a PEM key, expected a secret for ${algorithm}`);
  const bytes = Buffer.from(secret, 'utf8');
  if (bytes.length < MIN_SECRET_BYTES) {
    refuse(
      'JWT_SIGNING_KEY',
      `got a secret of ${bytes.length} bytes, expected at least ${MIN_SECRET_BYTES} for ${algorithm}`,
    );
  }
  return createSecretKey(bytes);
}

function pemKey(setting: string, pem: string, kind: 'private' | 'public', algorithm: string): KeyObject {
  const read = kind === 'private' ? createPrivateKey : createPublicKey;
  let key: KeyObject;
  try {
    key = read(pem.replaceAll('\\n', '\n'));
  } catch {
    return refuse(setting, `got text that is no PEM ${kind} key, expected one for ${algorithm}`);
  }
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  const curve = CURVES[algorithm];
  if (curve !== undefined && namedCurve !== curve) {
    refuse(
      setting,
      `got a key of ${namedCurve ?? key.asymmetricKeyType}, expected the curve ${curve} for ${algorithm}`,
    );
  }
  if (curve === undefined && (key.asymmetricKeyType !== 'rsa' || modulusLength < MIN_RSA_BITS)) {
    refuse(
      setting,
      `got a key of ${key.asymmetricKeyType} ${modulusLength}, expected RSA of at least ${MIN_RSA_BITS} bits for ${algorithm}`,
    );
  }
  return key;
}

const publicPart = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();

/**
 * Reads and checks the keys of the settings, once.
 *
 * @throws SettingsError if a key is missing, weak, or does not fit the algorithm.
 */
export async function loadKeys(settings: Settings): Promise<Keys> {
  const { algorithm, signingKey, verifyingKey, jwkUrl } = settings;
  if (signingKey === undefined) return refuse('JWT_SIGNING_KEY', `not set, expected a key for ${algorithm}`);
  if (algorithm.startsWith('HS')) {
    const secret = secretKey(signingKey, algorithm);
    return { signing: secret, find: () => secret };
  }
  const signing = pemKey('JWT_SIGNING_KEY', signingKey, 'private', algorithm);
  const own = createPublicKey(signing);
  const verifying = verifyingKey === undefined ? own : pemKey('JWT_VERIFYING_KEY', verifyingKey, 'public', algorithm);
  if (publicPart(verifying) !== publicPart(own)) {
    refuse('JWT_VERIFYING_KEY', 'got a key that does not belong to JWT_SIGNING_KEY, expected its public half');
  }
  if (jwkUrl === undefined) return { signing, find: () => verifying };
  const remote = await openRemoteKeys(jwkUrl, algorithm);
  return { signing, find: (kid) => (kid === undefined ? verifying : remote(kid)) };
}
