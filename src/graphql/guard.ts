import type { ResolverData } from 'type-graphql';
import { PermissionDenied } from '../errors.ts';
import type { AuthContext } from './context.ts';

/**
 * type-graphql's auth checker for `@Authorized()`, on our resolvers and on yours: lets in who is authenticated and, for
 * `@Authorized('ADMIN')`, whose token has one of the roles in its claim `roles`.
 *
 * @throws AuthError with the reason, in place of type-graphql's one message for all
 */
export async function guard(
  { context }: Pick<ResolverData<AuthContext>, 'context'>,
  roles: readonly string[],
): Promise<boolean> {
  const { token } = await context.auth.authenticate();
  const { roles: granted } = token.claims;
  if (roles.length === 0) return true;
  if (Array.isArray(granted) && roles.some((role) => granted.includes(role))) return true;
  throw new PermissionDenied();
}
