import { constants, createHmac, sign, type KeyObject } from 'node:crypto';

/** A key and what it is used with. Unlike `jsonwebtoken`, nothing here minds if the two do not fit the token. */
export interface Signer {
  readonly algorithm: string;
  readonly key: KeyObject;
}

/** A JSON object as its text: names, and values as JSON, so that it can say what no parser would. */
export type Members = readonly (readonly [name: string, json: string])[];

export const textOf = (members: Members): string =>
  `{${members.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`;

export const membersOf = (values: Readonly<Record<string, unknown>>): Members =>
  Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)]);

/** The members with one replaced, or added at the end; without it where the JSON is null. */
export function changed(members: Members, name: string, json: string | null): Members {
  const rest = members.filter(([other]) => other !== name);
  return json === null ? rest : [...rest, [name, json]];
}

export const encoded = (text: string): string => Buffer.from(text).toString('base64url');

/** The signature of RFC 7518 3.1 over any text. */
export function signatureOf(text: string, { algorithm, key }: Signer): Buffer {
  const hash = `sha${algorithm.slice(2)}`;
  switch (algorithm.slice(0, 2)) {
    case 'HS':
      return createHmac(hash, key).update(text).digest();
    case 'PS':
      return sign(hash, Buffer.from(text), {
        key,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
      });
    case 'ES':
      return sign(hash, Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
    default:
      return sign(hash, Buffer.from(text), key);
  }
}

/** The compact form of any header and payload, signed. */
export function rawToken(header: string, payload: string, signer: Signer): string {
  const input = `${encoded(header)}.${encoded(payload)}`;
  return `${input}.${signatureOf(input, signer).toString('base64url')}`;
}
