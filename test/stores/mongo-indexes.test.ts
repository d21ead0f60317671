import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import mongoose, { mongo } from 'mongoose';
import type { Store } from '../../src/contracts/store/store.ts';
import { newPlace, storeKinds, type Place } from '../support/stores.ts';
import { serves, type Query } from './index-rule.ts';
import { METHODS } from './methods.ts';
import { openMonitored } from './monitored.ts';
import { after, newAttempts, newSession, newUser, NOW, revocation } from './records.ts';

/** What stores ask only where there is something already, or are asked only now and then. */
async function askMore({ users, sessions, attempts }: Store): Promise<void> {
  const user = newUser();
  await users.insert(user);
  await users.insert(user);
  await users.insertMany([user]);
  await users.list({ after: 'a', limit: 1 });
  await sessions.insert(newSession({ userId: user.id, expiresAt: after(9) }));
  await sessions.revokeAll(user.id, revocation(), 'another');
  await sessions.insert(newSession({ userId: user.id, expiresAt: after(9) }));
  await sessions.revokeOldest(user.id, 0, { ...revocation(), at: NOW });
  const counted = newAttempts({ count: 2 });
  await attempts.replace(null, counted);
  await attempts.replace(counted, { ...counted, count: 3 });
  await attempts.takeBack(counted.name);
}

/** The command of a driver as it goes out. */
type Command = Readonly<Record<string, unknown>>;
interface Part {
  readonly q: Query['filter'];
}

/** What a command looks for; nothing for one that only inserts or manages. */
function queriesOf(command: Command): Query[] {
  const [name, collection] = Object.entries(command)[0] ?? ['', undefined];
  const query = (filter: unknown, sort?: unknown): Query => ({
    collection: String(collection),
    filter: filter as Query['filter'],
    sort: Object.fromEntries((sort as Map<string, unknown> | undefined) ?? []),
  });
  if (name === 'find') return [query(command['filter'], command['sort'])];
  if (name === 'findAndModify') return [query(command['query'])];
  const parts = (command['updates'] ?? command['deletes'] ?? []) as readonly Part[];
  return parts.map(({ q }) => query(q));
}

/** Which server this is, if it explains its plans. */
async function explainingServer(): Promise<'SecantusDB' | 'MongoDB' | null> {
  const place = newPlace('mongodb');
  const connection = await mongoose.createConnection(place.options.mongodbUri ?? '').asPromise();
  const { setName } = (await connection.db?.command({ hello: 1 })) ?? {};
  const answer = await connection.db?.command({ explain: { find: 'users', filter: {} } }).catch(() => undefined);
  await connection.close();
  await place.remove();
  if (answer === undefined) return null;
  return setName === 'secantus' ? 'SecantusDB' : 'MongoDB';
}

const isThere = storeKinds.includes('mongodb');
const server = isThere ? await explainingServer() : null;

(isThere ? describe : describe.skip)('the store on mongodb', () => {
  let place: Place;
  let store: Store;
  let database: mongo.Db;
  /** All it sent, once every method was called. */
  let commands: Command[];
  beforeEach(async () => {
    place = newPlace('mongodb');
    const opened = await openMonitored(place);
    store = opened.store;
    const { connection } = opened;
    if (connection.db === undefined) throw new Error('expected the connection of the store');
    database = connection.db;
    const client = connection.getClient();
    commands = [];
    client.on('commandStarted', ({ command }) => commands.push(command));
    for (const [, , call] of METHODS) await call(store);
    await askMore(store);
    client.removeAllListeners('commandStarted');
  });
  afterEach(async () => {
    await store.close();
    await place.remove();
  });

  const queries = () => commands.flatMap(queriesOf);
  /** The queries that none of the indexes of their collection serves; `without` one, if it is named. */
  async function unserved(without = ''): Promise<string[]> {
    const lost: string[] = [];
    for (const query of queries()) {
      const indexes = await database.collection(query.collection).indexes();
      const isServed = indexes.some(({ name, key }) => name !== without && serves(key, query));
      if (!isServed) lost.push(JSON.stringify(query));
    }
    return lost;
  }

  test('has an index that serves each of its queries, as MongoDB documents what an index serves', async () => {
    expect(new Set(queries().map(({ collection }) => collection)).size).toBe(11);
    expect(queries().length).toBeGreaterThan(50);
    expect(await unserved()).toEqual([]);
  });

  test.each([
    ['users', 'username_key'],
    ['sessions', 'sessions_of_user'],
    ['sessions', 'revoked_sessions'],
    ['sessions', 'begun_sessions'],
    ['sessions', 'replayed_sessions'],
    ['sessions', 'expired_sessions'],
    ['blacklist', 'entries_by_time'],
    ['blacklist', 'expired_entries'],
    ['attempts', 'expired_attempts'],
    ['users', 'email_key'],
    ['links', 'links_of_user'],
    ['links', 'expired_links'],
    ['outbox', 'mails_of_user'],
    ['outbox', 'mails_by_time'],
    ['outbox', 'expired_mails'],
    ['account_events', 'events_of_user'],
    ['account_events', 'latest_account_events'],
    ['proofs', 'expired_proofs'],
  ])('needs of %s the index %s', async (collection, name) => {
    expect((await unserved(name)).join()).toContain(`"collection":"${collection}"`);
  });

  // SecantusDB knows no index for a filter of several parts or a range of `_id`, and so tells nothing of what MongoDB will do.
  const isPlanned = ({ collection, filter }: Query) =>
    collection !== 'services' &&
    (server === 'MongoDB' || (Object.keys(filter).length === 1 && !(filter['_id'] instanceof Object)));

  (server === null ? describe.skip : describe)(`as ${server ?? 'a server that can'} explains its plans`, () => {
    test('reads no whole collection', async () => {
      const planned = queries().filter(isPlanned);
      expect(planned.length).toBeGreaterThan(10);
      for (const { collection, filter, sort } of planned) {
        const plan = await database.command({ explain: { find: collection, filter, sort } });
        expect(JSON.stringify(plan['queryPlanner'])).not.toContain('COLLSCAN');
      }
    });
  });
});
