/**
 * What it costs to be watched: CPU time of `hello` with METRICS_PORT and without, in turns, so that what else the machine
 * does matters little. `npm run build && node bench/metrics.mjs [pairs]`; wants wrk.
 */
import { join } from 'node:path';
import { contestants } from './contestants.mjs';
import { load } from './load.mjs';
import { percentile } from './numbers.mjs';

const PAIRS = Number(process.argv[2] ?? 40);
const SECONDS = 1;

const server = contestants({ build: join(import.meta.dirname, '../dist') }).find(({ name }) => name === 'sqlite');
const start = async (more) => ({ ...server, ...(await server.start({ ...(await server.prepare()), ...more })) });
const plain = await start({});
const watched = await start({ METRICS_PORT: '0' });

const cpuOf = async (contestant) => {
  const { cpu, failed, example } = await load(contestant, { work: 'hello', seconds: SECONDS, connections: 8 });
  if (failed) throw new Error(`${failed} failed: ${example}`);
  return cpu;
};

for (const each of [plain, watched]) await cpuOf(each);
const times = new Map([plain, watched].map((each) => [each, []]));
for (let pair = 0; pair < PAIRS; pair++) {
  const turns = pair % 2 === 0 ? [plain, watched] : [watched, plain];
  for (const each of turns) times.get(each).push(await cpuOf(each));
}
// Other processes only add time, so the fastest tenth is the best estimate.
for (const share of [0.1, 0.25, 0.5]) {
  const [without, having] = [plain, watched].map((each) => percentile(times.get(each), share));
  const more = `${((having / without - 1) * 100).toFixed(1)} %`;
  const seconds = `${without.toFixed(4)} s without METRICS_PORT, ${having.toFixed(4)} s with it`;
  console.log(`1,000 requests, ${share * 100}th percentile of ${PAIRS}: ${seconds}: ${more}`);
}
process.exit();
