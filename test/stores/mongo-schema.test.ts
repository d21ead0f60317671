import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import mongoose, { type Connection } from 'mongoose';
import type { Migration } from '../../src/stores/mongo/migrations.ts';
import { openMongoStore } from '../../src/stores/mongo/mongo-store.ts';
import { bringUpToDate, versionsOf } from '../../src/stores/mongo/schema.ts';
import { newPlace, storeKinds, type Place } from '../support/stores.ts';
import { failureOf, newEntry, newSession, newUser } from './records.ts';

interface SchemaDocument {
  readonly _id: string;
  readonly version: unknown;
  readonly migrator?: string | null;
  readonly beats?: number;
}

const onMongoDb = storeKinds.includes('mongodb') ? describe : describe.skip;

onMongoDb('the schema of a MongoDB', () => {
  let place: Place;
  let uri: string;
  let connection: Connection;
  beforeEach(async () => {
    place = newPlace('mongodb');
    uri = place.options.mongodbUri ?? '';
    connection = await mongoose.createConnection(uri).asPromise();
  });
  afterEach(async () => {
    await connection.close();
    await place.remove();
  });

  const schema = () => connection.collection<SchemaDocument>('schema');
  /** A migration, and how often it ran. */
  const counted = (work: () => Promise<void> = async () => {}) => {
    const runs = { count: 0 };
    const migration: Migration = async () => {
      runs.count += 1;
      await work();
    };
    return { runs, migration };
  };

  test('is written down when a store is opened', async () => {
    await (await openMongoStore(uri)).close();
    expect(await schema().find().toArray()).toEqual([{ _id: 'version', version: 1, migrator: null, beats: 0 }]);
    expect(await versionsOf(connection)).toEqual({ version: 1, known: 1 });
  });

  test('is version 1 where nothing is written down, and what is there goes on working and is migrated', async () => {
    const { id: userId, ...user } = newUser();
    const { id: sessionId, ...session } = newSession();
    const { jti, ...entry } = newEntry();
    const write = (collection: string, _id: string, record: object) =>
      connection.collection<{ _id: string }>(collection).insertOne({ _id, ...record });
    await write('users', userId, user);
    await write('sessions', sessionId, session);
    await write('blacklist', jti, entry);
    expect(await versionsOf(connection)).toEqual({ version: 1, known: 1 });

    const addDevices: Migration = async (migrated) =>
      void (await migrated.collection('sessions').updateMany({}, { $set: { device: 'unknown' } }));
    const store = await openMongoStore(uri, { migrations: [async () => {}, addDevices] });
    const found = await Promise.all([
      store.users.findById(userId),
      store.sessions.find(sessionId),
      store.blacklist.find(jti),
    ]);
    await store.close();
    expect(found).toMatchObject([
      { id: userId, ...user },
      { id: sessionId, ...session },
      { jti, ...entry },
    ]);
    expect(await connection.collection('sessions').findOne()).toMatchObject({ device: 'unknown' });
    expect(await schema().findOne()).toMatchObject({ version: 3, migrator: null });
  });

  test('goes from version to version once, in order, however many open it at once', async () => {
    const order: string[] = [];
    const step =
      (name: string): Migration =>
      async () => {
        order.push(name);
        await connection.collection('users').findOne(); // lets the others in
      };
    const migrations = [step('2'), step('3'), step('4')];
    const stores = await Promise.all(Array.from({ length: 8 }, () => openMongoStore(uri, { migrations })));
    await Promise.all(stores.map((store) => store.close()));
    expect(order).toEqual(['2', '3', '4']);
    await (await openMongoStore(uri, { migrations })).close();
    expect(order).toEqual(['2', '3', '4']);
  });

  test('of a newer program is refused, and nothing is changed', async () => {
    await schema().insertOne({ _id: 'version', version: 4 });
    const { cause } = await failureOf(openMongoStore(uri));
    expect(cause).toHaveProperty('message', 'the store has version 4, this program knows 1: start a newer program');
    expect(await schema().find().toArray()).toEqual([{ _id: 'version', version: 4 }]);
    const indexes = await connection
      .collection('users')
      .indexes()
      .catch(() => []);
    expect(indexes.filter(({ name }) => name !== '_id_')).toEqual([]);
  });

  test.each([[null], ['2'], [0], [1.5]])('that says %j is refused', async (version) => {
    await schema().insertOne({ _id: 'version', version });
    const { cause } = await failureOf(openMongoStore(uri));
    expect(cause).toHaveProperty('message', expect.stringMatching(/^the document "version" .* expected a number/));
  });

  test('stays as it was when a migration fails, and the next one to come tries again at once', async () => {
    let broken = true;
    const { runs, migration } = counted(async () => {
      if (broken) throw new Error('no space');
    });
    const { cause } = await failureOf(openMongoStore(uri, { migrations: [migration] }));
    expect(cause).toHaveProperty('message', 'no space');
    expect(await schema().findOne()).toMatchObject({ version: 1, migrator: null });
    broken = false;
    await bringUpToDate(connection, { migrations: [migration] });
    expect(runs.count).toBe(2);
    expect(await schema().findOne()).toMatchObject({ version: 2, migrator: null });
  });

  test('is taken over from a process that has gone, by one of those that wait', async () => {
    await schema().insertOne({ _id: 'version', version: 1, migrator: 'gone', beats: 7 });
    const { runs, migration } = counted();
    const options = { migrations: [migration], patience: 300 };
    await Promise.all([1, 2, 3].map(() => bringUpToDate(connection, options)));
    expect(runs.count).toBe(1);
    expect(await schema().findOne()).toMatchObject({ version: 2, migrator: null });
  });

  test('is left to a process that gives signs, for as long as it does', async () => {
    await schema().insertOne({ _id: 'version', version: 1, migrator: 'slow', beats: 7 });
    const { runs, migration } = counted();
    let isDone = false;
    const reads = jest.spyOn(schema(), 'findOne');
    const started = performance.now();
    const waiting = bringUpToDate(connection, { migrations: [migration], patience: 1000 }).then(() => {
      isDone = true;
    });
    const until = performance.now() + 1600;
    while (performance.now() < until) {
      await schema().updateOne({ _id: 'version', migrator: 'slow' }, { $inc: { beats: 1 } });
    }
    expect([isDone, runs.count]).toEqual([false, 0]);
    // It asks every 50 ms.
    expect(reads.mock.calls.length).toBeLessThan((performance.now() - started) / 50 + 3);
    reads.mockRestore();
    await schema().updateOne({ _id: 'version' }, { $set: { version: 2, migrator: null } });
    await waiting;
    expect(runs.count).toBe(0);
  });

  test('is not declared done by a process that was taken over from', async () => {
    const { runs, migration } = counted(async () => {
      if (runs.count === 1) await schema().updateOne({ _id: 'version' }, { $set: { migrator: 'another' } });
    });
    await bringUpToDate(connection, { migrations: [migration], patience: 100 });
    expect(runs.count).toBe(2); // the other one has gone: after its patience, it is done once more
    expect(await schema().findOne()).toMatchObject({ version: 2, migrator: null });
  });
});
