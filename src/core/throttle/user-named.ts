import type { Store } from '../../contracts/store/store.ts';

/** The id of the account that attempts were counted for, as a sign-in finds it; null if there is none. @throws StoreUnavailable */
export async function userNamed(account: string, { users }: Pick<Store, 'users'>): Promise<string | null> {
  const name = account.trimEnd();
  return ((await users.findByEmailKey(name)) ?? (await users.findByUsernameKey(name)))?.id ?? null;
}
