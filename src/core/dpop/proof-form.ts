import { isNumericDate } from '../../contracts/claims.ts';
import { ProofInvalid } from '../../contracts/errors/proof-errors.ts';
import { PROOF_ALGORITHMS, type ProofAlgorithm } from '../../contracts/settings/algorithms.ts';
import type { Jwk } from '../keys/key-set.ts';
import { hasNoUnusedBits, hasUniqueNames, isName, isObject, type TextOf } from '../tokens/token-form.ts';

/** What the header of a proof says: the same for all proofs of one key. */
export interface ProofHeader {
  readonly algorithm: ProofAlgorithm;
  readonly jwk: Jwk;
}

/** What a proof says of its request. Times are NumericDate. */
export interface ProofClaims {
  readonly jti: string;
  readonly htm: string;
  readonly htu: string;
  readonly iat: number;
  readonly ath: string | null;
  readonly nonce: string | null;
  readonly exp: number | null;
  readonly nbf: number | null;
}

/** An RSA proof with a key of 4096 bits has some 2,200 characters. */
const MAX_LENGTH = 4096;
const COMPACT_FORM = /^[\w-]+\.[\w-]+\.[\w-]+$/;
/** RFC 7518 6.2.2, 6.3.2 and 6.4: members of private and of symmetric keys. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** @throws ProofInvalid */
export function partsOf(proof: string): readonly [header: string, payload: string, signature: string] {
  if (proof.length > MAX_LENGTH || !COMPACT_FORM.test(proof)) throw new ProofInvalid('format');
  const [header = '', payload = '', signature = ''] = proof.split('.');
  if (!hasNoUnusedBits(signature)) throw new ProofInvalid('format'); // another spelling of the same signature
  return [header, payload, signature];
}

/** @throws ProofInvalid */
export function readHeader(part: string, textOf: TextOf): ProofHeader {
  const text = textOf(part);
  const header = parsed(text);
  // RFC 7515 4.1.11: an extension we do not understand makes it invalid, and we understand none.
  if (!isObject(header) || 'crit' in header || !hasUniqueNames(text, header)) throw new ProofInvalid('format');
  const { typ, alg, jwk } = header;
  if (typ !== 'dpop+jwt') throw new ProofInvalid('typ');
  const algorithm = PROOF_ALGORITHMS.find((known) => known === alg);
  if (algorithm === undefined) throw new ProofInvalid('alg');
  if (!isObject(jwk) || PRIVATE_MEMBERS.some((name) => name in jwk)) throw new ProofInvalid('jwk');
  return { algorithm, jwk };
}

/** @throws ProofInvalid */
export function readClaims(part: string, textOf: TextOf): ProofClaims {
  const text = textOf(part);
  const claims = parsed(text);
  if (!isObject(claims) || !hasUniqueNames(text, claims)) throw new ProofInvalid('format');
  const { jti, htm, htu, iat, ath, nonce, exp, nbf } = claims;
  if (!isName(jti)) throw new ProofInvalid('jti');
  if (typeof htm !== 'string') throw new ProofInvalid('htm');
  if (typeof htu !== 'string') throw new ProofInvalid('htu');
  if (!isNumericDate(iat)) throw new ProofInvalid('iat');
  if (ath !== undefined && typeof ath !== 'string') throw new ProofInvalid('ath');
  if (nonce !== undefined && typeof nonce !== 'string') throw new ProofInvalid('nonce');
  const isMoment = (value: unknown): value is number | undefined => value === undefined || isNumericDate(value);
  if (!isMoment(exp) || !isMoment(nbf)) throw new ProofInvalid('iat');
  return { jti, htm, htu, iat, ath: ath ?? null, nonce: nonce ?? null, exp: exp ?? null, nbf: nbf ?? null };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ProofInvalid('format', undefined, { cause });
  }
}

/** The members of the JWK of a key of which its thumbprint is made, in their order (RFC 7638 3.2, RFC 8037 2). */
export const thumbprintText = ({ kty, crv, x, y, n, e }: Jwk): string =>
  JSON.stringify({ EC: { crv, kty, x, y }, OKP: { crv, kty, x }, RSA: { e, kty, n } }[String(kty)]);
