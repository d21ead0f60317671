/**
 * Whether the time of a refused sign-in tells who has an account: `npm run build && node bench/enumeration.mjs`.
 *
 * Tries every kind of refusal 200 times in turns and prints the median times, and how far each is from that of an
 * unknown user (to be under 10 %). It ends by itself. `--imported` tries accounts of Django too, whose hashes take a time of
 * their own until the first sign-in: docs/security.md has their figures.
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
    imported: { type: 'boolean', default: false },
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
/** Django's hashers, with the parameters of their version; of no password. */
const digest = (length) => Buffer.alloc(length, 1).toString('base64');
const HASHES = {
  'pbkdf2 of Django 4.2': `pbkdf2_sha256$600000$saltsaltsaltsaltsaltsa$${digest(32)}`,
  'pbkdf2 of Django 6.0': `pbkdf2_sha256$1200000$saltsaltsaltsaltsaltsa$${digest(32)}`,
  'scrypt of Django 6.0': `scrypt$16384$saltsaltsaltsaltsaltsa$8$5$${digest(64)}`,
  'argon2 of Django 6.0': `argon2$argon2id$v=19$m=102400,t=2,p=8$c2FsdHNhbHRzYWx0$${digest(32).replace('=', '')}`,
  'bcrypt of cost 12': `bcrypt_sha256$$2b$12$${'a'.repeat(53)}`,
};
if (options.imported) {
  const rows = Object.entries(HASHES).map(([name, hash], pk) => {
    kinds.push({ name: `wrong, of an account with ${name}`, username: `imported${pk}`, password: PASSWORD });
    return { model: 'auth.user', pk, fields: { username: `imported${pk}`, password: hash, is_active: true } };
  });
  await cli(['users', 'import', '-'], {}, JSON.stringify(rows));
}
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
