import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import Database from 'libsql';
import mongoose from 'mongoose';
import { openMongoStore } from '../../src/stores/mongo/mongo-store.ts';
import { MIGRATIONS } from '../../src/stores/sqlite/migrations.ts';
import { openSqliteStore } from '../../src/stores/sqlite/sqlite-store.ts';
import { newPlace, storeKinds } from '../support/stores.ts';
import { NOW } from './records.ts';

/** As a program writes it that knows no addresses; such servers go on beside newer ones. */
const INSERT = `INSERT INTO users (id, username, username_key, password_hash, password_changed_at, is_active, created_at)
  VALUES (?, ?, ?, 'hash', ?, 1, ?)`;
const known = {
  passwordHash: 'hash',
  passwordChangedAt: NOW,
  isActive: true,
  isAdmin: false,
  lastLogin: null,
  createdAt: NOW,
};
const address = { email: 'A@example.org', emailKey: 'a@example.org', emailVerified: true };

test('users of a SQLite file from before there were addresses have none, and may get one', async () => {
  const place = newPlace('sqlite');
  const file = join(place.options.dataDir, 'store.sqlite');
  const before = MIGRATIONS.findIndex((sql) => sql.includes('ALTER TABLE users ADD COLUMN email '));
  const database = new Database(file);
  for (const sql of MIGRATIONS.slice(0, before)) database.exec(sql);
  database.exec(`PRAGMA user_version = ${before}`);
  const add = (db: Database.Database, name: string) =>
    db.prepare(INSERT).run(name, name, name, NOW.getTime(), NOW.getTime());
  add(database, 'before');
  database.close();
  const store = await openSqliteStore(file);
  const older = new Database(file);
  add(older, 'beside');
  expect(await store.users.replaceAddress('before', null, address)).toBe('replaced');
  older.prepare('UPDATE users SET is_active = 0 WHERE id = ?').run('before');
  older.close();
  expect(await store.users.list({ after: null, limit: 5 })).toEqual([
    { id: 'before', username: 'before', usernameKey: 'before', ...known, isActive: false, ...address },
    { id: 'beside', username: 'beside', usernameKey: 'beside', ...known },
  ]);
  await store.close();
  await place.remove();
});

test.each(storeKinds.filter((kind) => kind === 'mongodb'))(
  'users of a %s from before there were addresses have none, and may get one',
  async (kind) => {
    const place = newPlace(kind);
    const uri = place.options.mongodbUri ?? '';
    const store = await openMongoStore(uri);
    const connection = await mongoose.createConnection(uri).asPromise();
    const users = connection.collection<{ _id: string }>('users');
    for (const name of ['before', 'beside']) {
      const document = { ...known, username: name, usernameKey: name };
      await users.insertOne({ _id: name, ...document });
    }
    expect(await store.users.replaceAddress('before', null, address)).toBe('replaced');
    await users.updateOne({ _id: 'before' }, { $set: { isActive: false } });
    await connection.close();
    expect(await store.users.list({ after: null, limit: 5 })).toEqual([
      { id: 'before', username: 'before', usernameKey: 'before', ...known, isActive: false, ...address },
      { id: 'beside', username: 'beside', usernameKey: 'beside', ...known },
    ]);
    await store.close();
    await place.remove();
  },
);
