/** `npm run soak [minutes]`: the soak of test/soak, on what is built. */
import { spawnSync } from 'node:child_process';

const minutes = Number(process.argv[2] ?? 1);
if (!(minutes > 0)) throw new Error(`${process.argv[2]} is no number of minutes: npm run soak 10`);
const { status } = spawnSync('npm', ['run', '--silent', 'jest', '--', '--maxWorkers=1', 'test/soak'], {
  stdio: 'inherit',
  env: { ...process.env, SOAK_MINUTES: String(minutes) },
});
process.exitCode = status ?? 1;
