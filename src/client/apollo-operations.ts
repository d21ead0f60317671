import type { ApolloLink } from '@apollo/client';
import { OperationTypeNode } from 'graphql';
import { CombinedGraphQLErrors, ServerError } from '@apollo/client/errors';

/** Whether an answer says that the token that was sent is not, or no longer, good. */
export function isRefusedResult({ operationType }: ApolloLink.Operation, result: ApolloLink.Result): boolean {
  const { data, errors } = result as { readonly data?: unknown; readonly errors?: readonly unknown[] };
  if (!errors?.some(isUnauthenticated)) return false;
  // A mutation that was executed in part must not be repeated.
  return operationType !== OperationTypeNode.MUTATION || Object.values(data ?? {}).every((value) => value === null);
}

/** The same of what a link throws: HTTP 401, or the error that ends a subscription. */
export function isRefusedError(error: unknown): boolean {
  if (CombinedGraphQLErrors.is(error)) return error.errors.some(isUnauthenticated);
  return ServerError.is(error) && error.statusCode === 401;
}

function isUnauthenticated(error: unknown): boolean {
  const { extensions } = error as { readonly extensions?: { readonly code?: unknown } };
  return extensions?.code === 'UNAUTHENTICATED';
}
