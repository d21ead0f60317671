/** Apollo Server as its tutorials show it: standalone, a secret string, `jwt.verify` by hand in the context. */
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { mutationsOf, tutorialTokens, typeDefs } from './account.mjs';

const resolvers = {
  Query: {
    hello(_parent, _args, { user }) {
      if (!user) throw new Error('Not authenticated');
      return `Hello, ${user.user_id}!`;
    },
  },
  Mutation: mutationsOf(tutorialTokens),
};

const { url } = await startStandaloneServer(new ApolloServer({ typeDefs, resolvers }), {
  listen: { port: 0, host: '127.0.0.1' },
  context: async ({ req }) => {
    const token = (req.headers.authorization ?? '').replace('Bearer ', '');
    try {
      return { user: tutorialTokens.verify(token) };
    } catch {
      return { user: null };
    }
  },
});
console.log(JSON.stringify({ url }));
