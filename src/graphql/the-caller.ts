import { usernameKey } from '../contracts/username-key.ts';
import type { RequestAuth } from './context.ts';
import { currentUser } from './current-user.ts';
import type { CountedAccount } from './operation.ts';

/** Attempts of somebody who is signed in count for their account. */
export async function theCaller(_args: object, auth: RequestAuth): Promise<CountedAccount> {
  const { id, username } = await currentUser(auth);
  return { account: usernameKey(username), userId: id };
}
