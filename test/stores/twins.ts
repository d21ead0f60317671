import { afterAll, beforeAll } from '@jest/globals';
import type { Store } from '../../src/contracts/store/store.ts';
import { newPlace, type Place, type StoreKind } from '../support/stores.ts';
import { openAt } from './records.ts';

/** Opens one fresh store twice for the tests of a suite: the twin sees what is stored, and not what is only remembered. */
export function openTwins(kind: StoreKind, use: (store: Store, twin: Store) => void): void {
  let place: Place;
  let stores: readonly Store[] = [];
  beforeAll(async () => {
    place = newPlace(kind);
    const [store, twin] = await Promise.all([openAt(place), openAt(place)]);
    stores = [store, twin];
    use(store, twin);
  });
  afterAll(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await place.remove();
  });
}
