import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { Store, UserRecord } from '../../contracts/store/store.ts';
import { givenUsernameKey, usernameKey } from '../../contracts/username-key.ts';
import { readEmail } from './email.ts';

/** What looking for accounts needs. */
export interface AccountSearch {
  readonly store: Pick<Store, 'users'>;
  readonly settings: Pick<Settings, 'email'>;
}

/**
 * The accounts that somebody may mean by a name or an address: usually one or none. The name of one account may be the address of
 * another, whose it has been shown to be, and which so comes first. Both are looked for at once, so that it takes the same time
 * whichever is found.
 */
export async function accountsNamed(given: string, { store, settings }: AccountSearch): Promise<UserRecord[]> {
  const address = settings.email ? readEmail(given) : null;
  const [owner, named] = await Promise.all([
    address && store.users.findByEmailKey(address.emailKey),
    store.users.findByUsernameKey(givenUsernameKey(given)),
  ]);
  const isOne = owner !== null && named?.id === owner.id; // not by `?.` on both sides: a damaged record may have no id
  return [owner, isOne ? null : named].filter((found) => found !== null);
}

/**
 * What attempts at an account are counted by: what was typed, in a form in which all that means the same name or the same address is
 * one. An address may be the name of an account, so it is folded as names are. Those by name and those by address are counted apart, or
 * somebody who waits for one would learn whether the other is of the same account.
 */
export function countedName(given: string, { email }: Pick<Settings, 'email'>): string {
  const address = email ? readEmail(given) : null;
  return address === null ? givenUsernameKey(given) : usernameKey(address.emailKey);
}
