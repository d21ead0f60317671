import { expect, test } from '@jest/globals';
import type { Store } from '../../src/contracts/store/store.ts';
import { describeEachStore } from '../support/stores.ts';
import { after, count, newId, NOW, race } from './records.ts';
import { openTwins } from './twins.ts';

describeEachStore('the used proofs of a store', (kind) => {
  let store: Store;
  let twin: Store;
  openTwins(kind, (...opened) => ([store, twin] = opened));

  test('are added once: of fifty calls with one name, over two handles, exactly one succeeds', async () => {
    const name = newId();
    const outcomes = await race([store, twin], ({ proofs }) => proofs.add(name, after(60_000)));
    expect(count(outcomes, true)).toBe(1);
    expect(await twin.proofs.add(name, after(90_000))).toBe(false);
    expect(await store.proofs.add(newId(), after(60_000))).toBe(true);
  });

  test('are removed when they have expired, and may be added again then', async () => {
    const [gone, live] = [newId(), newId()];
    await store.proofs.add(gone, NOW);
    await store.proofs.add(live, after(1));
    expect(await twin.proofs.deleteExpired(NOW)).toBe(1);
    expect(await twin.proofs.add(gone, after(60_000))).toBe(true);
    expect(await twin.proofs.add(live, after(60_000))).toBe(false);
  });
});
