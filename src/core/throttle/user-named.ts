import type { Store } from '../../contracts/store/store.ts';

/** The id of the account that attempts were counted for; null if there is none. @throws StoreUnavailable */
export async function userNamed(account: string, { users }: Pick<Store, 'users'>): Promise<string | null> {
  return ((await users.findByUsernameKey(account)) ?? (await users.findByEmailKey(account)))?.id ?? null;
}
