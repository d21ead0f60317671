import type { AuthError } from './auth-error.ts';

/** The class `GraphQLError` of `graphql`, as far as it is used here. */
export type GraphQLErrorClass<Made extends Error> = new (
  message: string,
  options: { readonly extensions: Record<string, unknown> },
) => Made;

/**
 * An error as GraphQL servers pass it on. The caller brings the class, so that this loads no `graphql`.
 *
 * It is the `cause` and not the `originalError`: servers mask a `GraphQLError` that another kind of error is the origin of.
 */
export function graphqlFormOf<Made extends Error>(GraphQLError: GraphQLErrorClass<Made>, error: AuthError): Made {
  const made = new GraphQLError(error.message, { extensions: error.extensions });
  return Object.defineProperty(made, 'cause', { value: error, configurable: true, writable: true });
}
