import { expect, test } from '@jest/globals';
import type { Store } from '../../src/contracts/store/store.ts';
import { describeEachStore } from '../support/stores.ts';
import { newId, newUser } from './records.ts';
import { openTwins } from './twins.ts';

describeEachStore('the users of a store', (kind) => {
  let store: Store;
  let twin: Store;
  openTwins(kind, (...opened) => ([store, twin] = opened));

  test('are listed by the beginning of their key, page by page, and no others are', async () => {
    const beginning = `${newId()}%_`;
    const keys = ['', '!', 'a', 'ab', 'ä', '\u{20000}', '힣'].map((end) => `${beginning}${end}`);
    const others = [beginning.slice(0, -1), `${beginning.slice(0, -1)}x`, `x${beginning}`, beginning.toUpperCase()];
    for (const usernameKey of [...keys, ...others]) await store.users.insert(newUser({ usernameKey }));
    const sorted = keys.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
    const page = async (after: string | null, limit: number) =>
      (await twin.users.list({ after, limit, prefix: beginning })).map(({ usernameKey }) => usernameKey);
    expect(await page(null, 50)).toEqual(sorted);
    expect(await page(sorted[1] ?? '', 2)).toEqual(sorted.slice(2, 4));
    expect(await page(sorted.at(-1) ?? '', 50)).toEqual([]);
    expect(await page('', 50)).toEqual(sorted);
    expect(await page(`${beginning}\u{10FFFF}`, 50)).toEqual([]);
  });
});
