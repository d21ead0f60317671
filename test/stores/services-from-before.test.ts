import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import Database from 'libsql';
import mongoose from 'mongoose';
import { openMongoStore } from '../../src/stores/mongo/mongo-store.ts';
import { MIGRATIONS } from '../../src/stores/sqlite/migrations.ts';
import { openSqliteStore } from '../../src/stores/sqlite/sqlite-store.ts';
import { newPlace, storeKinds } from '../support/stores.ts';
import { NOW } from './records.ts';

/** As a program writes it that knows neither audiences nor scopes; such servers go on beside newer ones. */
const INSERT = 'INSERT INTO services (name, secret_hash, created_at) VALUES (?, ?, ?)';
const known = { secretHash: 'hash', createdAt: NOW, audience: null, scopes: null };

test('S52: services of a SQLite file from before there were scopes are allowed what they were', async () => {
  const place = newPlace('sqlite');
  const file = join(place.options.dataDir, 'store.sqlite');
  const before = MIGRATIONS.findIndex((sql) => sql.includes('ALTER TABLE services ADD COLUMN scopes'));
  const database = new Database(file);
  for (const sql of MIGRATIONS.slice(0, before)) database.exec(sql);
  database.exec(`PRAGMA user_version = ${before}`);
  database.prepare(INSERT).run('before', 'hash', NOW.getTime());
  database.close();
  const store = await openSqliteStore(file);
  const older = new Database(file);
  older.prepare(INSERT).run('beside', 'hash', NOW.getTime());
  older.close();
  expect(await store.services.list()).toEqual([
    { name: 'before', ...known },
    { name: 'beside', ...known },
  ]);
  await store.close();
  await place.remove();
});

test.each(storeKinds.filter((kind) => kind === 'mongodb'))(
  'S52: services of a %s from before there were scopes are allowed what they were',
  async (kind) => {
    const place = newPlace(kind);
    const uri = place.options.mongodbUri ?? '';
    const store = await openMongoStore(uri);
    const connection = await mongoose.createConnection(uri).asPromise();
    const document = { _id: 'before', secretHash: 'hash', createdAt: NOW };
    await connection.collection<{ _id: string }>('services').insertOne(document);
    await connection.close();
    expect(await store.services.find('before')).toEqual({ name: 'before', ...known });
    await store.close();
    await place.remove();
  },
);
