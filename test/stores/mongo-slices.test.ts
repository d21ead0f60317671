import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import mongoose, { type Connection } from 'mongoose';
import { removeExpired } from '../../src/stores/mongo/expired.ts';
import { defineModels } from '../../src/stores/mongo/models.ts';
import { newPlace, storeKinds, type Place } from '../support/stores.ts';
import { after, newId, NOW } from './records.ts';

const EXPIRED = 300;
/** With the first slice; those that follow depend on how long it took. */
const FIRST = 64;

const onMongoDb = storeKinds.includes('mongodb') ? describe : describe.skip;

onMongoDb('the removal of what has expired from a MongoDB', () => {
  let place: Place;
  let connection: Connection;
  beforeAll(async () => {
    place = newPlace('mongodb');
    connection = await mongoose.createConnection(place.options.mongodbUri ?? '').asPromise();
  });
  afterAll(async () => {
    await connection.close();
    await place.remove();
  });

  test('goes in slices, and leaves what is alive or was renewed meanwhile', async () => {
    const { blacklist } = defineModels(connection);
    const entry = (expiresAt: Date) => ({ _id: newId(), expiresAt, blacklistedAt: NOW });
    const alive = entry(after(1));
    const ended = Array.from({ length: EXPIRED }, () => entry(after(-1)));
    const [renewed] = ended;
    await blacklist.insertMany([...ended, alive]);

    const deleteMany = blacklist.deleteMany.bind(blacklist);
    const deletions = jest.spyOn(blacklist, 'deleteMany');
    deletions.mockImplementationOnce(((filter: object) =>
      // As another server would, between the question for a slice and its removal.
      blacklist
        .updateMany({ _id: renewed?._id ?? '' }, { expiresAt: after(1) })
        .then(() => deleteMany(filter))) as never);
    expect(await removeExpired(blacklist as never, NOW)).toBe(EXPIRED - 1);

    const left = await blacklist.find().lean();
    expect(new Set(left.map(({ _id }) => _id))).toEqual(new Set([alive._id, renewed?._id]));
    const sizes = deletions.mock.calls.map(([filter]) => {
      const { _id } = filter as unknown as { readonly _id: { readonly $in: readonly string[] } };
      return _id.$in.length;
    });
    expect(sizes[0]).toBe(FIRST);
    expect(sizes.length).toBeGreaterThan(1);
    expect(await removeExpired(blacklist as never, NOW)).toBe(0);
  });
});
