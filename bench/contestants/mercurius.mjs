/** mercurius on Fastify, compiled queries (`jit`), `mercurius-auth` and fast-jwt. */
import { fastify } from 'fastify';
import { createSigner, createVerifier } from 'fast-jwt';
import mercurius from 'mercurius';
import mercuriusAuth from 'mercurius-auth';
import { ACCESS_LIFETIME, claimsOf, listening, mutationsOf, REFRESH_LIFETIME, SECRET, typeDefs } from './account.mjs';

const verify = createVerifier({ key: SECRET, algorithms: ['HS256'], cache: false }); // as all others have none
const signAccess = createSigner({ key: SECRET, algorithm: 'HS256', expiresIn: ACCESS_LIFETIME * 1000 });
const signRefresh = createSigner({ key: SECRET, algorithm: 'HS256', expiresIn: REFRESH_LIFETIME * 1000 });
const pair = () => ({ access: signAccess(claimsOf('access')), refresh: signRefresh(claimsOf('refresh')) });

const app = fastify();
await app.register(mercurius, {
  schema: `directive @auth on FIELD_DEFINITION\n${typeDefs.replace('hello: String!', 'hello: String! @auth')}`,
  jit: 1,
  resolvers: {
    Query: { hello: (_parent, _args, { auth }) => `Hello, ${auth.user.user_id}!` },
    Mutation: mutationsOf({ verify, pair }),
  },
});
await app.register(mercuriusAuth, {
  authDirective: 'auth',
  authContext({ reply }) {
    const { authorization } = reply.request.headers;
    return { user: authorization ? verify(authorization.slice('Bearer '.length)) : null };
  },
  applyPolicy: async (_directive, _parent, _args, { auth }) => auth.user !== null,
});
await app.listen({ port: 0, host: '127.0.0.1' });
listening(app.server);
