import { expect, test } from '@jest/globals';
import { newUsername } from '../../../src/core/users/username.ts';

/** Code points that show nothing: combining joiner, fillers, joiners, variation selectors, tags, a soft hyphen. */
const INVISIBLE = [
  0x00ad, 0x034f, 0x061c, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b, 0x180e, 0x200b, 0x200c, 0x200d, 0x200e, 0x202e,
  0x2060, 0x2064, 0x2066, 0x3164, 0xfe00, 0xfe0f, 0xfeff, 0xffa0, 0xfff0, 0x1bca0, 0x1d173, 0xe0001, 0xe0041, 0xe0100,
];

test.each(
  INVISIBLE.map((code) => [`U+${code.toString(16).toUpperCase().padStart(4, '0')}`, String.fromCodePoint(code)]),
)('S51: a username with %s, which shows nothing, is refused wherever it stands', (_name, character) => {
  for (const username of [`root1${character}`, `${character}root1`, `ro${character}ot1`]) {
    expect(() => newUsername(username)).toThrow('This is not a valid username.');
  }
});

/** Django's `EmailValidator` takes each, and a project's users may sign in with them. */
const ADDRESSES = [
  "o'brien@example.com",
  ...Array.from('!#$%&*/=?^{|}~`', (character) => `a${character}b@example.com`),
  '"quoted"@example.com',
  '"a@b"@example.com',
  String.raw`"john\ \"doe\""@example.com`,
  '""@example.com',
  'x@[127.0.0.1]',
  'x@[2001:db8::1]',
  'x@localhost',
  "o'brien@exämple.com",
  `${"'".repeat(242)}@example.com`,
];

test.each(ADDRESSES)('the e-mail address %s can be a username', (address) => {
  expect(newUsername(address)).toBe(address);
});

/** A letter outside the basic plane: two UTF-16 units, one character. */
const WIDE = '\u{20000}';

test.each([WIDE.repeat(76), WIDE.repeat(150), 'x'.repeat(150), `${WIDE.repeat(242)}@example.com`])(
  'the characters of a username are counted, and not their UTF-16 units: %s',
  (username) => {
    expect(newUsername(username)).toBe(username);
  },
);

test.each([
  ['151 letters', 'x'.repeat(151)],
  ['151 letters outside the basic plane', WIDE.repeat(151)],
  ['more than 150 letters in the normal form', '\ufb03'.repeat(51)],
  ['an address of 255 characters', `${'x'.repeat(243)}@example.com`],
  ['a quotation mark without an address', "o'brien"],
  ['an address with a space', 'john doe@example.com'],
  ['an address with a space in quotes', '"john doe"@example.com'],
  ['an address with a control character in quotes', '"a\u0001"@example.com'],
  ['an address with an open quotation mark', '"a@example.com'],
  ['an address with a comma', 'a,b@example.com'],
  ['an address with angle brackets', '<b>@example.com'],
  ['an address without a domain', "o'brien@"],
  ['an address with two domains', "o'brien@a@b"],
  ['an address that shows less than it holds', `o'brien\u200b@example.com`],
])('a username of %s is refused', (_name, username) => {
  expect(() => newUsername(username)).toThrow('or an e-mail address.');
});

test.each(['root1', 'jürgen', 'व्यास', 'josé', 'j.doe+tag@example.com', '名前'])(
  'the username %s is taken as it is',
  (username) => {
    expect(newUsername(username)).toBe(username.normalize('NFKC'));
  },
);
