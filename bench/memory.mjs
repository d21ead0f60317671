/**
 * Whether memory stays flat: `npm run build && node bench/memory.mjs`.
 *
 * A million requests, 80 % hello and 20 % refreshes; the memory of the server is read after each 20,000. The slope is
 * that of the second half, when everything that is ever made once has been made. It ends by itself.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { contestants } from './contestants.mjs';
import { load } from './load.mjs';
import { slope } from './numbers.mjs';
import { memory } from './processes.mjs';

const { values: options } = parseArgs({
  options: {
    build: { type: 'string', default: join(import.meta.dirname, '../dist') },
    requests: { type: 'string', default: '1000000' },
    only: { type: 'string', default: 'sqlite' },
  },
});
const contestant = contestants({ build: options.build }).find(({ name }) => name === options.only);
const running = { ...contestant, ...(await contestant.start()) };
const points = [];
let answered = 0;
for (let turn = 0; answered < Number(options.requests); turn++) {
  const work = turn % 2 === 0 ? 'hello' : 'tokenRefresh';
  const result = await load(running, { work, seconds: work === 'hello' ? 4 : 2, connections: 16 });
  if (result.failed) throw new Error(`${result.failed} failed: ${result.example}`);
  answered += result.answered;
  points.push([answered, memory(running.pid, 'VmRSS')]);
  console.log(`${answered} answered: ${points.at(-1)[1].toFixed(1)} MB`);
}
const late = points.filter(([count]) => count > answered / 2);
console.log(`slope of the second half: ${(slope(late) * 1e6).toFixed(2)} MB for a million requests`);
console.log(`highest: ${memory(running.pid, 'VmHWM').toFixed(1)} MB`);
process.exit();
