/**
 * What idle sockets cost: `npm run build && node bench/sockets.mjs [--sockets 5000]`.
 *
 * Each is of somebody who is signed in, and has the subscription `sessionEvents`. It prints the memory of the server before and after,
 * the CPU time that it takes for a minute of silence, and fails above the limit.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';

const MOST_MB = 60;
const OF_USER = 50;
const AT_ONCE = 50;
const { values: options } = parseArgs({
  options: {
    build: { type: 'string', default: join(import.meta.dirname, '../dist') },
    sockets: { type: 'string', default: '5000' },
    seconds: { type: 'string', default: '60' },
  },
});
const count = Number(options.sockets);
const folder = mkdtempSync(join(tmpdir(), 'simplejwt-sockets-'));
const signingKey = 'k'.repeat(64);
const { createAuth } = await import(join(options.build, 'index.js'));

const auth = await createAuth({ dataDir: folder, signingKey, passwordHashCost: 4 });
const tokens = [];
for (let user = 0; user * OF_USER < count; user++) {
  const made = await auth.users.create({ username: `user${user}`, password: 'tall amber kettles' });
  const { access } = await auth.tokens.forUser(made);
  tokens.push(access.token);
}
await auth.close();

const env = {
  ...process.env,
  DATA_DIR: folder,
  JWT_SIGNING_KEY: signingKey,
  NODE_ENV: 'production',
  PORT: '0',
  THROTTLE_REFRESHES: '1000000',
};
const server = spawn(process.execPath, [join(options.build, 'main.js'), 'start'], {
  env,
  stdio: ['ignore', 'pipe', 'inherit'],
});
const url = await new Promise((resolve) => {
  server.stdout.on('data', (chunk) => {
    const [, found] = /"url":"([^"]+)"/.exec(chunk) ?? [];
    if (found) resolve(found.replace('http', 'ws'));
  });
});
const megabytes = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))[1]) / 1024;
const cpuSeconds = () => {
  const [user, system] = readFileSync(`/proc/${server.pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13);
  return (Number(user) + Number(system)) / 100;
};

async function open(index) {
  const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false });
  await once(socket, 'open');
  const access = tokens[Math.floor(index / OF_USER)];
  socket.send(JSON.stringify({ type: 'connection_init', payload: { Authorization: `Bearer ${access}` } }));
  const [message] = await once(socket, 'message');
  if (!String(message).includes('connection_ack')) throw new Error(String(message));
  const query = 'subscription { sessionEvents { id kind at reason session { id current } } }';
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
}

try {
  await open(0); // what the first one loads
  await delay(2000);
  const before = megabytes();
  for (let index = 1; index < count; index += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - index) }, (_, more) => open(index + more)));
  }
  const cpu = cpuSeconds();
  await delay(Number(options.seconds) * 1000);
  const more = megabytes() - before;
  const spent = cpuSeconds() - cpu;
  console.log(
    `${count} idle sockets: ${before.toFixed(1)} MB before, ${more.toFixed(1)} MB more, at most ${MOST_MB} MB`,
  );
  console.log(
    `${((more / count) * 1024).toFixed(1)} kB a socket; ${spent.toFixed(2)} s of CPU in ${options.seconds} s of silence`,
  );
  if (more > MOST_MB) process.exitCode = 1;
} finally {
  server.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
  process.exit();
}
