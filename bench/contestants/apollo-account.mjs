/** What both of Apollo's contestants answer, as its tutorials show it: a secret string, `jwt.verify` by hand in the context. */
import { mutationsOf, tutorialTokens } from './account.mjs';

export const resolvers = {
  Query: {
    hello(_parent, _args, { user }) {
      if (!user) throw new Error('Not authenticated');
      return `Hello, ${user.user_id}!`;
    },
  },
  Mutation: mutationsOf(tutorialTokens),
};

export function bearerContext({ headers }) {
  const token = (headers.authorization ?? '').replace('Bearer ', '');
  try {
    return { user: tutorialTokens.verify(token) };
  } catch {
    return { user: null };
  }
}
