import type { User } from '../contracts/hooks.ts';
import { usernameKey } from '../contracts/username-key.ts';
import type { RequestAuth } from './context.ts';
import type { CountedAccount } from './operation.ts';

/**
 * The caller's account. Where authentication is stateless it is read here, by the fields that need it, and they
 * refuse whom session authentication would refuse.
 *
 * @throws AuthError
 */
export async function currentUser(auth: RequestAuth): Promise<User & { readonly sessionId: string | null }> {
  const { user, token } = await auth.authenticate();
  const account = 'createdAt' in user ? user : await auth.authenticator.lookUp(token);
  return { ...account, sessionId: token.sessionId };
}

/** Has the attempts of an operation counted for the account of its caller. */
export async function theCaller(_args: object, auth: RequestAuth): Promise<CountedAccount> {
  const { id, username } = await currentUser(auth);
  return { account: usernameKey(username), userId: id };
}
