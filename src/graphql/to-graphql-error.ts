import { GraphQLError } from 'graphql';
import { authErrorIn } from '../contracts/errors.ts';
import { graphqlFormOf } from '../contracts/errors/graphql-form.ts';

/**
 * Makes the `GraphQLError` of an `AuthError`, with its message and `extensions`, and with the error as its `cause`. Anything
 * else is given back as it is. `auth.resolvers`, `auth.guard`, `authenticate()` and `refreshCookie()` have done it already;
 * your own resolvers need it for what they call beside them, where the server masks all errors but `GraphQLError`.
 *
 * @example
 * ```ts
 * import { toGraphQLError } from 'graphql-simplejwt';
 *
 * const user = await auth.users.create({ username: 'bob', password: 'tall amber kettles' }).catch((error: unknown) => {
 *   throw toGraphQLError(error);
 * });
 * ```
 */
export function toGraphQLError(error: unknown): unknown {
  if (isGraphQLError(error)) return error;
  const refusal = authErrorIn(error);
  return refusal === null ? error : graphqlFormOf(GraphQLError, refusal);
}

/** By its tag, which other copies of `graphql` have too. */
export function isGraphQLError(error: unknown): error is GraphQLError {
  return Object.prototype.toString.call(error) === '[object GraphQLError]';
}
