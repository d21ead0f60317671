/** `npm run soak [minutes] [sqlite | mongodb]`: the soak of test/soak, on what is built. Each store has half of the minutes. */
import { spawnSync } from 'node:child_process';

const [minutes, store] = [Number(process.argv[2] ?? 1), process.argv[3]];
if (!(minutes > 0)) throw new Error(`${process.argv[2]} is no number of minutes: npm run soak 10`);
const only = store === undefined ? [] : ['-t', store];
const { status } = spawnSync('npm', ['run', '--silent', 'jest', '--', '--maxWorkers=1', 'test/soak', ...only], {
  stdio: 'inherit',
  env: { ...process.env, SOAK_MINUTES: String(minutes) },
});
process.exitCode = status ?? 1;
