import { appendFileSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/** Where `SUITE_COSTS` names a file, returns what adds a line to it: CPU seconds here, those of processes that have ended, and seconds. */
export function measureCost(suite) {
  const file = process.env['SUITE_COSTS'];
  if (file === undefined) return () => {};
  const before = usedSoFar();
  return () => {
    const costs = usedSoFar().map((used, index) => (used - before[index]).toFixed(1));
    appendFileSync(file, `${costs.join('\t')}\t${suite}\n`);
  };
}

function usedSoFar() {
  const { user, system } = process.cpuUsage();
  return [(user + system) / 1e6, childrenSeconds(), performance.now() / 1000];
}

/** proc(5): the fields 16 and 17 of `stat`; other systems have none. */
function childrenSeconds() {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
    return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
  } catch {
    return 0;
  }
}
