/**
 * The server as its next version would be: it has one more migration, which leaves a trace each time it runs, and takes
 * the time that one takes on much data.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { pino } from 'pino';
import { startServer } from '../../dist/server/server.js';
import { settingsFromEnvironment } from '../../dist/contracts/settings/settings.js';
import { MIGRATIONS as MONGO_MIGRATIONS } from '../../dist/stores/mongo/migrations.js';
import { openMongoStore } from '../../dist/stores/mongo/mongo-store.js';
import { MIGRATIONS as SQLITE_MIGRATIONS } from '../../dist/stores/sqlite/migrations.js';
import { openSqliteStore } from '../../dist/stores/sqlite/sqlite-store.js';

/** A column, and a table of it that takes a while to fill. */
const SQL = `
  ALTER TABLE sessions ADD COLUMN device TEXT;
  CREATE TABLE devices (n INTEGER) STRICT;
  INSERT INTO devices
    WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 200000) SELECT n FROM counted;
`;

async function addDevices(connection) {
  const runs = connection.collection('runs');
  await runs.insertOne({ at: new Date() });
  for (let count = 0; count < 100; count += 1) {
    await connection.collection('devices').updateOne({ _id: count }, { $set: { count } }, { upsert: true });
  }
  await connection.collection('sessions').updateMany({ device: null }, { $set: { device: 'unknown' } });
}

/** Waits for so many of its kind, so that they open the store at one moment. */
async function gather(folder, count) {
  writeFileSync(join(folder, String(process.pid)), '');
  while (readdirSync(folder).length < count) await turn();
}

const { GATHER_IN = '', GATHER_COUNT = '1' } = process.env;
if (GATHER_IN !== '') await gather(GATHER_IN, Number(GATHER_COUNT));
const settings = settingsFromEnvironment();
const log = pino({ level: settings.logLevel });
const store =
  settings.mongodbUri === undefined
    ? await openSqliteStore(join(settings.dataDir, 'simplejwt.sqlite'), { migrations: [...SQLITE_MIGRATIONS, SQL] })
    : await openMongoStore(settings.mongodbUri, { migrations: [...MONGO_MIGRATIONS, addDevices] });
const server = await startServer({ settings, log, store });
process.once('SIGTERM', () => void server.close());
log.info({ url: server.url }, 'listening');
