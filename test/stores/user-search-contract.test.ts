import { expect, test } from '@jest/globals';
import type { Store } from '../../src/contracts/store/store.ts';
import { describeEachStore } from '../support/stores.ts';
import { newId, newUser } from './records.ts';
import { openTwins } from './twins.ts';

describeEachStore('the users of a store', (kind) => {
  let store: Store;
  let twin: Store;
  openTwins(kind, (...opened) => ([store, twin] = opened));

  test('are found by any part of their key, page by page, and no others are', async () => {
    const part = `${newId()}%_.*`;
    const keys = ['', '!', 'a', 'ab', 'ä', '\u{20000}', '힣'].flatMap((end) => [`${part}${end}`, `${end}-${part}`]);
    const others = [part.slice(0, -1), `${part.slice(0, -1)}x`, part.replace('%', 'x'), part.toUpperCase()];
    for (const usernameKey of [...keys, ...others]) await store.users.insert(newUser({ usernameKey }));
    const sorted = keys.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
    const page = async (after: string | null, limit: number) =>
      (await twin.users.list({ after, limit, part })).map(({ usernameKey }) => usernameKey);
    expect(await page(null, 50)).toEqual(sorted);
    expect(await page(sorted[1] ?? '', 2)).toEqual(sorted.slice(2, 4));
    expect(await page(sorted.at(-1) ?? '', 50)).toEqual([]);
    expect(await page('', 50)).toEqual(sorted);
    expect(await page('\u{10FFFF}', 50)).toEqual([]);
    expect(await twin.users.count(part)).toBe(keys.length);
  });

  test('are found by any part of their address, and counted', async () => {
    const mailbox = newId();
    const [one, other] = ['a', 'b'].map((end) =>
      newUser({ email: `${mailbox}${end}@x.example`, emailKey: `${mailbox}${end}@x.example` }),
    );
    for (const user of [one, other]) await store.users.insert(user ?? newUser());
    const found = async (part: string) =>
      new Set((await twin.users.list({ after: null, limit: 9, part })).map(({ id }) => id));
    expect(await found(mailbox.slice(1))).toEqual(new Set([one?.id, other?.id]));
    expect(await found(`${mailbox}b@x.ex`)).toEqual(new Set([other?.id]));
    expect(await twin.users.count(`${mailbox}a@`)).toBe(1);
  });

  test('are found where a sigma ends a word, as elsewhere', async () => {
    const id = newId();
    const keys = [`${id}ος`, `${id}οσα`];
    for (const usernameKey of keys) await store.users.insert(newUser({ usernameKey }));
    for (const part of [`${id}ος`, `${id}οσ`]) {
      const found = await twin.users.list({ after: null, limit: 9, part });
      expect(found.map(({ usernameKey }) => usernameKey)).toEqual(keys);
      expect(await twin.users.count(part)).toBe(2);
    }
  });

  test('are found and counted where there are more than are read in one go', async () => {
    const part = newId();
    const crowd = Array.from({ length: 2100 }, (_, index) =>
      newUser({ usernameKey: `${newId()}${index % 700 === 0 ? part : ''}` }),
    );
    await store.users.insertMany(crowd);
    expect(await twin.users.count(part)).toBe(3);
    const first = await twin.users.list({ after: null, limit: 2, part });
    const rest = await twin.users.list({ after: first.at(-1)?.usernameKey ?? null, limit: 2, part });
    expect([first.length, rest.length]).toEqual([2, 1]);
    expect(await twin.users.count()).toBeGreaterThanOrEqual(crowd.length);
  });
});
