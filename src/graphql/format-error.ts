import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { AuthError } from '../contracts/errors.ts';

const MASKED = 'Internal server error';

/**
 * Makes an Apollo Server's `formatError`: our errors and GraphQL's own pass as they are, without a stack; everything
 * else is masked, in development too. `report` is given what a client must not see.
 */
export function createFormatError(
  report: (error: unknown) => void,
): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  return (formatted, error) => {
    const original = unwrapResolverError(error);
    if (original instanceof AuthError) {
      if (original.code === 'SERVICE_UNAVAILABLE') report(original);
      return formatted;
    }
    if (original instanceof GraphQLError && formatted.extensions?.['code'] !== 'INTERNAL_SERVER_ERROR')
      return formatted;
    report(original);
    const { locations, path } = formatted;
    return {
      message: MASKED,
      ...(locations && { locations }),
      ...(path && { path }),
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    };
  };
}
