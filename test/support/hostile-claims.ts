import * as fc from 'fast-check';
import { changed, membersOf, rawToken, textOf, type Members, type Signer } from './raw-token.ts';

/** A token that must be refused, and why. */
export interface Hostile {
  readonly trick: string;
  readonly token: string;
}

/** What a forger has: the server's key, so that oddities are well signed, and the claims of a token good for minutes. */
export interface Workshop {
  readonly own: Signer;
  readonly claims: Readonly<Record<string, unknown>> & { readonly exp: number };
  /** Keys that are not the server's, or not used as it uses its own. */
  readonly strangers: readonly (Signer & { readonly name: string })[];
}

export const headerOf = ({ algorithm }: Signer): Members => membersOf({ alg: algorithm, typ: 'JWT' });

const LONG = JSON.stringify('x'.repeat(256));
const NO_TEXT = ['{}', '{"$ne":1}', '{"$gt":""}', '[]', '["x"]', 'null', 'true', 'false', '1.5', '1e21', '""', LONG];
const NO_NAME = [...NO_TEXT, '0', '1', '-1', '1e999'];
/** Not in seconds, not a number, or not one that a clock shows. */
const noTime = (moment: number): string[] => [
  '"1e18"',
  '1e18',
  '9e99',
  '1e999',
  '-1',
  '-1e999',
  '{}',
  '{"$gt":0}',
  '[]',
  'null',
  'true',
  '""',
  '"soon"',
  `"${moment}"`,
  `[${moment}]`,
  `{"valueOf":${moment}}`,
  `${moment * 1000}`,
];
/** JSON has none of these, nor comments; parsers of other languages do. */
const NO_JSON = ['NaN', 'Infinity', '0x10', '01', '.5', "'x'", 'undefined', '1/**/', '"\u0000"', '"\\x41"'];

const NO_ISSUER = ['1', '{}', '["us"]', 'null', '""', '"US"', '"us "', '"us2"'];
const NO_AUDIENCE = ['1', '{}', '{"0":"app"}', '[]', '[["app"]]', 'null', '""', '"app2"', '["x"]', 'true'];

const PROTOTYPE_NAMES = Object.getOwnPropertyNames(Object.prototype);
const NO_PAYLOAD = ['', ' ', '{', '[]', '"text"', 'null', '1', 'true', '{}', '[{}]', '{}{}', '\ufeff{}', '\0'];

/** Claims that make no sense, all of them well signed. */
export function oddClaims({ own, claims }: Workshop): fc.Arbitrary<Hostile> {
  const good = membersOf(claims);
  const token = (members: Members) => rawToken(textOf(headerOf(own)), textOf(members), own);
  const instead = (name: string, values: readonly string[]) =>
    fc
      .constantFrom(...values)
      .map((json) => ({ trick: `${name} of ${json}`, token: token(changed(good, name, json)) }));
  const without = (...names: readonly string[]) =>
    fc.constantFrom(...names).map((name) => ({ trick: `no ${name}`, token: token(changed(good, name, null)) }));
  const moment = (name: string, seconds: fc.Arbitrary<number>) =>
    seconds.map((at) => ({ trick: `${name} of ${at}`, token: token(changed(good, name, String(at))) }));

  const mistyped = fc.oneof(
    ...['exp', 'iat', 'nbf'].map((name) => instead(name, noTime(claims.exp))),
    ...['jti', 'sid', 'token_type'].map((name) => instead(name, NO_NAME)),
    instead('user_id', NO_TEXT),
    instead('iss', NO_ISSUER),
    instead('aud', NO_AUDIENCE),
    ...Object.keys(claims).map((name) => instead(name, NO_JSON)),
    without('exp', 'jti', 'iss', 'aud'),
    moment('exp', fc.integer({ min: 0, max: claims.exp - 1000 })),
    ...['nbf', 'iat'].map((name) => moment(name, fc.integer({ min: claims.exp, max: 253_402_300_799 }))),
    instead('sid', ['"unknown"', '"__proto__"', '"constructor"', `"${'0'.repeat(32)}"`]),
  );
  const prototypes = fc
    .tuple(fc.constantFrom(...PROTOTYPE_NAMES), fc.constantFrom('1', 'null', '{}', textOf(good)))
    .map(([name, json]) => ({ trick: `a claim named ${name}`, token: token([...good, [name, json]]) }));
  const payloads = fc
    .constantFrom(...NO_PAYLOAD)
    .map((payload) => ({ trick: `a payload of ${payload}`, token: rawToken(textOf(headerOf(own)), payload, own) }));
  return fc.oneof({ weight: 5, arbitrary: mistyped }, { weight: 2, arbitrary: twins(good, own) }, prototypes, payloads);
}

/** One name twice in the payload or the header: parsers differ about which of them counts. */
function twins(good: Members, own: Signer): fc.Arbitrary<Hostile> {
  const escaped = (name: string) => `\\u00${name.charCodeAt(0).toString(16)}${name.slice(1)}`;
  const header = textOf(headerOf(own));
  const within = (text: string, more: string, first: boolean) =>
    first ? `{${more},${text.slice(1)}` : `${text.slice(0, -1)},${more}}`;
  const claim = fc
    .tuple(fc.constantFrom(...good), fc.constantFrom('1', 'null', '"x"', 'same'), fc.boolean(), fc.boolean())
    .map(([[name, json], other, first, plain]) => {
      const twin = `"${plain ? name : escaped(name)}":${other === 'same' ? json : other}`;
      return { trick: `twice ${twin}`, token: rawToken(header, within(textOf(good), twin, first), own) };
    });
  const nested = fc.constantFrom('{"a":1,"a":2}', '[{"a":{"b":"c","b":[]}}]', '{"":1,"":1}').map((json) => ({
    trick: `a claim of ${json}`,
    token: rawToken(header, textOf([...good, ['roles', json]]), own),
  }));
  const inHeader = fc
    .tuple(fc.constantFrom('"alg":"none"', `"alg":"${own.algorithm}"`, '"typ":"JWT"'), fc.boolean())
    .map(([twin, first]) => ({
      trick: `a header with twice ${twin}`,
      token: rawToken(within(header, twin, first), textOf(good), own),
    }));
  return fc.oneof(claim, nested, inHeader);
}
