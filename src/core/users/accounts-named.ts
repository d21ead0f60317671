import type { Settings } from '../../contracts/settings/settings-table.ts';
import type { Store, UserRecord } from '../../contracts/store/store.ts';
import { givenName, givenUsernameKey, usernameKey } from '../../contracts/username-key.ts';
import { readEmail, type GivenEmail } from './email.ts';

/** What looking for accounts needs. */
export interface AccountSearch {
  readonly store: Pick<Store, 'users'>;
  readonly settings: Pick<Settings, 'email'>;
}

/**
 * The accounts that somebody may mean by a name or an address: usually one or none. The name of one account may be the address of
 * another, whose it has been shown to be, and which so comes first. Both are looked for at once, so that it takes the same time
 * whichever is found. An account whose name is an address is not found by one of another domain, although names fold `maıl` to `mail`.
 */
export async function accountsNamed(given: string, { store, settings }: AccountSearch): Promise<UserRecord[]> {
  const address = settings.email ? readEmail(given) : null;
  const [owner, named] = await Promise.all([
    address && store.users.findByEmailKey(address.emailKey),
    store.users.findByUsernameKey(givenUsernameKey(given)),
  ]);
  const isOne = owner !== null && named?.id === owner.id; // not by `?.` on both sides: a damaged record may have no id
  const isOfOtherDomain = settings.email && named !== null && domainIn(given) !== domainIn(named.username);
  return [owner, isOne || isOfOtherDomain ? null : named].filter((found) => found !== null);
}

/** The address in a text, as names are read: in any Unicode form. */
const addressIn = (given: string): GivenEmail | null =>
  readEmail(given) ?? readEmail(givenName(given).normalize('NFKC'));

/** In ASCII; empty where there is none. */
const domainIn = (given: string): string => addressIn(given)?.emailKey.replace(/^.*@/, '') ?? '';

/** A domain that was given in ASCII, and is none in ASCII. */
const ENCODED = /[@.]xn--[^@]*$/;

/**
 * What attempts at an account are counted by: what was typed, in a form in which all that means the same name or the same address is
 * one. An address may be the name of an account, so it is folded as names are; one with an encoded domain is another name, and so is
 * another here. Those by name and those by address are counted apart, or somebody who waits for one would learn whether the other is of
 * the same account.
 */
export function countedName(given: string, { email }: Pick<Settings, 'email'>): string {
  const name = givenUsernameKey(given);
  const address = email ? addressIn(given) : null;
  return address === null ? name : `${usernameKey(address.emailKey)}${ENCODED.test(name) ? ' ' : ''}`;
}
