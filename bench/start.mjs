/**
 * How long until a server that was started answers: `npm run build && node bench/start.mjs`.
 *
 * Starts the limit (bare `node:http` and jsonwebtoken) and this server in turns, each time on the same store, and asks until
 * there is an answer. GraphiQL is off, as in production.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { contestants } from './contestants.mjs';
import { median, spread } from './numbers.mjs';

const { values: options } = parseArgs({
  options: {
    build: { type: 'string', default: join(import.meta.dirname, '../dist') },
    also: { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string', default: '9' },
  },
});
const all = contestants({ build: options.build, builds: options.also });
const measured = all.filter(({ name }) => name === 'limit' || name.startsWith('sqlite') || name === 'mongodb');
const places = new Map();
for (const contestant of measured) places.set(contestant, await contestant.prepare?.());
const times = new Map(measured.map(({ name }) => [name, []]));
const BODY = JSON.stringify({ query: '{ hello }' });

for (let round = -1; round < Number(options.rounds); round++) {
  for (const contestant of measured) {
    const startedAt = performance.now();
    const { child, url } = await contestant.start(places.get(contestant));
    const headers = { 'content-type': 'application/json' };
    while (!(await fetch(`${url}/graphql`, { method: 'POST', headers, body: BODY }).catch(() => null))?.ok)
      await sleep(1);
    const time = performance.now() - startedAt;
    if (round >= 0) times.get(contestant.name).push(time); // the first fills the disk cache
    child.removeAllListeners('exit').kill('SIGKILL');
  }
}
console.log('Start to first answer, in ms: median (fastest to slowest)');
for (const [name, list] of times) console.log(`${name}: ${median(list).toFixed(0)} (${spread(list)})`);
process.exit();
