import { OperationTypeNode } from 'graphql';
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
  { context, info }: Pick<ResolverData<AuthContext>, 'context'> & Partial<Pick<ResolverData, 'info'>>,
  demands: readonly Demand[],
): Promise<boolean> {
  const caller = await context.auth.authenticate();
  if (demands.length === 0) return true;
  const { authenticator } = context.auth;
  try {
    // An event comes long after the request of its subscription.
    const isEvent = info?.operation.operation === OperationTypeNode.SUBSCRIPTION;
    authenticator.expectAllowed(isEvent ? await authenticator.again(caller) : caller, demands);
  } catch (error) {
    return context.auth.refuse(error);
  }
  return true;
}
