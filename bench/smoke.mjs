/**
 * Catches a slip of speed in CI: `npm run bench:smoke`.
 *
 * Compares the CPU time of a request with that of the transport (`wire`: bare `node:http` that checks nothing), in turns in the same
 * run, so that neither the machine nor its other load matters much. The bounds are about twice what was measured (RESULTS.md).
 */
import { join } from 'node:path';
import { contestants } from './contestants.mjs';
import { load } from './load.mjs';
import { median } from './numbers.mjs';

const ROUNDS = 3;
const WARM_UP_SECONDS = 2;
/** CPU time of a request in that of the wire's hello, over 32 connections unless told otherwise. */
const BOUNDS = [
  { name: 'stateless', work: 'hello', connections: 1, bound: 3.5 },
  { name: 'sqlite', work: 'hello', connections: 1, bound: 4.5 },
  { name: 'stateless', work: 'hello', bound: 3 },
  { name: 'sqlite', work: 'hello', bound: 3 },
  { name: 'sqlite', work: 'tokenVerify', bound: 3.5 },
  { name: 'sqlite', work: 'tokenRefresh', bound: 18 },
  { name: 'sqlite', work: 'introspect', bound: 5 },
  { name: 'mongodb', work: 'hello', bound: 6 },
  { name: 'mongodb', work: 'tokenRefresh', bound: 24 },
  { name: 'mongodb', work: 'introspect', bound: 13 },
];

const running = new Map();
for (const contestant of contestants({ build: join(import.meta.dirname, '../dist') })) {
  if (!['wire', 'stateless', 'sqlite', 'mongodb'].includes(contestant.name)) continue;
  running.set(contestant.name, { ...contestant, ...(await contestant.start()) });
}
const cpuOf = async ({ name, work, connections = 32 }, seconds) => {
  const { cpu, failed, example } = await load(running.get(name), { work, seconds, connections });
  if (failed) throw new Error(`${name}, ${work}: ${failed} failed: ${example}`);
  return cpu;
};

const wireOf = (connections) => cpuOf({ name: 'wire', work: 'hello', connections }, 1);

await wireOf();
for (const bound of BOUNDS) await cpuOf(bound, WARM_UP_SECONDS);

const times = BOUNDS.map(() => []);
for (let round = 0; round < ROUNDS; round++) {
  const wires = { 1: await wireOf(1), 32: await wireOf(32) };
  for (const [index, bound] of BOUNDS.entries()) {
    times[index].push((await cpuOf(bound, 1)) / wires[bound.connections ?? 32]);
  }
}
for (const [index, { name, work, connections = 32, bound }] of BOUNDS.entries()) {
  const measured = median(times[index]);
  const isSlow = measured > bound;
  if (isSlow) process.exitCode = 1;
  const verdict = isSlow ? 'TOO SLOW' : 'ok';
  const what = `${work}, ${name}, ${connections === 1 ? 'one connection' : `${connections} connections`}`;
  console.log(`${verdict}: ${what}: ${measured.toFixed(1)} times the wire's hello, bound ${bound}`);
}
process.exit();
