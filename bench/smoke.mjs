/**
 * Catches a slip of speed in CI: `npm run bench:smoke`.
 *
 * Compares the CPU time of a request with that of the limit (bare `node:http` and jsonwebtoken), in turns in the same run,
 * so that neither the machine nor its other load matters much. The bounds are about four times what was measured
 * (RESULTS.md): they catch a secret that is parsed for each token, and that nothing is remembered any more.
 */
import { join } from 'node:path';
import { contestants } from './contestants.mjs';
import { load } from './load.mjs';
import { median } from './numbers.mjs';

const ROUNDS = 3;
const WARM_UP_SECONDS = 2;
/** CPU time of a request in that of the limit's hello. */
const BOUNDS = [
  { name: 'stateless', work: 'hello', bound: 2.5 },
  { name: 'sqlite', work: 'hello', bound: 4 },
  { name: 'sqlite', work: 'tokenVerify', bound: 4 },
  { name: 'sqlite', work: 'tokenRefresh', bound: 12 },
];

const running = new Map();
for (const contestant of contestants({ build: join(import.meta.dirname, '../dist') })) {
  if (!['limit', 'stateless', 'sqlite'].includes(contestant.name)) continue;
  running.set(contestant.name, { ...contestant, ...(await contestant.start()) });
}
const cpuOf = async (name, work, seconds) => {
  const { cpu, failed, example } = await load(running.get(name), { work, seconds, connections: 8 });
  if (failed) throw new Error(`${name}, ${work}: ${failed} failed: ${example}`);
  return cpu;
};

await cpuOf('limit', 'hello', 1);
for (const { name, work } of BOUNDS) await cpuOf(name, work, WARM_UP_SECONDS);

const times = BOUNDS.map(() => []);
for (let round = 0; round < ROUNDS; round++) {
  const limit = await cpuOf('limit', 'hello', 1);
  for (const [index, { name, work }] of BOUNDS.entries()) times[index].push((await cpuOf(name, work, 1)) / limit);
}
for (const [index, { name, work, bound }] of BOUNDS.entries()) {
  const measured = median(times[index]);
  const isSlow = measured > bound;
  if (isSlow) process.exitCode = 1;
  const verdict = isSlow ? 'TOO SLOW' : 'ok';
  console.log(`${verdict}: ${work}, ${name}: ${measured.toFixed(1)} times the limit's hello, bound ${bound}`);
}
process.exit();
