import { newClientKey, type ClientKey, type ProofChanges } from '../../support/proofs.ts';

/** A proof that must be refused, and what of it is wrong. */
export type HostileProof = readonly [name: string, check: string, changes: ProofChanges, key?: ClientKey];

/** RSA keys that are too weak, that make work, or that are spelled in other ways; of an RSA key that is good. */
export function hostileRsaKeys(rsa: ClientKey): readonly HostileProof[] {
  return [
    ['an RSA key of 1024 bits', 'jwk', {}, newClientKey('RS256', 1024)],
    ['an RSA key of 2040 bits', 'jwk', {}, newClientKey('PS256', 2040)],
    ['an RSA key of more than 4096 bits', 'jwk', { header: { jwk: { ...rsa.jwk, n: 'x'.repeat(700) } } }, rsa],
    ['an RSA key of 4104 bits', 'jwk', { header: { jwk: { ...rsa.jwk, n: 'x'.repeat(684) } } }, rsa],
    [
      'an RSA key with zeros before its modulus',
      'jwk',
      { header: { jwk: { ...rsa.jwk, n: `AAAA${rsa.jwk.n}` } } },
      rsa,
    ],
    ['an even RSA modulus', 'signature', { header: { jwk: { ...rsa.jwk, n: `${rsa.jwk.n?.slice(0, -2)}AA` } } }, rsa],
    // With 1 everybody can sign; 2 and 4 are even; ten characters make a check as slow as a signature.
    ...['', 'AA', 'AQ', 'Ag', 'Aw', 'BA', 'AQAA', 'AAEAAQ', 'AQAC', '_____w', 'x'.repeat(10), 'x'.repeat(342)].map(
      (e) => [`the RSA exponent ${e}`, 'jwk', { header: { jwk: { ...rsa.jwk, e } } }, rsa] as const,
    ),
    ['an RSA exponent that is a number', 'jwk', { header: { jwk: { ...rsa.jwk, e: 65537 } } }, rsa],
  ];
}
