import { expect, jest, test } from '@jest/globals';
import { mongoActivity } from '../../src/stores/mongo/activity.ts';

const RECORD = { hour: new Date(0), expiresAt: new Date(1), signIns: 1, refusals: 0, refreshes: 0, reuses: 0 };
const DUPLICATE = Object.assign(new Error('E11000 duplicate key'), { code: 11000 });

/** A server that refuses one of two that begin an hour at once, as servers may. */
const storeOn = (updateOne: () => Promise<unknown>) => mongoActivity({ updateOne } as never);

test('an hour that another has begun at the same time is added to', async () => {
  const updateOne = jest.fn<() => Promise<unknown>>().mockRejectedValueOnce(DUPLICATE).mockResolvedValueOnce({});
  await storeOn(updateOne).add(RECORD);
  expect(updateOne.mock.calls[1]).toEqual(updateOne.mock.calls[0]);
});

test('what is not added then is told', async () => {
  const updateOne = jest.fn<() => Promise<unknown>>().mockRejectedValue(DUPLICATE);
  await expect(storeOn(updateOne).add(RECORD)).rejects.toMatchObject({ reason: 'store_unavailable' });
  const gone = jest.fn<() => Promise<unknown>>().mockRejectedValue(new Error('gone'));
  await expect(storeOn(gone).add(RECORD)).rejects.toMatchObject({ reason: 'store_unavailable' });
  expect(gone).toHaveBeenCalledTimes(1);
});
