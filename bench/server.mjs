/** A server to be measured, in its own process on its own store. It ends with this process. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ACCOUNT, atExit, LOAD_CORE, PASSWORD, SERVER_CORE, SETTINGS, temporaryFolder } from './processes.mjs';

export const PROGRAM = join(import.meta.dirname, '../dist/program/main.js');
export const SIGN_IN = `mutation ($username: String!, $password: String!) {
  tokenObtainPair(username: $username, password: $password) { access }
}`;
const PATIENCE_MS = 20_000;

/**
 * Starts a server of `dist/program/main.js`, or of another build, with further settings. `cli` runs one of its commands on the same store. Pinned, the
 * server has the first core for itself and this process the second, which gives cleaner numbers of a smaller server.
 */
export async function startServer({ program = PROGRAM, cost, isPinned = false, settings = {} }) {
  const env = { ...ACCOUNT, ...SETTINGS, DATA_DIR: temporaryFolder(), PASSWORD_HASH_COST: String(cost), ...settings };
  const run = (args, more = {}) => {
    const command = [...(isPinned ? ['taskset', '-c', SERVER_CORE] : []), process.execPath, program, ...args];
    const child = spawn(command[0], command.slice(1), { env: { ...env, ...more }, stdio: ['pipe', 'pipe', 'inherit'] });
    atExit(() => child.kill('SIGKILL'));
    return child;
  };
  const cli = async (args, more, input = PASSWORD) => {
    const child = run(args, more);
    child.stdin.end(input);
    child.stdout.resume();
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
  };
  if (isPinned) execFileSync('taskset', ['-acp', LOAD_CORE, String(process.pid)], { stdio: 'ignore' });
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
