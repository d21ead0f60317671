/**
 * Whether the time of an answer tells who has an account or an address: `npm run build && node bench/recovery.mjs`.
 *
 * Asks for a new password, and registers with an address, 400 times in turns for each kind, and prints the median times and how
 * far each is from that of nobody (to be under 10 %; exit code 1 if it is not). Mails are sent meanwhile, as they are in use.
 * `--mongodb URI` takes that store.
 */
import { Agent } from 'node:http';
import { parseArgs } from 'node:util';
import { median, ms, percentile } from './numbers.mjs';
import { post, PROGRAM, startServer } from './server.mjs';

const MOST = 0.1;
const { values: options } = parseArgs({
  options: {
    program: { type: 'string', default: PROGRAM },
    tries: { type: 'string', default: '400' },
    pin: { type: 'boolean', default: false },
    mongodb: { type: 'string' },
  },
});
const on = { EMAIL: 'on', PASSWORD_RESET: 'on', REGISTRATION: 'on', NOTICES: 'on' };
const settings = { ...on, NODE_ENV: 'test', THROTTLE: 'off', ...(options.mongodb && { MONGODB_URI: options.mongodb }) };
const { url, cli } = await startServer({ program: options.program, cost: 4, isPinned: options.pin, settings });
await cli(['users', 'create', 'alice', '--password-stdin', '--email', 'alice@example.com']);

const REQUEST = 'mutation ($name: String!) { passwordResetRequest(usernameOrEmail: $name) }';
const REGISTER = `mutation ($name: String!, $email: String!) {
  userRegister(username: $name, password: "seven quiet lanterns", email: $email) { id }
}`;
let count = 0;
const newName = () => `new${(count += 1)}x${process.pid}`;
const groups = {
  'a new password, by name': {
    'of nobody': () => ({ query: REQUEST, variables: { name: 'nobody' } }),
    'of a user': () => ({ query: REQUEST, variables: { name: 'alice' } }),
  },
  'a new password, by address': {
    'of nobody': () => ({ query: REQUEST, variables: { name: 'nobody@example.com' } }),
    'of a user': () => ({ query: REQUEST, variables: { name: 'alice@example.com' } }),
  },
  'registering with an address': {
    'of nobody': () => ({ query: REGISTER, variables: { name: newName(), email: `${newName()}@example.com` } }),
    'of a user': () => ({ query: REGISTER, variables: { name: newName(), email: 'alice@example.com' } }),
  },
};
const agent = new Agent({ keepAlive: true });
for (const [what, kinds] of Object.entries(groups)) {
  const timesOf = new Map(Object.keys(kinds).map((name) => [name, []]));
  for (let index = -20; index < Number(options.tries); index++) {
    const turn = index % 2 === 0 ? Object.entries(kinds) : Object.entries(kinds).toReversed();
    for (const [name, operation] of turn) {
      const sentAt = performance.now();
      const { errors } = await post(url, { ...operation(), agent });
      const time = performance.now() - sentAt;
      if (errors) throw new Error(JSON.stringify(errors));
      if (index >= 0) timesOf.get(name).push(time); // the first warm up
    }
  }
  const nobody = median(timesOf.get('of nobody'));
  for (const [name, times] of timesOf) {
    const gap = median(times) / nobody - 1;
    if (Math.abs(gap) >= MOST) process.exitCode = 1;
    console.log(
      `${what} ${name}: median ${ms(median(times))} (${(gap * 100).toFixed(1)} %), p10 ${ms(percentile(times, 0.1))}`,
    );
  }
}
process.exit();
