import * as fc from 'fast-check';
import { headerOf, type Hostile, type Workshop } from './hostile-claims.ts';
import { membersOf, rawToken, textOf } from './raw-token.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const INTRUDERS = [
  '\0',
  '=',
  '+',
  '/',
  ' ',
  '\n',
  '\t',
  '.',
  '%2E',
  '"',
  '\u200b',
  'é',
  'Ａ',
  '😀',
  '\ud800',
  "'",
  ',',
];

/** Other texts than the one good token, however near they are. */
export function oddTexts({ own, claims }: Workshop): fc.Arbitrary<Hostile> {
  const good = rawToken(textOf(headerOf(own)), textOf(membersOf(claims)), own);
  const [header = '', payload = '', signature = ''] = good.split('.');
  const parts = [header, payload, signature];
  const position = fc.nat(good.length - 2).map((index) => index + 1);
  const inPart = (change: (part: string, index: number) => string) =>
    fc.nat(2).map((index) => parts.map((part, at) => (at === index ? change(part, index) : part)).join('.'));
  const bytes = (part: string) => Buffer.from(part, 'base64url');

  const tricks: Readonly<Record<string, fc.Arbitrary<string>>> = {
    'a truncated token': position.map((end) => good.slice(0, end)),
    'a token without its beginning': position.map((start) => good.slice(start)),
    'a token without a piece': fc
      .tuple(position, position)
      .map(([a, b]) => good.slice(0, Math.min(a, b)) + good.slice(Math.max(a, b) + 1)),
    'one character changed': fc
      .tuple(position, fc.constantFrom(...ALPHABET.split(''), '.'))
      .map(([at, character]) => good.slice(0, at) + character + good.slice(at + 1)),
    'one character in the other case': position.map((at) => {
      const character = good.charAt(at);
      const upper = character.toUpperCase();
      return good.slice(0, at) + (upper === character ? character.toLowerCase() : upper) + good.slice(at + 1);
    }),
    'an intruder': fc
      .tuple(position, fc.constantFrom(...INTRUDERS))
      .map(([at, intruder]) => good.slice(0, at) + intruder + good.slice(at)),
    'one bit flipped': fc.tuple(fc.nat(2), fc.nat(), fc.nat(7)).map(([index, at, bit]) =>
      parts
        .map((part, which) => {
          if (which !== index) return part;
          const flipped = bytes(part);
          const where = at % flipped.length;
          flipped[where] = (flipped[where] ?? 0) ^ (1 << bit);
          return flipped.toString('base64url');
        })
        .join('.'),
    ),
    padding: inPart((part) => part.padEnd(Math.ceil((part.length + 1) / 4) * 4, '=')),
    'the standard alphabet': inPart((part) => part.replaceAll('-', '+').replaceAll('_', '/')),
    'padding and the standard alphabet': inPart((part) => bytes(part).toString('base64')),
    hexadecimal: inPart((part) => bytes(part).toString('hex')),
    'other trailing bits': inPart((part) => part.slice(0, -1) + (ALPHABET[ALPHABET.indexOf(part.slice(-1)) ^ 1] ?? '')),
    'a character more': fc
      .tuple(
        inPart((part) => part),
        fc.constantFrom(...ALPHABET.split('')),
      )
      .map(([text, more]) => text + more),
    'an empty part': inPart(() => ''),
    'a part too many': fc.constantFrom(`${good}.`, `.${good}`, `${good}.AA`, `${good}.${payload}.${signature}`),
    'parts in another order': fc.constantFrom(`${payload}.${header}.${signature}`, `${signature}.${payload}.${header}`),
    'a part twice': fc.constantFrom(
      `${header}.${header}.${signature}`,
      good + good,
      `${header}.${payload}.${signature}${signature}`,
    ),
    'a blank signature': fc
      .constantFrom(8, 16, 32, 64, 256)
      .map((size) => `${header}.${payload}.${Buffer.alloc(size).toString('base64url')}`),
    'a short signature': fc
      .constantFrom(1, 8, 16, 31)
      .map((size) => `${header}.${payload}.${bytes(signature).subarray(0, size).toString('base64url')}`),
    'JSON serialization': fc.constantFrom(
      JSON.stringify({ protected: header, payload, signature }),
      JSON.stringify({ payload, signatures: [{ protected: header, signature }] }),
    ),
    'encoded again': fc.constantFrom(
      encodeURIComponent(`${good}=`),
      bytes(good).toString('base64url'),
      Buffer.from(good).toString('base64url'),
    ),
    wrapped: fc.constantFrom(`"${good}"`, `Bearer ${good}`, `<${good}>`, `\ufeff${good}`, `${good}\0`, `${good};`),
    'a megabyte': fc.constantFrom('x', '.', 'e30.', '\0', 'é').map((text) => text.repeat(1_000_000 / text.length)),
    'some more than the longest': fc.integer({ min: 8193, max: 20_000 }).map((length) => good.padEnd(length, 'A')),
    'any text': fc.string({ unit: 'binary', maxLength: 300 }),
    'three of any text': fc
      .tuple(...[1, 2, 3].map(() => fc.base64String()))
      .map((texts) => texts.map((text) => text.replaceAll('=', '')).join('.')),
  };
  return fc
    .oneof(...Object.entries(tricks).map(([trick, texts]) => texts.map((token) => ({ trick, token }))))
    .filter(({ token }) => token !== good);
}
