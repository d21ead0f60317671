/** Apollo Server as its tutorials show it: standalone. */
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { bearerContext, resolvers } from './apollo-account.mjs';
import { typeDefs } from './account.mjs';

const { url } = await startStandaloneServer(new ApolloServer({ typeDefs, resolvers }), {
  listen: { port: 0, host: '127.0.0.1' },
  context: async ({ req }) => bearerContext(req),
});
console.log(JSON.stringify({ url }));
