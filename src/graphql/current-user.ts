import { UserInactive, UserNotFound } from '../errors.ts';
import type { User } from '../hooks.ts';
import type { RequestAuth } from './context.ts';

/**
 * The account of the caller. Where authentication is stateless it is read here, by the fields that need it.
 *
 * @throws UserNotFound, UserInactive, StoreUnavailable, and all that `authenticate` throws
 */
export async function currentUser(auth: RequestAuth): Promise<User & { readonly sessionId: string | null }> {
  const { user, token } = await auth.authenticate();
  const { sessionId } = token;
  if ('createdAt' in user) return { ...user, sessionId };
  const stored = token.userId === null ? null : await auth.users.findByTokenClaim(token.userId);
  if (stored === null) throw new UserNotFound();
  if (auth.users.isRefused(stored)) throw new UserInactive();
  return { ...stored, sessionId };
}
