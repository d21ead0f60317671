import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import type { AuthContext } from '../../graphql/context.ts';

export const CHALLENGE_HEADER = 'www-authenticate';

/**
 * What an answer with these errors says about the credentials that would have helped, whatever its status (RFC 9110
 * 11.6.1); null if they would not have.
 */
export function challengeOf(
  errors: readonly (GraphQLError | GraphQLFormattedError)[] | undefined,
  scheme: string,
): string | null {
  return errors?.some(({ extensions }) => extensions?.['code'] === 'UNAUTHENTICATED') ? `${scheme} realm="api"` : null;
}

/** The same for Apollo Server. */
export function challengePlugin(scheme: string): ApolloServerPlugin<AuthContext> {
  const listener: GraphQLRequestListener<AuthContext> = {
    willSendResponse: async ({ errors, response }) => {
      const challenge = challengeOf(errors, scheme);
      if (challenge !== null) response.http.headers.set(CHALLENGE_HEADER, challenge);
    },
  };
  return { requestDidStart: async () => listener };
}
