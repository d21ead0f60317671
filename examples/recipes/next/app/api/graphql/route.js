import { ApolloServer } from '@apollo/server';
import { startServerAndCreateNextHandler } from '@as-integrations/next';
import { createAuth } from 'graphql-simplejwt';

/** Made at the first request: `next build` loads this file, too, and has no key. */
let handler;
async function makeHandler() {
  const { JWT_SIGNING_KEY, DATA_DIR = 'data' } = process.env;
  const auth = await createAuth({ signingKey: JWT_SIGNING_KEY, dataDir: DATA_DIR });
  const server = new ApolloServer({
    schema: auth.buildSchema(),
    validationRules: auth.validationRules,
    formatError: auth.formatError,
  });
  return startServerAndCreateNextHandler(server, {
    // A Request has no address: take it from the header that your proxy sets.
    context: (req) => auth.context({ req, ip: req.headers.get('x-real-ip') }),
  });
}

export const POST = async (request) => (await (handler ??= makeHandler()))(request);
