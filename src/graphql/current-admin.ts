import { PermissionDenied } from '../contracts/errors.ts';
import type { User } from '../contracts/hooks.ts';
import type { ActingAdmin } from '../core/admin/administration.ts';
import type { RequestAuth } from './context.ts';

/**
 * The account of a caller who is an admin. It is read from the store for each field, whatever the token says and also
 * where authentication is stateless, so that taking the role away works at once.
 *
 * @throws AuthError
 */
export async function currentAdmin(auth: RequestAuth): Promise<User> {
  const { token } = await auth.authenticate();
  const user = await auth.authenticator.lookUp(token);
  if (!user.isAdmin || !user.isActive) throw new PermissionDenied();
  return user;
}

/** Who makes this request, for what is recorded of it. */
export async function actingAdmin(auth: RequestAuth): Promise<ActingAdmin> {
  const { id } = await currentAdmin(auth);
  return { actorId: id, client: auth.client };
}
