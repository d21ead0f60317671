/**
 * What workers bring: `npm run build && node bench/workers.mjs`.
 *
 * Asked in turns, on one MongoDB (the stand-in, unless MONGODB_URI says otherwise), with as many connections for each worker:
 *
 * - one server with one worker, on the first of `--cores`;
 * - as many servers as cores, each with one worker on a core of its own, which know nothing of each other;
 * - one server with as many workers, each on a core of its own.
 *
 * On four cores, `--cores 0,2 --load 1,3` counts what workers bring. On two, the load and the stand-in take part of these, and
 * several cannot answer as many times more as there are cores. What can be seen then is whether workers are as good as servers
 * apart, and whether a request costs more CPU time where there are several: a core that is there for a worker alone answers as
 * many as that goes into its time.
 *
 * Servers have the lowest priority, so that the next requests wait for them and not they for the load.
 */
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { contestants } from './contestants.mjs';
import { load } from './load.mjs';
import { median } from './numbers.mjs';
import { childrenOf, moveTo, program, run, whenListening } from './processes.mjs';

const { values: options } = parseArgs({
  options: {
    build: { type: 'string', default: join(import.meta.dirname, '../dist') },
    cores: { type: 'string', default: '0,1' },
    /** Cores of the load. Default: the same. */
    load: { type: 'string' },
    work: { type: 'string', default: 'hello,tokenVerify' },
    authentication: { type: 'string', default: 'session' },
    rounds: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '3' },
    'warm-up': { type: 'string', default: '8' },
    /** Of each worker. */
    connections: { type: 'string', default: '32' },
  },
});
const cores = options.cores.split(',');
const [rounds, connections] = [options.rounds, options.connections].map(Number);
const contestant = contestants({ build: options.build }).find(({ name }) => name === 'mongodb');
const settings = { ...(await contestant.prepare()), JWT_AUTHENTICATION: options.authentication };

async function start(places) {
  const command = ['nice', '-n', '19', process.execPath, program(options.build), 'start'];
  const child = run(command, { ...settings, WORKERS: String(places.length) }, { isPinned: false });
  const url = await whenListening(child, /"url":"(http:[^"]+)".*"msg":"listening"/);
  const workers = places.length === 1 ? [child.pid] : childrenOf(child.pid);
  for (const [index, pid] of workers.entries()) moveTo(pid, places[index]);
  return { ...contestant, connections: connections * places.length, url, pid: child.pid };
}
const apart = [];
for (const core of cores) apart.push(await start([core]));
const kinds = {
  'one worker': [apart[0]],
  [`${cores.length} servers`]: apart,
  [`${cores.length} workers`]: [await start(cores)],
};

/** Has servers answer at the same time: what they answer in a second together, and the CPU time of a request. */
async function ask(servers, work, seconds = options.seconds) {
  const measured = await Promise.all(
    servers.map((server) =>
      load(server, {
        work,
        seconds: Number(seconds),
        connections: server.connections,
        cores: options.load ?? options.cores,
      }),
    ),
  );
  for (const { failed, example } of measured) if (failed) throw new Error(`${work}: ${failed} failed: ${example}`);
  const rate = measured.reduce((sum, one) => sum + one.rate, 0);
  return { rate, cpu: measured.reduce((sum, one) => sum + one.cpu * one.rate, 0) / rate };
}

console.log(`${cpus()[0].model}, Node.js ${process.version}, ${rounds} rounds of ${options.seconds} s in turns\n`);
for (const work of options.work.split(',')) {
  for (const servers of Object.values(kinds)) await ask(servers, work, options['warm-up']);
  const results = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [kind, servers] of Object.entries(kinds)) results[kind].push(await ask(servers, work));
  }
  const [one, several] = Object.values(results);
  console.log(`${work}, ${options.authentication}`);
  for (const [kind, list] of Object.entries(results)) {
    const ratio = (others, value) =>
      median(list.map((result, round) => result[value] / others[round][value])).toFixed(2);
    const [rate, cpu] = ['rate', 'cpu'].map((value) => median(list.map((result) => result[value])));
    console.log(
      `  ${kind}: ${rate.toFixed(0)} ops/s, ${ratio(one, 'rate')} of one, ${ratio(several, 'rate')} of servers apart`,
    );
    console.log(
      `    ${cpu.toFixed(3)} ms of CPU for each, ${ratio(one, 'cpu')} of one, ${ratio(several, 'cpu')} of servers apart`,
    );
  }
}
process.exit();
