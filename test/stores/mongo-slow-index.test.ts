import { describe, expect, test } from '@jest/globals';
import { openMongoStore } from '../../src/stores/mongo/mongo-store.ts';
import { newPlace, storeKinds } from '../support/stores.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { newUser } from './records.ts';

/** Longer than any other operation may take, and than it takes to say how far it is. */
const BUILD_MS = 10_300;

const onMongoDb = storeKinds.includes('mongodb') ? describe : describe.skip;

onMongoDb('a start on a MongoDB', () => {
  test('waits for an index that is built for longer than any request may take, and says so', async () => {
    const place = newPlace('mongodb');
    const uri = new URL(place.options.mongodbUri ?? '');
    const proxy = await TcpProxy.to(uri.hostname, Number(uri.port));
    proxy.delayAnswerTo('createIndexes', BUILD_MS);
    uri.port = String(proxy.port);
    uri.searchParams.set('directConnection', 'true'); // and not to the address that a member of a replica set has for itself
    try {
      const told: string[] = [];
      const started = performance.now();
      const store = await openMongoStore(uri.href, { onProgress: (message) => told.push(message) });
      expect(performance.now() - started).toBeGreaterThan(BUILD_MS);
      expect(told).toEqual(['MongoDB is being prepared: migrations and indexes, for 10 s so far']);
      const user = newUser();
      expect(await store.users.insert(user)).toBe('inserted');
      expect(await store.users.findById(user.id)).toEqual(user);
      await store.close();
    } finally {
      await proxy.close();
      await place.remove();
    }
  });
});
