/** Apollo Server on Fastify, by `@as-integrations/fastify` as its documentation shows it; else as `apollo.mjs`. */
import { ApolloServer } from '@apollo/server';
import fastifyApollo, { fastifyApolloDrainPlugin } from '@as-integrations/fastify';
import Fastify from 'fastify';
import { bearerContext, resolvers } from './apollo-account.mjs';
import { listening, typeDefs } from './account.mjs';

const app = Fastify();
const apollo = new ApolloServer({ typeDefs, resolvers, plugins: [fastifyApolloDrainPlugin(app)] });
await apollo.start();
await app.register(fastifyApollo(apollo), { context: async (request) => bearerContext(request) });
await app.listen({ port: 0, host: '127.0.0.1' });
listening(app.server);
