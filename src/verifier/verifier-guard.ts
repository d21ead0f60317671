import { authenticationIn, expectDemands, type Demand } from '../core/tokens/demands.ts';
import { throwAsGraphQL } from './graphql-errors.ts';
import type { VerifierContext } from './verifier.ts';

/**
 * type-graphql's auth checker for `@Authorized()`, to be used with `context`. It requires a valid token and, for
 * `@Authorized('ADMIN')`, that role in the claim `roles`; for `@Authorized<Demand>({ maxAge: 300 })`, that the claims `auth_time`
 * and `amr` say so.
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
  demands: readonly Demand[],
): Promise<boolean> {
  const { token } = await context.auth.authenticate();
  try {
    expectDemands(demands, token.claims['roles'], authenticationIn(token), Date.now());
  } catch (error) {
    await throwAsGraphQL(error);
  }
  return true;
}
