import { expect, jest, test } from '@jest/globals';
import { mongo } from 'mongoose';
import { insertedOf } from '../../src/stores/mongo/errors.ts';

const DUPLICATE = 11000;
type Failure = { readonly index: number; readonly code: number };

/** What the driver throws of a bulk insertion, with the servers' answer in it. */
const bulkError = (failures: readonly Failure[], { code = DUPLICATE, insertedCount = 1, isUnsure = false } = {}) => {
  const result = { insertedCount, getWriteConcernError: () => (isUnsure ? { errmsg: 'timed out' } : undefined) };
  return new mongo.MongoBulkWriteError({ message: 'E11000', code, writeErrors: failures } as never, result as never);
};
const collection = (error: Error) => ({
  insertMany: jest.fn<() => Promise<unknown>>().mockRejectedValue(error),
  insertOne: jest.fn<(document: number) => Promise<unknown>>().mockResolvedValue({}),
});
const GONE = { reason: 'store_unavailable' };

test('of many records those are not inserted that the server names as duplicates', async () => {
  const inserts = collection(bulkError([{ index: 1, code: DUPLICATE }]));
  expect(await insertedOf(inserts, [1, 2, 3])).toEqual([true, false, true]);
  expect(inserts.insertOne).not.toHaveBeenCalled();
});

test('where the server inserted none and names no duplicate, each is inserted for itself', async () => {
  const inserts = collection(bulkError([], { insertedCount: 0 }));
  inserts.insertOne.mockRejectedValueOnce(Object.assign(new Error('E11000'), { code: DUPLICATE }));
  expect(await insertedOf(inserts, [1, 2])).toEqual([false, true]);
  expect(inserts.insertOne.mock.calls).toEqual([[1], [2]]);
  inserts.insertOne.mockRejectedValueOnce(new Error('gone'));
  await expect(insertedOf(inserts, [1, 2])).rejects.toMatchObject(GONE);
});

test.each([
  [
    'another error beside a duplicate',
    bulkError([
      { index: 0, code: DUPLICATE },
      { index: 1, code: 1 },
    ]),
  ],
  ['a write that may be lost', bulkError([{ index: 0, code: DUPLICATE }], { isUnsure: true })],
  ['no duplicate, though some were inserted', bulkError([])],
  ['no duplicate', bulkError([], { code: 1, insertedCount: 0 })],
  ['an error of the network', new Error('gone')],
])('%s is no answer', async (_what, error) => {
  await expect(insertedOf(collection(error), [1, 2])).rejects.toMatchObject(GONE);
});

test('no records are not asked for', async () => {
  const inserts = collection(new Error('gone'));
  expect(await insertedOf(inserts, [])).toEqual([]);
  expect(inserts.insertMany).not.toHaveBeenCalled();
});
