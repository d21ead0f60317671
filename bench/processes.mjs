/** Starts and observes the measured processes, and ends them with this one. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import bcrypt from 'bcrypt';

export const PASSWORD = 'wonderland123!';
const COST = 10;
/** The environment of all contestants: same key, same account, same cost of a hash. */
export const ACCOUNT = {
  PATH: process.env.PATH,
  PORT: '0',
  PASSWORD,
  PASSWORD_HASH: bcrypt.hashSync(PASSWORD, COST),
  PASSWORD_HASH_COST: String(COST),
  JWT_SIGNING_KEY: 'bench-bench-bench-bench-bench-bench-bench',
};
/** Further settings of this server, the same in every benchmark. */
export const SETTINGS = {
  NODE_ENV: 'test', // no demo account, and plain log lines
  GRAPHIQL: 'off',
  JWT_ACCESS_TOKEN_LIFETIME: '1h',
  THROTTLE: 'off', // it would soon refuse the load
};
/** The cores of the measured process and of the load. */
export const SERVER_CORE = '0';
export const LOAD_CORE = '1';

const children = [];
const folders = [];
const endings = [];
process.on('exit', () => {
  for (const end of endings) end();
  for (const { pid, exitCode, signalCode } of children)
    if (exitCode === null && signalCode === null) for (const member of familyOf(pid)) process.kill(member, 'SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

/** Has something done, at once, when this process ends. */
export const atExit = (end) => endings.push(end);

/** What a build runs as: one bundle, where it has one. */
export function program(build) {
  const bundle = join(build, 'program/main.js');
  return existsSync(bundle) ? bundle : join(build, 'main.js');
}

export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'simplejwt-bench-'));
  folders.push(folder);
  return folder;
}

/** Starts a contestant, on its core unless told otherwise. */
export function run(command, env, { isPinned = true, cwd } = {}) {
  const [file, ...args] = isPinned ? ['taskset', '-c', SERVER_CORE, ...command] : command;
  const child = spawn(file, args, {
    env: { ...ACCOUNT, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd,
  });
  child.stderr.on('data', (chunk) => {
    if (process.env.DEBUG) process.stderr.write(chunk);
  });
  children.push(child);
  return child;
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Runs a command to its end; what it printed. */
export function finish(command, env, options = {}) {
  const stdio = [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'inherit'];
  return String(execFileSync(command[0], command.slice(1), { env: { ...ACCOUNT, ...env }, stdio, ...options }));
}

/** Resolves to the origin a contestant says it serves, on either of its streams. */
export function whenListening(child, pattern = /"url":"(http:[^"]+)"/) {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${child.spawnargs.join(' ')} ended with ${code}`)));
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        const found = pattern.exec(line);
        if (found) resolve(new URL(found[1]).origin);
      });
    }
  });
}

/** Asks an origin until it answers, whatever it says, for half a minute. */
export async function whenAnswering(url) {
  for (let tries = 0; ; tries++) {
    try {
      await fetch(url);
      return;
    } catch (error) {
      if (tries === 300) throw error;
      await setTimeout(100);
    }
  }
}

export function childrenOf(pid) {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const next = tasks.flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' '));
  return next.filter(Boolean).map(Number);
}

/** A process and its children, and theirs. */
const familyOf = (pid) => [pid, ...childrenOf(pid).flatMap(familyOf)];

/** Moves a process and all it has started to cores, such as `0,1`. */
export function moveTo(pid, cores) {
  for (const member of familyOf(pid)) {
    execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', cores, String(member)], { stdio: 'ignore' });
  }
}

/** CPU time of a process and its children so far, in seconds: of all threads that are there, to the nanosecond. */
export function cpuSeconds(pid) {
  let nanoseconds = 0;
  for (const member of familyOf(pid)) {
    for (const thread of readdirSync(`/proc/${member}/task`))
      nanoseconds += Number(readFileSync(`/proc/${member}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
  }
  return nanoseconds / 1e9;
}

/** Memory of a process and its children in MB: now (`VmRSS`) or at its highest (`VmHWM`). */
export function memory(pid, field) {
  let kilobytes = 0;
  for (const member of familyOf(pid)) {
    kilobytes += Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${member}/status`, 'utf8'))?.[1]);
  }
  return kilobytes / 1024;
}
