import { ApolloServer } from '@apollo/server';
import { handlers, startServerAndCreateLambdaHandler } from '@as-integrations/aws-lambda';
import { createAuth } from 'graphql-simplejwt';

// Instances come and go, and share nothing but the database: set MONGODB_URI. DATA_DIR is for trying it out.
const { JWT_SIGNING_KEY, MONGODB_URI, DATA_DIR } = process.env;
const auth = await createAuth({ signingKey: JWT_SIGNING_KEY, mongodbUri: MONGODB_URI, dataDir: DATA_DIR });

const server = new ApolloServer({
  schema: auth.buildSchema(),
  validationRules: auth.validationRules,
  formatError: auth.formatError,
});

/** For an HTTP API of API Gateway, or a function URL. */
export const handler = startServerAndCreateLambdaHandler(
  server,
  handlers.createAPIGatewayProxyEventV2RequestHandler(),
  { context: ({ event }) => auth.context({ req: event, ip: event.requestContext.http.sourceIp }) },
);
