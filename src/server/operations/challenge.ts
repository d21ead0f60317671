import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import { challengeOf } from '../../graphql/challenge.ts';
import type { AuthContext } from '../../graphql/context.ts';

export const CHALLENGE_HEADER = 'www-authenticate';

/** Has Apollo Server say what credentials would have helped. */
export function challengePlugin(challenge: string): ApolloServerPlugin<AuthContext> {
  const listener: GraphQLRequestListener<AuthContext> = {
    willSendResponse: async ({ errors, response }) => {
      const due = challengeOf(errors, challenge);
      if (due !== null) response.http.headers.set(CHALLENGE_HEADER, due);
    },
  };
  return { requestDidStart: async () => listener };
}
