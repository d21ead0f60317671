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
    expect(() => newUsername(username)).toThrow('This is no valid username.');
  }
});

test.each(['root1', 'jürgen', 'व्यास', 'josé', 'j.doe+tag@example.com', '名前'])(
  'the username %s is taken as it is',
  (username) => {
    expect(newUsername(username)).toBe(username.normalize('NFKC'));
  },
);
