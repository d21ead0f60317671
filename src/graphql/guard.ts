import type { ResolverData } from 'type-graphql';
import { expectRole } from '../core/tokens/token-acceptor.ts';
import type { AuthContext } from './context.ts';

/**
 * type-graphql's auth checker for `@Authorized()`, on our resolvers and on yours: lets in who is authenticated and, for
 * `@Authorized('ADMIN')`, whose token has one of the roles in its claim `roles`.
 *
 * @throws GraphQLError with the reason, in place of type-graphql's one message for all
 */
export async function guard(
  { context }: Pick<ResolverData<AuthContext>, 'context'>,
  roles: readonly string[],
): Promise<boolean> {
  const { token } = await context.auth.authenticate();
  try {
    expectRole(token, roles);
  } catch (error) {
    return context.auth.refuse(error);
  }
  return true;
}
