/** The load: wrk. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cpuSeconds, LOAD_CORE, memory, temporaryFolder } from './processes.mjs';

const SCRIPT = join(import.meta.dirname, 'load.lua');
const folder = temporaryFolder();

const lua = (value) => {
  if (typeof value === 'string') return `[==[${value}]==]`;
  if (Array.isArray(value)) return `{${value.map(lua).join(',')}}`;
  return `{${Object.entries(value)
    .map(([name, part]) => `["${name}"]=${lua(part)}`)
    .join(',')}}`;
};

async function send(url, { method, path, headers, body }) {
  const response = await fetch(new URL(path, url), { method, headers, ...(body && { body }) });
  return response.json();
}

/** Signs in; the pair of tokens. */
async function signIn({ url, asks }) {
  const answer = await send(url, asks.tokenObtainPair());
  const pair = answer.data ? answer.data.tokenObtainPair : answer;
  if (!pair?.access) throw new Error(`no tokens: ${JSON.stringify(answer)}`);
  return pair;
}

/**
 * Has a contestant do a work for some seconds, over so many connections, each with a refresh token of its own.
 * The load is on the core that contestants do not have, unless told otherwise.
 *
 * @returns operations in a second, 50th and 99th percentile of the time in ms, CPU seconds of 1,000 requests
 */
export async function load(contestant, { work, seconds, connections, cores = LOAD_CORE }) {
  const { url, asks, pid } = contestant;
  const { access } = await signIn(contestant);
  const refresh = [];
  if (work === 'tokenRefresh' || work === 'mix') {
    for (let index = 0; index < connections; index++) refresh.push((await signIn(contestant)).refresh);
  }
  const requests = Object.fromEntries(Object.entries(asks).map(([name, ask]) => [name, ask({ access })]));
  const plan = join(folder, `${pid}.lua`);
  writeFileSync(plan, `return ${lua({ requests, refresh })}`);
  const cpuBefore = cpuSeconds(pid);
  const wrk = `-c ${cores} wrk -t ${connections} -c ${connections} -d ${seconds}s --timeout 20s -s`.split(' ');
  const { stdout } = await promisify(execFile)('taskset', [...wrk, SCRIPT, url, '--', plan, work]);
  const cpu = cpuSeconds(pid) - cpuBefore;
  const result = JSON.parse(/RESULT (\{.*\})/.exec(stdout)[1]);
  const elapsed = result.microseconds / 1e6;
  return {
    rate: (result.requests - result.failed) / elapsed,
    p50: result.p50 / 1000,
    p99: result.p99 / 1000,
    cpu: (cpu / result.requests) * 1000,
    /** The share of its core that the contestant used. Below 0.9 the load generator was the bottleneck. */
    share: cpu / elapsed,
    memory: memory(pid, 'VmHWM'),
    answered: result.requests,
    failed: result.failed,
    example: result.example,
  };
}
