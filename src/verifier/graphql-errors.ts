import { authErrorIn } from '../contracts/errors.ts';
import { graphqlFormOf } from '../contracts/errors/graphql-form.ts';

/**
 * Throws an error as GraphQL servers pass it on. `graphql` is loaded at the first refusal: services without it verify tokens
 * too, and get the error itself.
 *
 * @throws GraphQLError whose `cause` is the AuthError; any other error as it is
 */
export async function throwAsGraphQL(error: unknown): Promise<never> {
  const refusal = authErrorIn(error);
  const GraphQLError = refusal && (await graphqlErrorClass());
  throw GraphQLError ? graphqlFormOf(GraphQLError, refusal) : error;
}

/** Null where the package is not installed. Bundlers forgive a missing package within `try`. */
async function graphqlErrorClass() {
  try {
    return (await import('graphql')).GraphQLError;
  } catch {
    return null;
  }
}
