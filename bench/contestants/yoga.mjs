/** graphql-yoga with `@graphql-yoga/plugin-jwt`, as its documentation shows it. */
import { createServer } from 'node:http';
import { createInlineSigningKeyProvider, extractFromHeader, useJWT } from '@graphql-yoga/plugin-jwt';
import { createSchema, createYoga } from 'graphql-yoga';
import { listening, mutationsOf, SECRET, tutorialTokens, typeDefs } from './account.mjs';

const yoga = createYoga({
  logging: 'error',
  graphiql: false,
  schema: createSchema({
    typeDefs,
    resolvers: {
      Query: {
        hello(_parent, _args, { jwt: token }) {
          if (!token) throw new Error('Not authenticated');
          return `Hello, ${token.payload.user_id}!`;
        },
      },
      Mutation: mutationsOf(tutorialTokens),
    },
  }),
  plugins: [
    useJWT({
      signingKeyProviders: [createInlineSigningKeyProvider(SECRET)],
      tokenLookupLocations: [extractFromHeader({ name: 'authorization', prefix: 'Bearer' })],
      tokenVerification: { algorithms: ['HS256'] },
      extendContext: true,
      reject: { missingToken: false, invalidToken: true },
    }),
  ],
});
const server = createServer((request, response) => void yoga(request, response));
server.listen(0, '127.0.0.1', () => listening(server));
