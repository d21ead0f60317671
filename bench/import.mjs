// How long `users import` takes for a dump of so many users (100,000 unless told), on SQLite in a folder of its own:
//   npm run build && node bench/import.mjs [COUNT]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../dist/program/main.js', import.meta.url));
const count = Number(process.argv[2] ?? 100_000);
const folder = mkdtempSync(join(tmpdir(), 'import-'));
const dump = join(folder, 'users.json');

const user = (pk) => ({
  model: 'auth.user',
  pk,
  fields: {
    password: `pbkdf2_sha256$260000$${String(pk).padStart(22, '0')}$Sj/qwgl4jH1XAi+brkO1RtAYdxCrz+1a7g9ObKiDKko=`,
    last_login: '2026-01-02T03:04:05.678Z',
    is_superuser: false,
    username: `user${pk}`,
    first_name: 'Alice',
    last_name: 'Liddell',
    email: `user${pk}@example.com`,
    is_staff: false,
    is_active: true,
    date_joined: '2025-01-02T03:04:05.678Z',
    groups: [],
    user_permissions: [],
  },
});

async function writeDump() {
  const file = createWriteStream(dump);
  for (let pk = 1; pk <= count; pk += 1) {
    if (!file.write(`${pk === 1 ? '[' : ', '}${JSON.stringify(user(pk))}`)) await once(file, 'drain');
  }
  file.end(']\n');
  await once(file, 'close');
}

async function timed(name, ...flags) {
  const started = performance.now();
  const { PATH } = process.env;
  const child = spawn(process.execPath, [PROGRAM, 'users', 'import', dump, '--json', ...flags], {
    env: { PATH, NODE_ENV: 'test', DATA_DIR: join(folder, 'data') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let summary = '';
  child.stdout.on('data', (chunk) => {
    summary += chunk;
  });
  let memory = 0;
  const watch = setInterval(() => {
    memory = Math.max(memory, peakOf(child.pid));
  }, 100);
  const [code] = await once(child, 'close');
  clearInterval(watch);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const { imported, alreadyThere, bad } = JSON.parse(summary);
  process.stdout.write(
    `${name}: ${seconds} s, ${memory} MB, exit code ${code}: ${imported} imported, ${alreadyThere} there, ${bad} bad\n`,
  );
}

/** Megabytes a process had at most, where Linux tells. */
function peakOf(pid) {
  try {
    return Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}

try {
  await writeDump();
  process.stdout.write(`${count} users, ${(statSync(dump).size / 1e6).toFixed(0)} MB\n`);
  await timed('rehearsal', '--dry-run');
  await timed('import');
  await timed('import again');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
