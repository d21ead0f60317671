import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { settingsFromOptions } from '../../../src/contracts/settings/settings.ts';
import type { Store } from '../../../src/contracts/store/store.ts';
import { STORE_METHODS } from '../../../src/contracts/store/store-methods.ts';
import { createAuth } from '../../../src/graphql/auth.ts';
import { openStore } from '../../../src/stores/open-store.ts';
import { METHODS } from '../../stores/methods.ts';
import { TEST_KEY } from '../../support/server.ts';
import { newPlace, type Place } from '../../support/stores.ts';

const names = [
  ...Object.entries(STORE_METHODS).flatMap(([part, methods]) =>
    Object.keys(methods).map((method) => `${part}.${method}`),
  ),
  'ping',
  'now',
  'close',
];

test('the contract suites try every method of a store', () => {
  const tried = METHODS.map(([name]) => name);
  expect([...tried, 'close'].toSorted()).toEqual(names.toSorted());
});

describe("a store of somebody's own", () => {
  let place: Place;
  let whole: Store;
  beforeEach(async () => {
    place = newPlace('sqlite');
    whole = await openStore(settingsFromOptions(place.options));
  });
  afterEach(async () => {
    await whole.close().catch(() => {});
    await place.remove();
  });
  const mount = (store: unknown) => createAuth({ signingKey: TEST_KEY, store: store as Store });

  /** The same store, one of its methods taken away. */
  const without = (name: string): unknown => {
    const [part = '', method] = name.split('.');
    const { [part as keyof Store]: _gone, ...rest } = whole;
    if (method === undefined) return rest;
    const members = Object.entries(whole[part as keyof Store]).filter(([member]) => member !== method);
    return { ...rest, [part]: Object.fromEntries(members) };
  };

  test.each(names)('is refused when it is handed in without %s', async (name) => {
    await expect(mount(without(name))).rejects.toThrow(`store: has no method ${name}; expected all methods`);
  });

  test.each([[null], [42], [{}]])('is refused if it is %p, with all that is missing', async (odd) => {
    await expect(mount(odd)).rejects.toThrow(`store: has no method ${names.join(', ')}; expected`);
  });

  test('is taken as it is, its methods inherited or not', async () => {
    const heir = Object.create({ ...whole, users: Object.create(whole.users) }) as Store;
    const auth = await mount(heir);
    expect(await auth.users.list(1)).toEqual([]);
    await auth.close();
  });
});
