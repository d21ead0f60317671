/**
 * What a second worker brings: `npm run build && node bench/workers.mjs --cores 0,2`.
 *
 * Servers with one and with several workers, on one MongoDB (the stand-in, unless MONGODB_URI says otherwise), are asked in
 * turns. They share the cores named; the load has the second, and the stand-in whatever is left. So the ratio of what they
 * answered says something about workers only where `--cores` are as many as workers and not the load's, and where the store is not
 * the limit. The CPU time of a request is that of cores which everybody shares: on free ones it is less.
 */
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { contestants } from './contestants.mjs';
import { load } from './load.mjs';
import { median } from './numbers.mjs';
import { LOAD_CORE, program, run, whenListening } from './processes.mjs';

const { values: options } = parseArgs({
  options: {
    build: { type: 'string', default: join(import.meta.dirname, '../dist') },
    workers: { type: 'string', default: '2' },
    cores: { type: 'string', default: cpus().length > 2 ? '0,2' : '0,1' },
    work: { type: 'string', default: 'hello,tokenRefresh' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    connections: { type: 'string', default: '16' },
  },
});
const [rounds, seconds, connections] = [options.rounds, options.seconds, options.connections].map(Number);
const contestant = contestants({ build: options.build }).find(({ name }) => name === 'mongodb');
const settings = await contestant.prepare();

async function start(workers) {
  const command = ['taskset', '-c', options.cores, process.execPath, program(options.build), 'start'];
  const child = run(command, { ...settings, WORKERS: workers }, { isPinned: false });
  const url = await whenListening(child, /"url":"(http:[^"]+)".*"msg":"listening"/);
  return { ...contestant, name: `${workers} worker(s)`, url, pid: child.pid };
}
const servers = [await start('1'), await start(options.workers)];

console.log(`${cpus()[0].model}, ${cpus().length} cores, Node.js ${process.version}`);
console.log(
  `Servers on cores ${options.cores}, the load on core ${LOAD_CORE}; ${rounds} rounds of ${seconds} s in turns\n`,
);
for (const work of options.work.split(',')) {
  const ratios = [];
  const rates = new Map(servers.map(({ name }) => [name, []]));
  const costs = new Map(servers.map(({ name }) => [name, []]));
  for (const server of servers) await load(server, { work, seconds: 8, connections }); // warms up
  for (let round = 0; round < rounds; round++) {
    for (const server of servers) {
      const { rate, cpu, failed, example } = await load(server, { work, seconds, connections });
      if (failed) throw new Error(`${server.name}, ${work}: ${failed} failed: ${example}`);
      rates.get(server.name).push(rate);
      costs.get(server.name).push(cpu);
    }
    const [one, several] = Array.from(rates.values(), (list) => list.at(-1));
    ratios.push(several / one);
  }
  for (const { name } of servers) {
    const [rate, cost] = [rates, costs].map((lists) => median(lists.get(name)));
    console.log(`${work}, ${name}: ${rate.toFixed(0)} ops/s, ${cost.toFixed(3)} ms of CPU for each`);
  }
  console.log(`${work}: ${median(ratios).toFixed(2)} times as many with ${options.workers} workers\n`);
}
process.exit();
