import { sha256, type ProofKey } from './proof-key.ts';

/** What a proof is for. */
export interface ProofOf {
  /** The method of the request. */
  readonly method: string;
  /** Its URL without what comes after the path. */
  readonly htu: string;
  /** The access token that the request carries. */
  readonly access?: string | null;
  /** What the server wants to see again. */
  readonly nonce?: string | undefined;
  /** Milliseconds since the epoch, by the clock of the server. */
  readonly now: number;
}

const encoder = new TextEncoder();

/** A proof for one request: a JWT with a name of its own (RFC 9449 4.2). */
export async function signProof(key: ProofKey, { method, htu, access, nonce, now }: ProofOf): Promise<string> {
  const { alg, jwk, sign, sha256: digest = sha256 } = key;
  const claims = {
    jti: newName(now),
    htm: method,
    htu,
    iat: Math.floor(now / 1000),
    ...(access && { ath: base64url(await digest(encoder.encode(access))) }),
    ...(nonce !== undefined && { nonce }),
  };
  const signed = `${part({ typ: 'dpop+jwt', alg, jwk })}.${part(claims)}`;
  return `${signed}.${base64url(await sign(encoder.encode(signed)))}`;
}

const part = (value: object): string => base64url(encoder.encode(JSON.stringify(value)));

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

/** It names a proof, and keeps no secret: React Native has no other chance without a package. Names in order of time are easy to store. */
function newName(now: number): string {
  const { crypto } = globalThis as { readonly crypto?: Partial<Crypto> };
  const random =
    crypto?.getRandomValues === undefined
      ? `${Math.random()}${Math.random()}`.replaceAll('0.', '')
      : base64url(crypto.getRandomValues(new Uint8Array(16)));
  return Math.floor(now).toString(36) + random;
}
