import {
  constants,
  createHash,
  createHmac,
  generateKeyPairSync,
  randomUUID,
  sign,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';

/** A key of a client. */
export interface ClientKey {
  readonly jwk: JsonWebKey;
  readonly privateKey: KeyObject;
  readonly algorithm: string;
}

const CURVES: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };

/** A new key for an algorithm. */
export function newClientKey(algorithm = 'ES256', modulusLength = 2048): ClientKey {
  const namedCurve = CURVES[algorithm];
  const pair =
    namedCurve === undefined
      ? algorithm.startsWith('Ed')
        ? generateKeyPairSync('ed25519')
        : generateKeyPairSync('rsa', { modulusLength })
      : generateKeyPairSync('ec', { namedCurve });
  return { jwk: pair.publicKey.export({ format: 'jwk' }), privateKey: pair.privateKey, algorithm };
}

/** RFC 7638. */
export function thumbprintOf({ jwk: { kty, crv, x, y, n, e } }: Pick<ClientKey, 'jwk'>): string {
  const members = { EC: { crv, kty, x, y }, OKP: { crv, kty, x }, RSA: { e, kty, n } }[String(kty)];
  return sha256(JSON.stringify(members));
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url');

const encoded = (part: unknown): string =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');

/** What of a proof is another than it should be. A text in place of a part is taken as it is. */
export interface ProofChanges {
  readonly header?: Readonly<Record<string, unknown>> | string;
  readonly claims?: Readonly<Record<string, unknown>> | string;
  /** Of the signature in base64url. */
  readonly signature?: (made: string) => string;
  /** Signs in place of the key. */
  readonly signer?: ClientKey;
}

/** What a good proof says. `now` in seconds. */
export interface ProofFacts {
  readonly url: string;
  readonly now: number;
  readonly method?: string;
  readonly token?: string;
  readonly nonce?: string;
}

/** Makes a proof by hand (RFC 9449 4.2), and bends it as a test wants. Members that are undefined are left out. */
export function makeProof(
  key: ClientKey,
  { url, now, method = 'POST', token, nonce }: ProofFacts,
  { header = {}, claims = {}, signature = (made) => made, signer = key }: ProofChanges = {},
): string {
  const usual = { jti: randomUUID(), htm: method, htu: url, iat: Math.floor(now), ath: token && sha256(token), nonce };
  const head = typeof header === 'string' ? header : { typ: 'dpop+jwt', alg: key.algorithm, jwk: key.jwk, ...header };
  const body = typeof claims === 'string' ? claims : { ...usual, ...claims };
  const signed = `${encoded(head)}.${encoded(body)}`;
  return `${signed}.${signature(signatureOf(signed, signer))}`;
}

function signatureOf(signed: string, { algorithm, privateKey }: ClientKey): string {
  if (algorithm.startsWith('HS')) return createHmac('sha256', privateKey).update(signed).digest('base64url');
  const hash = algorithm.startsWith('Ed') ? null : `sha${algorithm.slice(2)}`;
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  const options = {
    key: privateKey,
    ...(algorithm.startsWith('ES') && { dsaEncoding: 'ieee-p1363' as const }),
    ...(algorithm.startsWith('PS') && pss),
  };
  return sign(hash, Buffer.from(signed), options).toString('base64url');
}
