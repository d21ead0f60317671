import type { Store } from '../../contracts/store/store.ts';

/**
 * Removes what is kept about a user beside the account and its sessions.
 *
 * @throws StoreUnavailable
 */
export async function removeTraces(store: Store, userId: string): Promise<void> {
  await store.secondFactors.delete(userId);
  await store.links.deleteOfUser(userId);
  await store.outbox.deleteOfUser(userId);
  await store.accountEvents.deleteOfUser(userId);
}
