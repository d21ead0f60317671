/** Apollo Server as its tutorials show it: standalone, a secret string, `jwt.verify` by hand in the context. */
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import jwt from 'jsonwebtoken';
import { ACCESS_LIFETIME, checkPassword, claimsOf, REFRESH_LIFETIME, SECRET, typeDefs } from './account.mjs';

const verify = (token) => jwt.verify(token, SECRET);
const pair = () => ({
  access: jwt.sign(claimsOf('access'), SECRET, { expiresIn: ACCESS_LIFETIME }),
  refresh: jwt.sign(claimsOf('refresh'), SECRET, { expiresIn: REFRESH_LIFETIME }),
});

const resolvers = {
  Query: {
    hello(_parent, _args, { user }) {
      if (!user) throw new Error('Not authenticated');
      return `Hello, ${user.user_id}!`;
    },
  },
  Mutation: {
    async tokenObtainPair(_parent, { username, password }) {
      await checkPassword(username, password);
      return pair();
    },
    tokenRefresh(_parent, { refresh }) {
      verify(refresh);
      return pair();
    },
    tokenVerify: (_parent, { token }) => ({ userId: verify(token).user_id }),
  },
};

const { url } = await startStandaloneServer(new ApolloServer({ typeDefs, resolvers }), {
  listen: { port: 0, host: '127.0.0.1' },
  context: async ({ req }) => {
    const token = (req.headers.authorization ?? '').replace('Bearer ', '');
    try {
      return { user: verify(token) };
    } catch {
      return { user: null };
    }
  },
});
console.log(JSON.stringify({ url }));
