import { ApolloServer } from '@apollo/server';
import { koaMiddleware } from '@as-integrations/koa';
import { bodyParser } from '@koa/bodyparser';
import { createAuth } from 'graphql-simplejwt';
import Koa from 'koa';

const { JWT_SIGNING_KEY, DATA_DIR = 'data', PORT = '4000' } = process.env;
const auth = await createAuth({ signingKey: JWT_SIGNING_KEY, dataDir: DATA_DIR });

const server = new ApolloServer({
  schema: auth.buildSchema(),
  validationRules: auth.validationRules,
  formatError: auth.formatError,
});
await server.start();

const graphql = koaMiddleware(server, {
  context: ({ ctx }) => auth.context({ req: { headers: ctx.headers, ip: ctx.ip }, res: ctx.res }),
});
const app = new Koa(); // behind a proxy: new Koa({ proxy: true, maxIpsCount: 1 })
app.use(bodyParser({ jsonLimit: '100kb' }));
app.use((ctx, next) => (ctx.path === '/graphql' ? graphql(ctx, next) : next()));
const http = app.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`listening http://127.0.0.1:${http.address().port}/graphql`);
});

process.once('SIGTERM', () => {
  http.close(async () => {
    await server.stop();
    await auth.close();
  });
});
