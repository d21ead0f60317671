import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import mongoose, { type Connection } from 'mongoose';
import { StoreUnavailable } from '../../src/contracts/errors.ts';
import type { Store } from '../../src/contracts/store/store.ts';
import { openMongoStore } from '../../src/stores/mongo/mongo-store.ts';
import { newPlace, storeKinds, type Place } from '../support/stores.ts';
import { INDEXES } from './mongo-index-table.ts';
import {
  failureOf,
  newAttempts,
  newEntry,
  newService,
  newSession,
  newSuccessor,
  newUser,
  NOW,
  revocation,
} from './records.ts';

/** What JSON can hold in place of a text. */
const INJECTIONS: readonly unknown[] = [
  { $ne: null },
  { $gt: '' },
  { $exists: true },
  { $regex: '.*' },
  { $in: ['u', 's', 'j'] },
  { $where: 'true' },
  {},
  [],
  ['u'],
  null,
  undefined,
];

const onMongoDb = storeKinds.includes('mongodb') ? describe : describe.skip;

onMongoDb('the MongoDB store', () => {
  let place: Place;
  let uri: string;
  let store: Store;
  /** The database as it is, without the store. */
  let connection: Connection;
  beforeEach(async () => {
    place = newPlace('mongodb');
    uri = place.options.mongodbUri ?? '';
    store = await openMongoStore(uri);
    connection = await mongoose.createConnection(uri).asPromise();
  });
  afterEach(async () => {
    await Promise.all([store.close(), connection.close()]);
    await place.remove();
  });

  /** The indexes beside that of `_id`, without what servers add. */
  async function indexesOf(collection: string) {
    const indexes = await connection.collection(collection).indexes();
    return indexes
      .filter(({ name }) => name !== '_id_')
      .map(({ v: _version, ns: _namespace, background: _background, ...index }) => index)
      .toSorted((one, other) => String(one.name).localeCompare(String(other.name)));
  }
  const allIndexes = async () => {
    const names = Object.keys(INDEXES);
    return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await indexesOf(name)] as const)));
  };

  test('makes its indexes when it is opened', async () => {
    expect(await allIndexes()).toEqual(INDEXES);
  });

  test('is opened again, and by several at once, without a change', async () => {
    const [user, session, entry] = [newUser(), newSession(), newEntry()];
    await store.users.insert(user);
    await store.sessions.insert(session);
    await store.blacklist.add(entry);
    const others = await Promise.all([1, 2, 3].map(() => openMongoStore(uri)));
    for (const other of others) {
      expect(await other.users.findById(user.id)).toEqual(user);
      expect(await other.sessions.find(session.id)).toEqual(session);
      expect(await other.blacklist.find(entry.jti)).toEqual(entry);
      await other.close();
    }
    expect(await allIndexes()).toEqual(INDEXES);
  });

  test('keeps records under their names as `_id`, with real dates and no field of its own', async () => {
    const { id: userId, ...user } = newUser();
    const { id: sessionId, ...session } = newSession();
    const { jti, ...entry } = newEntry();
    const { name, ...attempts } = newAttempts();
    await store.attempts.replace(null, { name, ...attempts });
    await store.users.insert({ id: userId, ...user });
    await store.sessions.insert({ id: sessionId, ...session });
    await store.blacklist.add({ jti, ...entry });
    const documents = async (collection: string) => connection.collection(collection).find().toArray();
    expect(await documents('users')).toEqual([{ _id: userId, ...user }]);
    expect(await documents('sessions')).toEqual([{ _id: sessionId, ...session }]);
    expect(await documents('blacklist')).toEqual([{ _id: jti, ...entry }]);
    expect(await documents('attempts')).toEqual([{ _id: name, ...attempts }]);

    const successor = newSuccessor();
    await store.sessions.rotate(sessionId, session.jti, successor);
    const rotated = { _id: sessionId, ...session, ...successor, previousJti: session.jti };
    expect(await documents('sessions')).toEqual([rotated]);
  });

  describe('given an operator in place of a text', () => {
    const user = newUser({ id: 'u', usernameKey: 'u', passwordHash: 'h' });
    const session = newSession({ id: 's', userId: 'u', jti: 'j' });
    const entry = newEntry({ jti: 'j' });
    const attempts = newAttempts({ name: 'a', count: 2 });
    const service = newService();
    beforeEach(async () => {
      await store.users.insert(user);
      await store.sessions.insert(session);
      await store.blacklist.add(entry);
      await store.attempts.replace(null, attempts);
      await store.services.insert(service);
    });

    /** What a call answers; `refused` if the store cannot make sense of it. */
    const answerOf = (call: Promise<unknown>) =>
      call.catch((error: unknown) => {
        expect(error).toBeInstanceOf(StoreUnavailable);
        return 'refused';
      });

    test.each(INJECTIONS.map((injection) => [injection]))(
      'S35: finds nothing and changes nothing: %j',
      async (injection) => {
        const odd = injection as string;
        const finding = [
          store.users.findById(odd),
          store.users.findByUsernameKey(odd),
          store.sessions.find(odd),
          store.blacklist.find(odd),
          store.attempts.find(odd),
          store.services.find(odd),
        ];
        for (const answer of await Promise.all(finding.map(answerOf))) expect([null, 'refused']).toContain(answer);
        expect([[], 'refused']).toContainEqual(await answerOf(store.sessions.listLive(odd, NOW)));

        const changing = [
          store.users.update(odd, { isActive: false }),
          store.users.replacePasswordHash(odd, 'h', 'x'),
          store.users.replacePasswordHash('u', odd, 'x'),
          store.users.delete(odd),
          store.sessions.rotate(odd, 'j', newSuccessor()),
          store.sessions.rotate('s', odd, newSuccessor()),
          store.sessions.replaceCurrent(odd, newSuccessor()),
          store.sessions.touch(odd, NOW),
          store.sessions.revoke(odd, revocation()),
          store.sessions.revokeAll(odd, revocation()),
          store.sessions.revokeOldest(odd, 0, revocation()),
          store.attempts.add(odd, { limit: 9, at: NOW }),
          store.attempts.replace({ ...attempts, name: odd }, { ...attempts, name: odd, count: 9 }),
          store.attempts.takeBack(odd),
          store.attempts.delete(odd),
          store.services.delete(odd),
        ];
        const nothing = [null, false, 0, 'refused'];
        for (const answer of await Promise.all(changing.map(answerOf))) expect(nothing).toContain(answer);
        expect(await store.users.list({ after: null, limit: 10 })).toEqual([user]);
        expect(await store.sessions.find('s')).toEqual(session);
        expect(await store.blacklist.find('j')).toEqual(entry);
        expect(await store.attempts.find('a')).toEqual(attempts);
        expect(await store.services.list()).toEqual([service]);
      },
    );

    test('spares no session but the one that is named', async () => {
      const odd = { $ne: 'nobody' } as unknown as string;
      const ended = await answerOf(store.sessions.revokeAll('u', revocation(), odd));
      expect([1, 'refused']).toContain(ended);
    });
  });
});

describe('a MongoDB that is not there', () => {
  const sockets = new Set<Socket>();
  /** Takes connections and never answers. */
  let silent: Server;
  beforeAll(async () => {
    silent = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
  });
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  test.each([
    ['refuses connections', () => 1],
    ['never answers', () => (silent.address() as AddressInfo).port],
  ])('and %s makes opening fail within seconds', async (_case, port) => {
    const started = Date.now();
    const { cause, extensions } = await failureOf(openMongoStore(`mongodb://127.0.0.1:${port()}/nowhere`));
    expect(Date.now() - started).toBeLessThan(20_000);
    expect(extensions).toEqual({
      code: 'SERVICE_UNAVAILABLE',
      reason: 'store_unavailable',
      action: 'WAIT',
      retryAfter: 1,
    });
    expect(cause).toHaveProperty('name', expect.stringMatching(/^Mongo/));
  });

  test.each(['mongodb://host.invalid:27017/nowhere', 'mongodb://', 'mongodb://a:b:c/', 'http://127.0.0.1/'])(
    'and has no address, as %s, makes opening fail',
    async (uri) => {
      expect(await failureOf(openMongoStore(uri))).toHaveProperty('cause.message');
    },
  );
});
