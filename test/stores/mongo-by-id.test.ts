import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { mongo } from 'mongoose';
import { StoreUnavailable } from '../../src/contracts/errors.ts';
import type { Store } from '../../src/contracts/store/store.ts';
import { swapById } from '../../src/stores/mongo/by-id.ts';
import { rotation } from '../../src/stores/mongo/sessions.ts';
import { newPlace, storeKinds, type Place } from '../support/stores.ts';
import { openMonitored } from './monitored.ts';
import { after, newSession, newSuccessor, newUser } from './records.ts';

const MANY = 150;

(storeKinds.includes('mongodb') ? describe : describe.skip)('records of MongoDB that are read by id', () => {
  let place: Place;
  let store: Store;
  let client: mongo.MongoClient;
  beforeEach(async () => {
    place = newPlace('mongodb');
    const opened = await openMonitored(place);
    store = opened.store;
    client = opened.connection.getClient();
  });
  afterEach(async () => {
    await store.close();
    await place.remove();
  });

  /** The collections that were asked, question by question. */
  const questionsOf = async (work: () => Promise<unknown>) => {
    const questions: string[] = [];
    client.on('commandStarted', ({ command }) => questions.push(String(command['find'] ?? command['getMore'])));
    await work();
    client.removeAllListeners('commandStarted');
    return questions.toSorted();
  };

  test('are one question for many requests, and each gets its own', async () => {
    const pairs = Array.from({ length: MANY }, () => {
      const user = newUser();
      return { user, session: newSession({ userId: user.id, expiresAt: after(60) }) };
    });
    await store.users.insertMany(pairs.map(({ user }) => user));
    for (const { session } of pairs) await store.sessions.insert(session);
    const questions = await questionsOf(async () => {
      const found = await Promise.all(
        pairs.map(({ session, user }) => store.sessions.findWithUser(session.id, user.id)),
      );
      expect(found).toEqual(pairs);
    });
    // A hundred at most, so that no cursor stays open.
    expect(questions).toEqual(['sessions', 'sessions', 'users', 'users']);
  });

  test('are null for those that are not there, and the same for two who ask for one', async () => {
    const user = newUser();
    await store.users.insert(user);
    const questions = await questionsOf(async () => {
      const ids = [user.id, 'nobody', user.id];
      expect(await Promise.all(ids.map((id) => store.users.findById(id)))).toEqual([user, null, user]);
    });
    expect(questions).toEqual(['users']);
  });

  test('are read anew each time', async () => {
    const session = newSession();
    const successor = newSuccessor();
    await store.sessions.insert(session);
    expect(await store.sessions.find(session.id)).toEqual(session);
    await store.sessions.rotate(session.id, session.jti, successor);
    expect(await store.sessions.find(session.id)).toMatchObject({ jti: successor.jti, previousJti: session.jti });
  });

  test('are rotated by one command for many requests, and each is told whether it was the one', async () => {
    const [one, other, ended] = [
      newSession(),
      newSession(),
      newSession({ revokedAt: after(1), revokedReason: 'revoked' }),
    ];
    for (const session of [one, other, ended]) await store.sessions.insert(session);
    const commands: string[] = [];
    client.on('commandStarted', ({ commandName }) => commands.push(commandName));
    const rotate = ({ id, jti }: { id: string; jti: string }, presented = jti) =>
      store.sessions.rotate(id, presented, newSuccessor());
    const asked = [rotate(one), rotate(one), rotate(other, 'before'), rotate(ended), rotate({ id: 'none', jti: 'x' })];
    expect(await Promise.all(asked)).toEqual([true, false, false, false, false]);
    expect(commands).toEqual(['update', 'find']);
    const [current] = [await store.sessions.find(one.id)];
    expect(await Promise.all([rotate(current ?? one), rotate(other)])).toEqual([true, true]);
    expect(commands.slice(2)).toEqual(['find', 'update']);
  });

  test('were rotated by a request also where the next one has been by the time they are read', async () => {
    const [session, bystander] = [newSession(), newSession()];
    for (const one of [session, bystander]) await store.sessions.insert(one);
    const [ours, next] = [newSuccessor(), newSuccessor()];
    const real = client.db().collection<{ _id: string; [field: string]: unknown }>('sessions');
    const bulkWrite: typeof real.bulkWrite = async (...swaps) => {
      const result = await real.bulkWrite(...swaps);
      await store.sessions.rotate(session.id, ours.jti, next);
      return result;
    };
    const swap = swapById({ collection: { find: (filter) => real.find(filter), bulkWrite } });
    const rotated = [
      swap({ id: session.id, ...rotation(session.jti, ours) }),
      swap({ id: bystander.id, ...rotation('before', newSuccessor()) }),
    ];
    expect(await Promise.all(rotated)).toEqual([true, false]);
    expect(await store.sessions.find(session.id)).toMatchObject({ jti: next.jti, previousJti: ours.jti });
  });

  test('are refused to all who asked, where MongoDB does not answer', async () => {
    await store.close();
    const asked = await Promise.allSettled(['a', 'b'].map((id) => store.sessions.find(id)));
    const refused = { status: 'rejected', reason: expect.any(StoreUnavailable) as unknown };
    expect(asked).toEqual([refused, refused]);
  });
});
