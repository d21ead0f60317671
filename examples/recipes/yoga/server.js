import { createServer } from 'node:http';
import { createAuth } from 'graphql-simplejwt';
import { createYoga } from 'graphql-yoga';

const { JWT_SIGNING_KEY, DATA_DIR = 'data', PORT = '4000' } = process.env;
const auth = await createAuth({ signingKey: JWT_SIGNING_KEY, dataDir: DATA_DIR });

const limits = {
  onValidate({ addValidationRule }) {
    for (const rule of auth.validationRules) addValidationRule(rule);
  },
};
const yoga = createYoga({
  // Yoga sends subscriptions as server-sent events: `sessionEvents` ends with its session.
  schema: auth.buildSchema({ resolvers: auth.subscriptionResolvers }),
  context: ({ req, request }) => auth.context({ req: request, ip: req.socket.remoteAddress }),
  plugins: [limits],
});
const http = createServer(yoga).listen(Number(PORT), '127.0.0.1', () => {
  console.log(`listening http://127.0.0.1:${http.address().port}/graphql`);
});

process.once('SIGTERM', () => {
  http.close(async () => {
    await yoga.dispose();
    await auth.close();
  });
});
