// Makes an account: `npm run user -- alice`, with the password on standard input.
import { createInterface } from 'node:readline/promises';
import { createAuth } from 'graphql-simplejwt';
import { options } from './settings.js';

const [username] = process.argv.slice(2);
if (username === undefined) throw new Error('expected a username: npm run user -- alice');
const terminal = createInterface({ input: process.stdin });
if (process.stdin.isTTY) console.log(`Password for ${username}:`);
const { value: password = '' } = await terminal[Symbol.asyncIterator]().next();
terminal.close();
const auth = await createAuth(options);
await auth.users.create({ username, password });
await auth.close();
console.log(`made ${username}`);
