import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startTestLibrary, type TestLibrary } from '../../support/library.ts';
import { describeEachStore } from '../../support/stores.ts';

/** What a service may do that was made for nothing in particular. */
const EVERYTHING = { audience: null, scopes: ['introspect', 'revoke', 'feed'] };

describeEachStore('the credentials of services', (kind) => {
  let library: TestLibrary;
  beforeEach(async () => {
    library = await startTestLibrary(kind);
  });
  afterEach(() => library.remove());

  test('have a name that fits into a header, which is taken once', async () => {
    const { services } = library.auth;
    const odd = ['', '-a', '.a', 'a:b', 'a b', 'ä', 'a\n', 'a'.repeat(65)];
    for (const name of odd) await expect(services.create(name)).rejects.toMatchObject({ field: 'name' });
    await services.create(`a${'-._9'.repeat(15)}bcd`);
    await services.create('orders');
    await expect(services.create('orders')).rejects.toThrow('There is a service named "orders" already');
  });

  test('have an audience and scopes, which are listed in one order, each once', async () => {
    const { services } = library.auth;
    const audience = 'https://orders.example.com/a+b-~!';
    const granted = await services.create('orders', { audience, scopes: ['feed', 'introspect', 'feed'] });
    expect(granted).toMatchObject({ audience, scopes: ['introspect', 'feed'] });
    const [listed] = await services.list();
    expect(listed).toMatchObject({ audience, scopes: ['introspect', 'feed'] });
  });

  test('S52: from before there were scopes may do what they could', async () => {
    const { seam, auth, clock } = library;
    const secret = 'a test value';
    const secretHash = createHash('sha256').update(secret).digest('base64url');
    const record = { name: 'orders', secretHash, createdAt: new Date(clock.read()), audience: null, scopes: null };
    await seam.store.services.insert(record);
    const client = { userAgent: null, ipAddress: null };
    const expected = { name: 'orders', createdAt: record.createdAt, ...EVERYTHING };
    expect(await auth.services.list()).toEqual([expected]);
    expect(await auth.services.authenticate({ name: 'orders', secret }, client)).toEqual(expected);
    expect(await auth.services.authenticate({ name: 'orders', secret: `${secret}.` }, client)).toBeNull();
  });

  test('have no audience that a token could not have, and no scope that there is not', async () => {
    const { services } = library.auth;
    for (const audience of ['', 'a b', 'a,b', 'ä', 'a\n', 'a\u007f', 'a'.repeat(256)]) {
      await expect(services.create('orders', { audience })).rejects.toMatchObject({ field: 'audience' });
    }
    for (const scopes of [[], [''], ['all'], ['Feed'], ['feed', 'constructor'], ['feed,revoke']]) {
      await expect(services.create('orders', { scopes })).rejects.toMatchObject({ field: 'scopes' });
    }
    await expect(services.create('orders', { scopes: ['all'] })).rejects.toThrow(
      'A service cannot be allowed "all"; expected some of introspect, revoke, feed.',
    );
    expect(await services.list()).toEqual([]);
  });

  test('are listed by name with the moment of their making, and without what tells the secret', async () => {
    const { services } = library.auth;
    const createdAt = new Date(library.clock.read());
    const stock = { name: 'stock', createdAt, ...EVERYTHING };
    expect(await services.create('stock')).toEqual({ ...stock, secret: expect.any(String) });
    library.clock.advance(1);
    await services.create('orders');
    const orders = { name: 'orders', createdAt: new Date(library.clock.read()), ...EVERYTHING };
    expect(await services.list()).toEqual([orders, stock]);
    expect([await services.delete('stock'), await services.delete('stock')]).toEqual([true, false]);
    expect(await services.list()).toEqual([orders]);
  });
});
