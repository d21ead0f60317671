/**
 * Whether the time of a refused sign-in tells who has an account: `npm run build && node bench/enumeration.mjs`.
 *
 * Tries every kind of refusal 200 times in turns and prints the median times, and how far each is from that of an
 * unknown user (to be under 10 %). It ends by itself.
 */
import { Agent } from 'node:http';
import { parseArgs } from 'node:util';
import { median, ms, percentile } from './numbers.mjs';
import { PASSWORD } from './processes.mjs';
import { post, PROGRAM, SIGN_IN, startServer } from './server.mjs';

const { values: options } = parseArgs({
  options: {
    program: { type: 'string', default: PROGRAM },
    tries: { type: 'string', default: '200' },
    cost: { type: 'string', default: '10' },
    pin: { type: 'boolean', default: false },
  },
});
const cost = Number(options.cost);
const { url, cli } = await startServer({ program: options.program, cost, isPinned: options.pin });
await cli(['users', 'create', 'alice', '--password-stdin']);
await cli(['users', 'create', 'dora', '--password-stdin']);
await cli(['users', 'disable', 'dora']);
await cli(['users', 'create', 'cheap', '--password-stdin'], { PASSWORD_HASH_COST: String(cost - 2) });

const kinds = [
  { name: 'unknown', username: 'nobody', password: PASSWORD },
  { name: 'wrong', username: 'alice', password: `${PASSWORD}!` },
  { name: 'inactive', username: 'dora', password: PASSWORD },
  { name: 'wrong, of a hash of a quarter of the work', username: 'cheap', password: `${PASSWORD}!` },
];
const timesOf = new Map(kinds.map(({ name }) => [name, []]));
const agent = new Agent({ keepAlive: true });
for (let index = -5; index < Number(options.tries); index++) {
  for (const { name, username, password } of kinds) {
    const sentAt = performance.now();
    const { errors } = await post(url, { query: SIGN_IN, variables: { username, password }, agent });
    const time = performance.now() - sentAt;
    if (errors?.[0].extensions.reason !== 'no_active_account') throw new Error('expected to be refused');
    if (index >= 0) timesOf.get(name).push(time); // the first few warm up
  }
}
const unknown = median(timesOf.get('unknown'));
for (const [name, times] of timesOf) {
  const gap = ((median(times) / unknown - 1) * 100).toFixed(1);
  console.log(`${name}: median ${ms(median(times))} (${gap} %), p10 ${ms(percentile(times, 0.1))}`);
}
process.exit();
