import { describe, expect, jest, test } from '@jest/globals';
import type { DpopVerification } from '../../src/verifier/index.ts';
import { rememberHere } from '../../src/verifier/used-proofs.ts';
import { ENGINES } from '../support/engines.ts';
import { TEST_KEY } from '../support/server.ts';

const PUBLIC = 'https://orders.example.com';

describe.each(ENGINES)('a verifier by %s', (_engine, create) => {
  test.each([
    [{ mode: 'on', url: PUBLIC }, 'dpop.mode: got "on", expected optional or required.'],
    [
      { mode: 'required', url: 'orders.example.com' },
      'dpop.url: got "orders.example.com", expected the https or http URL',
    ],
    [{ mode: 'required', url: `${PUBLIC}?x` }, 'dpop.url'],
    [{ mode: 'required', url: 'https://a b' }, 'dpop.url: got "https://a b"'],
    [{ mode: 'required', url: 'https://' }, 'dpop.url: got "https://"'],
    [{ mode: 'required', url: [] }, 'dpop.url: got none'],
    [{ mode: 'required', url: undefined }, 'dpop.url'],
    [{ mode: 'required', url: PUBLIC, maxAge: 0 }, 'dpop.maxAge: got 0, expected a number of seconds above 0.'],
  ])('refuses the options %j', (options, message) => {
    const dpop = options as DpopVerification;
    expect(() => create({ key: TEST_KEY, algorithms: ['HS256'], dpop })).toThrow(message);
  });
});

test('the memory of a process is bounded, forgets what has ended, and the oldest first', () => {
  let now = 0;
  const remember = rememberHere(() => now, 3);
  expect(['a', 'b', 'c'].map((id) => remember(id, 60))).toEqual([true, true, true]);
  expect(['c', 'b'].map((id) => remember(id, 60))).toEqual([false, false]);
  expect(remember('d', 60)).toBe(true);
  expect(['b', 'c', 'd'].map((id) => remember(id, 60))).toEqual([false, false, false]);
  now = 60_000;
  const forget = jest.spyOn(Map.prototype, 'delete');
  expect(remember('b', 60)).toBe(true);
  expect(forget.mock.calls).toEqual([['b'], ['c'], ['d']]);
  forget.mockRestore();
  expect(['c', 'd'].map((id) => remember(id, 60))).toEqual([true, true]);
});

test('the memory of a process holds the last 100,000 proofs', () => {
  const remember = rememberHere(() => 0);
  for (let count = 0; count < 100_000; count += 1) remember(String(count), 60);
  expect(remember('0', 60)).toBe(false);
  remember('100000', 60);
  expect(['0', '2'].map((id) => remember(id, 60))).toEqual([true, false]);
});
