import type { ResolverData } from 'type-graphql';
import type { Demand } from '../core/tokens/demands.ts';
import type { AuthContext } from './context.ts';

/**
 * type-graphql's auth checker for `@Authorized()`, on our resolvers and on yours: lets in who is authenticated and, for
 * `@Authorized('ADMIN')`, who has one of the roles: by the account with `ROLES`, otherwise by the claim `roles`. Objects among
 * the roles are demands of the last sign-in, as in `@Authorized<Demand>('EDITOR', { maxAge: 300 })`.
 *
 * @throws GraphQLError with the reason, in place of type-graphql's one message for all
 */
export async function guard(
  { context }: Pick<ResolverData<AuthContext>, 'context'>,
  demands: readonly Demand[],
): Promise<boolean> {
  const caller = await context.auth.authenticate();
  if (demands.length === 0) return true;
  try {
    context.auth.authenticator.expectAllowed(caller, demands);
  } catch (error) {
    return context.auth.refuse(error);
  }
  return true;
}
