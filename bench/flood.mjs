/**
 * What a flood of sign-ins does to everybody else: `npm run build && node bench/flood.mjs`.
 *
 * A server answers `hello` at a steady rate, first alone and then while 64 connections sign in as fast as they are
 * answered. Prints the 99th percentiles of both for each round, and their medians. Several builds (`--program a --program
 * b`) are measured in turns, so that what else the machine does hits them alike. It ends by itself.
 */
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { median, ms, percentile } from './numbers.mjs';
import { PASSWORD } from './processes.mjs';
import { post, PROGRAM, SIGN_IN, startServer } from './server.mjs';

const { values: options } = parseArgs({
  options: {
    program: { type: 'string', multiple: true, default: [PROGRAM] },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    /** `hello` in a second. */
    rate: { type: 'string', default: '200' },
    cost: { type: 'string', default: '12' },
    connections: { type: 'string', default: '64' },
    pin: { type: 'boolean', default: false },
  },
});
const [rounds, seconds, rate, cost, connections] = ['rounds', 'seconds', 'rate', 'cost', 'connections'].map((name) =>
  Number(options[name]),
);

/** Sends `hello` on a schedule, whether the last was answered or not; resolves to the times the answers took. */
async function greet({ url, token }) {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const start = performance.now();
  const times = [];
  let lost = 0;
  const answers = [];
  for (let index = 0; index < seconds * rate; index++) {
    const wait = start + (index * 1000) / rate - performance.now();
    if (wait > 1) await sleep(wait);
    const sentAt = performance.now();
    const answer = post(url, { query: '{ hello }', token, agent }).then(({ data }) => {
      if (data?.hello !== 'Hello, bob!') lost += 1;
      times.push(performance.now() - sentAt);
    });
    answers.push(answer.catch(() => (lost += 1)));
  }
  await Promise.all(answers);
  agent.destroy();
  return { times, lost };
}

/** Signs in over many connections until told to stop; resolves to how the attempts were answered. */
function flood(url) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const outcomes = { signed_in: 0, no_active_account: 0, overloaded: 0, lost: 0, longest: '' };
  const over = new AbortController();
  let longest = 0;
  const visit = async (index) => {
    while (!over.signal.aborted) {
      const variables = { username: 'alice', password: index % 4 === 0 ? PASSWORD : `wrong ${index}` };
      const sentAt = performance.now();
      const answer = await post(url, { query: SIGN_IN, variables, agent }).catch(() => null);
      const reason = answer?.errors?.[0].extensions.reason ?? (answer?.data?.tokenObtainPair ? 'signed_in' : 'lost');
      outcomes[reason] = (outcomes[reason] ?? 0) + 1;
      longest = Math.max(longest, performance.now() - sentAt);
    }
  };
  const visitors = Promise.all(Array.from({ length: connections }, (_, index) => visit(index)));
  return async () => {
    over.abort();
    await visitors;
    agent.destroy();
    return { ...outcomes, longest: ms(longest) };
  };
}

async function measure(server, round) {
  const idle = await greet(server);
  const stop = flood(server.url);
  await sleep(500);
  const busy = await greet(server);
  const outcomes = await stop();
  const [idleP99, busyP99] = [percentile(idle.times, 0.99), percentile(busy.times, 0.99)];
  server.rounds.push({ idleP99, busyP99, times: busyP99 / idleP99 });
  console.log(
    `${server.program} ${round}: idle p50 ${ms(median(idle.times))} p99 ${ms(idleP99)}, flood p50`,
    `${ms(median(busy.times))} p99 ${ms(busyP99)}, hello lost ${idle.lost + busy.lost}, sign-ins ${JSON.stringify(outcomes)}`,
  );
}

const servers = [];
for (const program of options.program) {
  const { url, cli } = await startServer({ program, cost, isPinned: options.pin });
  await cli(['users', 'create', 'alice', '--password-stdin']);
  // `hello` is measured as another user than the one who signs in, as the session limit ends the oldest of a hundred sessions.
  await cli(['users', 'create', 'bob', '--password-stdin']);
  const { data } = await post(url, { query: SIGN_IN, variables: { username: 'bob', password: PASSWORD } });
  const server = { program, url, token: data.tokenObtainPair.access, rounds: [] };
  await greet(server); // warms up
  servers.push(server);
}
for (let round = 1; round <= rounds; round++) {
  for (const server of servers) await measure(server, round);
}
for (const { program, rounds: measured } of servers) {
  const [idle, busy, times] = ['idleP99', 'busyP99', 'times'].map((name) => median(measured.map((one) => one[name])));
  console.log(`${program} medians: idle p99 ${ms(idle)}, flood p99 ${ms(busy)}, ${times.toFixed(1)} times`);
}
process.exit();
