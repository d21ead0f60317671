import { expect, test } from '@jest/globals';
import { visible, visibleLines } from '../../src/contracts/visible.ts';

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const CONTROLS = [
  ...range(0, 0x1f),
  ...range(0x7f, 0x9f),
  0x061c,
  ...range(0x200e, 0x200f),
  ...range(0x2028, 0x202e),
  ...range(0x2066, 0x2069),
];

test('every control, bidirectional control and separator is shown as an escape that JSON reads', () => {
  for (const code of CONTROLS) {
    const text = `a${String.fromCharCode(code)}b`;
    expect(visible(text)).toMatch(/^a\\u[0-9a-f]{4}b$/);
    expect(JSON.parse(`"${visible(text)}"`)).toBe(text);
  }
});

test('all other text is left as it is', () => {
  const text = 'Mozilla/5.0 (X11; Linux) ünïcødé 日本語 😀 \u00a0 \u200d "quotes" \\ back';
  expect(visible(text)).toBe(text);
});

test('lines of our own stay lines', () => {
  expect(visibleLines('one\ntwo\u001b[31m\n')).toBe('one\ntwo\\u001b[31m\n');
});
