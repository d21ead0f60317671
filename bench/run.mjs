/**
 * This server beside its peers: `npm run bench`, or `node bench/run.mjs --only limit,stateless --work hello`.
 *
 * Every contestant has one core for itself, the load the other. Each round asks all of them in turns, so that what else
 * the machine does hits all alike; a figure is the median of the rounds, a ratio the median of the rounds' ratios. Prints
 * Markdown. It ends by itself.
 */
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { contestants } from './contestants.mjs';
import { load } from './load.mjs';
import { median } from './numbers.mjs';

const { values: options } = parseArgs({
  options: {
    build: { type: 'string', default: join(import.meta.dirname, '../dist') },
    /** More builds of this server, to be compared with the first. */
    also: { type: 'string', multiple: true, default: [] },
    only: { type: 'string' },
    work: { type: 'string', default: 'hello,tokenVerify,tokenRefresh,tokenObtainPair,mix' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    connections: { type: 'string', default: '16' },
    /** Of each work, before the first round: the compiler of V8 works beside a server of this size for some eight seconds. */
    'warm-up': { type: 'string', default: '10' },
  },
});
const [rounds, seconds, connections] = [options.rounds, options.seconds, options.connections].map(Number);
const names = options.only?.split(',');

const running = [];
for (const contestant of contestants({ build: options.build, builds: options.also })) {
  if (names && !names.some((name) => contestant.name.startsWith(name))) continue;
  running.push({ ...contestant, ...(await contestant.start()) });
}
console.log(`${cpus()[0].model}, ${cpus().length} cores, Node.js ${process.version}, ${new Date().toISOString()}`);
console.log(`${rounds} rounds of ${seconds} s in turns, ${connections} connections\n`);

for (const work of options.work.split(',')) {
  const able = running.filter(({ asks }) => (work === 'mix' ? asks.tokenRefresh : asks[work]));
  const results = new Map(able.map(({ name }) => [name, []]));
  for (const contestant of able) await load(contestant, { work, seconds: Number(options['warm-up']), connections });
  for (let round = 0; round < rounds; round++) {
    for (const contestant of able) {
      const result = await load(contestant, { work, seconds, connections });
      results.get(contestant.name).push(result);
      if (result.failed) console.error(`${contestant.name}, ${work}: ${result.failed} failed: ${result.example}`);
    }
  }
  print(work, results);
}
process.exit();

function print(work, results) {
  const of = (name, field) => results.get(name)?.map((result) => result[field]) ?? [];
  const times = (name, other, field = 'rate') => {
    const others = of(other, field);
    if (others.length === 0) return '';
    return median(of(name, field).map((value, round) => value / others[round])).toFixed(2);
  };
  // Of what waits for the disk, the transport is that which does, too.
  const wire = work === 'tokenRefresh' && results.has('wire with libsql') ? 'wire with libsql' : 'wire';
  console.log(`### ${work}\n`);
  console.log(
    `| | ops/s | of the ${wire} | of the limit | times the seed | p50 ms | p99 ms | CPU ms | times the ${wire}'s | of its core | peak MB | failed |`,
  );
  console.log(`|${'---|'.repeat(12)}`);
  for (const name of results.keys()) {
    const [rate, p50, p99, cpu, share, peak] = ['rate', 'p50', 'p99', 'cpu', 'share', 'memory'].map((field) =>
      median(of(name, field)),
    );
    const failed = of(name, 'failed').reduce((sum, count) => sum + count, 0);
    const cells = [rate.toFixed(rate < 100 ? 1 : 0), ...[wire, 'limit', 'seed'].map((other) => times(name, other))];
    cells.push(p50.toFixed(2), p99.toFixed(2), cpu.toFixed(4), times(name, wire, 'cpu'));
    cells.push(share.toFixed(2), peak.toFixed(0), failed);
    console.log(`| ${[name, ...cells].join(' | ')} |`);
  }
  console.log('');
}
