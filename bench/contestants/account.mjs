/** Settings and account of all Node.js contestants, each set up as in its own tutorial. */
import bcrypt from 'bcrypt';
import jwt from 'jsonwebtoken';

export const SECRET = process.env.JWT_SIGNING_KEY;
export const ACCESS_LIFETIME = 3600; // seconds
export const REFRESH_LIFETIME = 86_400;
const HASH = process.env.PASSWORD_HASH; // bcrypt's, of the cost all contestants share

export const typeDefs = `
  type Query { hello: String! }
  type Verified { userId: String! }
  type Pair { access: String! refresh: String! }
  type Mutation {
    tokenObtainPair(username: String!, password: String!): Pair
    tokenRefresh(refresh: String!): Pair
    tokenVerify(token: String!): Verified
  }
`;

/** @throws Error unless they belong to the only account there is */
export async function checkPassword(username, password) {
  const isRight = (await bcrypt.compare(password, HASH)) === true;
  if (username !== 'alice' || !isRight) throw new Error('No active account found with the given credentials');
}

export const claimsOf = (type) => ({ token_type: type, jti: crypto.randomUUID().replaceAll('-', ''), user_id: '1' });

/** The mutations of the peers, which keep nothing: given how each reads a token and makes a pair. */
export const mutationsOf = ({ verify, pair }) => ({
  async tokenObtainPair(_parent, { username, password }) {
    await checkPassword(username, password);
    return pair();
  },
  async tokenRefresh(_parent, { refresh }) {
    verify(refresh);
    return pair();
  },
  tokenVerify: async (_parent, { token }) => ({ userId: verify(token).user_id }),
});

/** Tokens as tutorials make and read them: with jsonwebtoken and a secret that is a string. */
export const tutorialTokens = {
  verify: (token) => jwt.verify(token, SECRET),
  pair: () => ({
    access: jwt.sign(claimsOf('access'), SECRET, { expiresIn: ACCESS_LIFETIME }),
    refresh: jwt.sign(claimsOf('refresh'), SECRET, { expiresIn: REFRESH_LIFETIME }),
  }),
};

export function listening(server) {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}/graphql` }));
}
