import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { settingsFromOptions } from '../../src/contracts/settings/settings.ts';
import type { Store } from '../../src/contracts/store/store.ts';
import { connect } from '../../src/stores/mongo/connect.ts';
import { openKeeper, openStore } from '../../src/stores/open-store.ts';
import { describeEachStore, newPlace, type Place } from '../support/stores.ts';
import { newAttempts, newEntry, newService, newSession, newUser } from './records.ts';

describeEachStore('a store', (kind) => {
  let place: Place;
  let store: Store;
  beforeEach(async () => {
    place = newPlace(kind);
    store = await openStore(settingsFromOptions(place.options));
  });
  afterEach(async () => {
    await store.close();
    await place.remove();
  });

  const without = <Stored extends object>(record: Stored, name: string) => ({ ...record, [name]: undefined });
  const nullable = new Set([
    'lastLogin',
    'isAdmin',
    'previousJti',
    'userAgent',
    'ipAddress',
    'revokedAt',
    'revokedReason',
    'rotatedBy',
    'replay',
    'audience',
    'scopes',
  ]);
  const needed = (record: object) => Object.keys(record).filter((name) => !nullable.has(name));

  test('takes no record that lacks one of its fields', async () => {
    const [user, session, entry, attempts, service] = [
      newUser(),
      newSession(),
      newEntry(),
      newAttempts(),
      newService(),
    ];
    const insertions = [
      ...needed(user).map((name) => () => store.users.insert(without(user, name))),
      ...needed(session).map((name) => () => store.sessions.insert(without(session, name))),
      ...needed(entry).map((name) => () => store.blacklist.add(without(entry, name))),
      ...needed(attempts).map((name) => () => store.attempts.replace(null, without(attempts, name))),
      ...needed(service).map((name) => () => store.services.insert(without(service, name))),
    ];
    for (const insert of insertions) await expect(async () => insert()).rejects.toThrow(/./);
    expect(await store.users.list({ after: null, limit: 10 })).toEqual([]);
    expect(await store.sessions.find(session.id)).toBeNull();
  });

  test('says which version it has, and which this program knows', async () => {
    const { version, known } = await (await openKeeper(settingsFromOptions(place.options))).version();
    expect(version).toBe(known);
  });

  test('that is not there is not made by asking for its version', async () => {
    if (kind === 'mongodb') return;
    const dataDir = join(place.options.dataDir, 'elsewhere');
    await expect((await openKeeper(settingsFromOptions({ dataDir }))).version()).rejects.toThrow(
      'The first start of a server creates it.',
    );
    expect(existsSync(dataDir)).toBe(false);
  });

  test('asks MongoDB for writes that outlive a failover, and for answers within seconds', async () => {
    if (place.options.mongodbUri === undefined) return;
    const connection = await connect(place.options.mongodbUri);
    const { writeConcern, ...options } = connection.getClient().options;
    await connection.close();
    expect(writeConcern).toMatchObject({ w: 'majority', journal: true });
    expect(options).toMatchObject({
      retryWrites: true,
      serverSelectionTimeoutMS: 2000,
      connectTimeoutMS: 1000,
      socketTimeoutMS: 5000,
      waitQueueTimeoutMS: 2000,
      heartbeatFrequencyMS: 2000,
    });
  });
});
