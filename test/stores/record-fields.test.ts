import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import mongoose from 'mongoose';
import { settingsFromOptions } from '../../src/contracts/settings/settings.ts';
import type { Store } from '../../src/contracts/store/store.ts';
import { connect } from '../../src/stores/mongo/connect.ts';
import { defineModels } from '../../src/stores/mongo/models.ts';
import { openKeeper, openStore } from '../../src/stores/open-store.ts';
import { describeEachStore, newPlace, type Place } from '../support/stores.ts';
import {
  newAccountEvent,
  newAttempts,
  newEntry,
  newFactors,
  newId,
  newLink,
  newMail,
  newReplay,
  newService,
  newSession,
  newUser,
  NOW,
} from './records.ts';

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
    'to',
    'language',
    'reported',
  ]);
  const needed = (record: object, ...others: string[]) =>
    Object.keys(record).filter((name) => !nullable.has(name) && !others.includes(name));

  test('takes no record that lacks one of its fields', async () => {
    const [user, session, entry, attempts, service] = [
      newUser(),
      newSession(),
      newEntry(),
      newAttempts(),
      newService(),
    ];
    const [link, mail, event, factors] = [newLink(), newMail(), newAccountEvent(), newFactors()];
    const insertions = [
      ...needed(user).map((name) => () => store.users.insert(without(user, name))),
      ...needed(session).map((name) => () => store.sessions.insert(without(session, name))),
      ...needed(entry).map((name) => () => store.blacklist.add(without(entry, name))),
      ...needed(attempts).map((name) => () => store.attempts.replace(null, without(attempts, name))),
      ...needed(service).map((name) => () => store.services.insert(without(service, name))),
      ...needed(link).map((name) => () => store.links.insert(without(link, name))),
      ...needed(mail, 'userId').map((name) => () => store.outbox.add(without(mail, name))),
      ...needed(event).map((name) => () => store.accountEvents.add(without(event, name), 9)),
      ...['userId', 'version'].map((name) => () => store.secondFactors.replace(null, without(factors, name))),
      () => store.proofs.add(newId(), undefined as never),
    ];
    for (const insert of insertions) await expect(async () => insert()).rejects.toThrow(/./);
    expect(await store.users.list({ after: null, limit: 10 })).toEqual([]);
    expect(await store.sessions.find(session.id)).toBeNull();
  });

  test('takes no part that lacks one of its fields, and null for what is missing, where it is MongoDB', async () => {
    if (kind === 'sqlite') return;
    const [replay, app, authentication] = [newReplay(), newFactors(), { at: NOW, methods: ['pwd'] as const }];
    const { reported, totp } = { ...replay, ...app };
    if (reported === null || totp === null) throw new Error('expected all fields');
    const insertions = [
      ...needed(replay).map((name) => ({ replay: without(replay, name) })),
      ...needed(reported).map((name) => ({ replay: { ...replay, reported: without(reported, name) } })),
      { authentication: without(authentication, 'at') },
    ].map((fields) => () => store.sessions.insert(newSession(fields)));
    for (const name of ['secret', 'createdAt']) {
      const lacking = newFactors({ totp: without(totp, name) });
      insertions.push(() => store.secondFactors.replace(null, lacking));
    }
    for (const insert of insertions) await expect(async () => insert()).rejects.toThrow(/./);

    const nothing = undefined as never;
    const client = { userAgent: nothing, ipAddress: nothing };
    const session = newSession({ previousJti: nothing, rotatedBy: nothing, replay: nothing, ...client });
    await store.sessions.insert({ ...session, revokedAt: nothing, revokedReason: nothing });
    const [inNone, ended] = [
      { userAgent: null, ipAddress: null },
      { revokedAt: null, revokedReason: null },
    ];
    const unused = { previousJti: null, rotatedBy: null, replay: null };
    expect(await store.sessions.find(session.id)).toEqual({ ...session, ...inNone, ...ended, ...unused });
    const replayed = newSession({ replay: { ...replay, reported: { ...reported, refreshedBy: client } } });
    await store.sessions.insert(replayed);
    const found = await store.sessions.find(replayed.id);
    expect(found?.replay?.reported?.refreshedBy).toEqual(inNone);
    const unreported = newSession({ replay: { ...replay, reported: nothing } });
    await store.sessions.insert(unreported);
    expect((await store.sessions.find(unreported.id))?.replay).toEqual({ ...replay, reported: null });
    const user = newUser({ lastLogin: nothing });
    await store.users.insert(user);
    expect(await store.users.findById(user.id)).toEqual({ ...user, lastLogin: null });
    const mail = newMail({ userId: nothing, to: nothing, language: nothing });
    await store.outbox.add(mail);
    const taken = await store.outbox.take(mail.nextAt, mail.expiresAt);
    expect(taken).toMatchObject({ id: mail.id, userId: null, to: null, language: null });
    const event = newAccountEvent(client);
    await store.accountEvents.add(event, 9);
    expect(await store.accountEvents.list(event.userId, 9)).toEqual([{ ...event, ...inNone }]);
    const factors = newFactors({ totp: nothing, pending: nothing });
    await store.secondFactors.replace(null, factors);
    expect(await store.secondFactors.find(factors.userId)).toEqual({ ...factors, totp: null, pending: null });
  });

  test('says which version it has, and which this program knows', async () => {
    const { version, known } = await (await openKeeper(settingsFromOptions(place.options))).version();
    expect(version).toBe(known);
  });

  test('leaves no connection open to MongoDB once it is closed, nor does who prepared it, or asked for its version', async () => {
    const { disconnected } = mongoose.ConnectionStates;
    const open = () => mongoose.connections.filter(({ readyState }) => readyState !== disconnected).length;
    const before = open();
    const settings = settingsFromOptions(place.options);
    await (await openKeeper(settings)).version();
    expect(open()).toBe(before);
    const other = await openStore(settings);
    expect(open()).toBe(kind === 'mongodb' ? before + 1 : before);
    await other.close();
    expect(open()).toBe(before);
  });

  test('that is not there is not made by asking for its version', async () => {
    if (kind === 'mongodb') return;
    const dataDir = join(place.options.dataDir, 'elsewhere');
    await expect((await openKeeper(settingsFromOptions({ dataDir }))).version()).rejects.toThrow(
      'The first start of a server creates it.',
    );
    expect(existsSync(dataDir)).toBe(false);
  });

  test('asks MongoDB for writes that outlive a failover, for answers within seconds, and for nothing unknown', async () => {
    if (place.options.mongodbUri === undefined) return;
    const connection = await connect(place.options.mongodbUri);
    const { writeConcern, ...options } = connection.getClient().options;
    expect(connection.config).toMatchObject({ bufferCommands: false, autoIndex: false, autoCreate: false });
    const { users } = defineModels(connection);
    await expect(async () => users.findOne({ nobody: 1 } as never)).rejects.toThrow(/nobody/);
    await expect(async () => users.insertOne({ _id: 'u', ...newUser(), nobody: 1 } as never)).rejects.toThrow(/nobody/);
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
