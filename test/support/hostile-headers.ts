import * as fc from 'fast-check';
import { headerOf, type Hostile, type Workshop } from './hostile-claims.ts';
import { changed, encoded, membersOf, rawToken, signatureOf, textOf, type Members } from './raw-token.ts';

const NO_KID = ['{"$ne":1}', '{}', '[]', '["a"]', '1', '0', 'null', 'true', '""', JSON.stringify('k'.repeat(256))];
const NO_HEADER = ['', 'x', '{', '[]', '"text"', 'null', '1', '{}', '{"typ":"JWT"}', '\ufeff{"alg":"HS256"}', '\0'];
const CRIT = ['["exp"]', '["b64"]', '["x"]', '[]', '{}', 'null', '"exp"', '["__proto__"]'];
const ALGORITHMS = ['HS', 'RS', 'PS', 'ES'].flatMap((family) => ['256', '384', '512'].map((bits) => family + bits));
const NO_ALGORITHM = [
  '""',
  '"HS"',
  '"HS1"',
  '"HMAC"',
  '"EdDSA"',
  '"ES256K"',
  '"RSA1_5"',
  '"dir"',
  '"__proto__"',
  '"constructor"',
].concat(['null', '0', 'true', '{}', '[]', '{"toString":1}', '"none\\u0000"', '" none"']);
/** Where a header says its key is found. */
const BROUGHT_KEYS: Readonly<Record<string, unknown>> = {
  jku: 'https://evil.example/jwks.json',
  x5u: 'https://evil.example/cert.pem',
  x5c: ['MIIB'],
  x5t: 'AAAA',
  jwk: { kty: 'oct', k: 'AAAA' },
  kid: '../../../../dev/null',
};

/** Headers that choose another algorithm or another key, and such as make no sense, the latter well signed. */
export function oddHeaders(workshop: Workshop): fc.Arbitrary<Hostile> {
  const { own, claims, strangers } = workshop;
  const payload = textOf(membersOf(claims));
  const good = headerOf(own);
  const wellSigned = (header: Members) => rawToken(textOf(header), payload, own);
  const instead = (name: string, values: readonly string[]) =>
    fc.constantFrom(...values).map((json) => ({
      trick: `a header with ${name} ${json}`,
      token: wellSigned(changed(good, name, json)),
    }));

  const otherAlgorithm = fc
    .oneof(
      fc.mixedCase(fc.constant('none')).map((none) => JSON.stringify(none)),
      fc.constantFrom(...NO_ALGORITHM),
      fc.constantFrom(...ALGORITHMS.filter((name) => name !== own.algorithm)).map((name) => JSON.stringify(name)),
      fc
        .constantFrom(own.algorithm.toLowerCase(), `${own.algorithm} `, `${own.algorithm}\0`)
        .map((name) => JSON.stringify(name)),
      fc.constant(`["${own.algorithm}"]`),
    )
    .chain((json) => {
      const header = textOf(changed(good, 'alg', json));
      const input = `${encoded(header)}.${encoded(payload)}`;
      const original = wellSigned(good).split('.')[2] ?? '';
      const signatures = ['', 'AA', original, signatureOf(input, own).toString('base64url')];
      return fc
        .constantFrom(...signatures)
        .map((signature) => ({ trick: `alg ${json}`, token: `${input}.${signature}` }));
    });
  const otherKey = fc
    .tuple(fc.constantFrom(...strangers), fc.boolean(), fc.subarray(Object.keys(BROUGHT_KEYS)))
    .map(([{ name, algorithm, key }, honest, brought]) => {
      const extra = membersOf(Object.fromEntries(brought.map((header) => [header, BROUGHT_KEYS[header]])));
      const header = membersOf({ alg: honest ? algorithm : own.algorithm, typ: 'JWT' });
      return {
        trick: `signed with ${name} as ${honest ? algorithm : own.algorithm}, with ${brought.join(', ') || 'nothing'}`,
        token: rawToken(textOf([...header, ...extra]), payload, { algorithm, key }),
      };
    });
  const noHeader = fc
    .constantFrom(...NO_HEADER)
    .map((header) => ({ trick: `a header of ${header}`, token: rawToken(header, payload, own) }));
  const long = fc.constantFrom('kid', 'typ', 'cty', 'x').map((name) => ({
    trick: `a ${name} of 10 kB`,
    token: wellSigned(changed(good, name, JSON.stringify('x'.repeat(10_000)))),
  }));
  return fc.oneof(
    { weight: 4, arbitrary: otherAlgorithm },
    { weight: 4, arbitrary: otherKey },
    instead('kid', NO_KID),
    instead('crit', CRIT),
    noHeader,
    long,
  );
}
