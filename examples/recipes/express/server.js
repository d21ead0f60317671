import { ApolloServer } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import { mergeSchemas } from '@graphql-tools/schema';
import express from 'express';
import { createAuth } from 'graphql-simplejwt';

const { JWT_SIGNING_KEY, DATA_DIR = 'data', PORT = '4000' } = process.env;
const auth = await createAuth({ signingKey: JWT_SIGNING_KEY, dataDir: DATA_DIR });

const schema = mergeSchemas({
  schemas: [auth.buildSchema()],
  typeDefs: 'extend type Query { notes: [String!]! }',
  resolvers: {
    Query: {
      async notes(_parent, _args, context) {
        const { user } = await context.auth.authenticate();
        return [`a note of ${user.username}`];
      },
    },
  },
});
const server = new ApolloServer({
  schema,
  validationRules: auth.validationRules,
  formatError: auth.formatError,
});
await server.start();

const app = express();
// Behind a proxy, so that the client's address is not that of the proxy: app.set('trust proxy', 'loopback');
app.use('/graphql', express.json({ limit: '100kb' }), expressMiddleware(server, { context: auth.context }));
const http = app.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`listening http://127.0.0.1:${http.address().port}/graphql`);
});

process.once('SIGTERM', () => {
  http.close(async () => {
    await server.stop();
    await auth.close();
  });
});
