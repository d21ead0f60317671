import { randomBytes } from 'node:crypto';
import { startServer } from './server.js';
import { options } from './settings.js';

const { HOST = '127.0.0.1', PORT = '4000' } = process.env;
const server = await startServer(options, { host: HOST, port: Number(PORT) });

// The first user. In production make one with `npm run user` instead.
if (process.env['NODE_ENV'] !== 'production' && (await server.auth.users.findByUsername('demo')) === null) {
  const password = randomBytes(12).toString('base64url');
  await server.auth.users.create({ username: 'demo', password });
  console.log(`an account to try it with (shown this once): demo / ${password}`);
}

console.log(`listening ${server.url}`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void server.close());
