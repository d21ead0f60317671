import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startTestLibrary, type TestLibrary } from '../../support/library.ts';
import { describeEachStore } from '../../support/stores.ts';

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

  test('are listed by name with the moment of their making, and without what tells the secret', async () => {
    const { services } = library.auth;
    const createdAt = new Date(library.clock.read());
    expect(await services.create('stock')).toEqual({ name: 'stock', createdAt, secret: expect.any(String) });
    library.clock.advance(1);
    await services.create('orders');
    const later = new Date(library.clock.read());
    expect(await services.list()).toEqual([
      { name: 'orders', createdAt: later },
      { name: 'stock', createdAt },
    ]);
    expect([await services.delete('stock'), await services.delete('stock')]).toEqual([true, false]);
    expect(await services.list()).toEqual([{ name: 'orders', createdAt: later }]);
  });
});
