import { expectRole } from '../core/tokens/token-acceptor.ts';
import { throwAsGraphQL } from './graphql-errors.ts';
import type { VerifierContext } from './verifier.ts';

/**
 * type-graphql's auth checker for `@Authorized()`, to be used with `context`. It requires a valid token and, for
 * `@Authorized('ADMIN')`, that role in the claim `roles`.
 *
 * @example
 * ```ts
 * import { verifierGuard } from 'graphql-simplejwt/verifier';
 *
 * const guarded = await buildSchema({ resolvers: [NoteResolver], authChecker: verifierGuard });
 * ```
 *
 * @throws GraphQLError whose `cause` is the AuthError
 */
export async function verifierGuard(
  { context }: { readonly context: VerifierContext },
  roles: readonly string[],
): Promise<boolean> {
  const { token } = await context.auth.authenticate();
  try {
    expectRole(token, roles);
  } catch (error) {
    await throwAsGraphQL(error);
  }
  return true;
}
