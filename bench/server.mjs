/** A server to be measured: in a process of its own, on a store of its own, and gone when this process ends. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const PROGRAM = join(import.meta.dirname, '../dist/main.js');
export const PASSWORD = 'wonderland123!';
export const SIGN_IN = `mutation ($username: String!, $password: String!) {
  tokenObtainPair(username: $username, password: $password) { access }
}`;
const PATIENCE_MS = 20_000;

const children = [];
const folders = [];
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

/**
 * Starts a server of `dist/main.js`, or of another build. `cli` runs one of its commands on the same store. Pinned, the
 * server has the first core for itself and this process the second, which gives cleaner numbers of a smaller server.
 */
export async function startServer({ program = PROGRAM, cost, isPinned = false }) {
  const dataDir = mkdtempSync(join(tmpdir(), 'simplejwt-bench-'));
  folders.push(dataDir);
  const env = {
    PATH: process.env.PATH,
    NODE_ENV: 'test',
    GRAPHIQL: 'off',
    PORT: '0',
    DATA_DIR: dataDir,
    PASSWORD_HASH_COST: String(cost),
    JWT_SIGNING_KEY: 'bench-bench-bench-bench-bench-bench-bench',
    JWT_ACCESS_TOKEN_LIFETIME: '1h',
    THROTTLE: 'off', // or there were soon nothing to measure
  };
  const run = (args, more = {}) => {
    const command = [...(isPinned ? ['taskset', '-c', '0'] : []), process.execPath, program, ...args];
    const child = spawn(command[0], command.slice(1), { env: { ...env, ...more }, stdio: ['pipe', 'pipe', 'inherit'] });
    children.push(child);
    return child;
  };
  const cli = async (args, more) => {
    const child = run(args, more);
    child.stdin.end(PASSWORD);
    child.stdout.resume();
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
  };
  if (isPinned) execFileSync('taskset', ['-acp', '1', String(process.pid)], { stdio: 'ignore' });
  const server = run(['start']);
  const url = await new Promise((resolve, reject) => {
    server.on('exit', () => reject(new Error('the server ended')));
    createInterface({ input: server.stdout }).on('line', (line) => {
      const record = JSON.parse(line);
      if (record.url !== undefined) resolve(record.url);
    });
  });
  return { program, url, cli };
}

/** Sends one operation; rejects when there is no answer. */
export function post(url, { token, agent, ...body }) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
    const sent = request(url, { method: 'POST', agent, headers, timeout: PATIENCE_MS }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve(JSON.parse(text))).on('error', reject);
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
    sent.on('error', reject).end(JSON.stringify(body));
  });
}

export const percentile = (numbers, share) =>
  numbers.toSorted((a, b) => a - b)[Math.ceil(numbers.length * share) - 1] ?? Number.NaN;
export const median = (numbers) => percentile(numbers, 0.5);
export const ms = (number) => `${number.toFixed(1)} ms`;
