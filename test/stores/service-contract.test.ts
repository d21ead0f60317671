import { expect, test } from '@jest/globals';
import type { Store } from '../../src/contracts/store/store.ts';
import { describeEachStore } from '../support/stores.ts';
import { after, count, newId, newService, ODD_TEXT, race } from './records.ts';
import { openTwins } from './twins.ts';

describeEachStore('the services of a store', (kind) => {
  let store: Store;
  let twin: Store;
  openTwins(kind, (...opened) => ([store, twin] = opened));

  test.each([newId(), ODD_TEXT, '0', '$ne', 'x'.repeat(64)])(
    'are found by exactly their name, to the millisecond: %j',
    async (name) => {
      const service = newService({ name });
      expect(await store.services.insert(service)).toBe(true);
      expect(await twin.services.find(name)).toEqual(service);
      for (const other of ['', `${name} `, name.slice(0, -1), `${name}x`]) {
        expect(await store.services.find(other)).toBeNull();
      }
    },
  );

  test.each([
    ['nothing', { audience: null, scopes: null }],
    ['an audience', { audience: ODD_TEXT, scopes: null }],
    ['one scope', { audience: null, scopes: ['revoke'] as const }],
    ['all scopes', { audience: 'orders', scopes: ['introspect', 'revoke', 'feed'] as const }],
  ])('are allowed exactly what they were made with: %s', async (_what, grant) => {
    const service = newService(grant);
    await store.services.insert(service);
    expect(await twin.services.find(service.name)).toEqual(service);
    expect(await twin.services.list()).toContainEqual(service);
  });

  test('keep the first of a name, and of fifty calls at once exactly one is it', async () => {
    for (let round = 0; round < 5; round += 1) {
      const name = newId();
      const services = Array.from({ length: 50 }, (_, index) => newService({ name, createdAt: after(index) }));
      const inserted = await race([store, twin], (one, index) =>
        one.services.insert(services[index] ?? newService({ name })),
      );
      expect(count(inserted, true)).toBe(1);
      expect(await store.services.find(name)).toEqual(services[inserted.indexOf(true)]);
    }
  });

  test('are listed by name', async () => {
    const before = await store.services.list();
    const added = ['b', 'a', 'C', 'b-1'].map((name) => newService({ name: `0 ${name}` }));
    for (const service of added) await store.services.insert(service);
    const expected = [...before, ...added].toSorted((one, other) =>
      Buffer.compare(Buffer.from(one.name), Buffer.from(other.name)),
    );
    expect(await twin.services.list()).toEqual(expected);
  });

  test('are gone once they are deleted, and their name is free', async () => {
    const [service, other] = [newService(), newService()];
    await store.services.insert(service);
    await store.services.insert(other);
    expect(await twin.services.delete(service.name)).toBe(true);
    expect(await store.services.find(service.name)).toBeNull();
    expect(await store.services.find(other.name)).toEqual(other);
    expect(await store.services.delete(service.name)).toBe(false);
    expect(await store.services.insert(service)).toBe(true);
  });
});
