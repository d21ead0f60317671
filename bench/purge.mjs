/**
 * How long anybody waits while expired sessions are removed: `npm run build && node bench/purge.mjs`.
 *
 * A server on a SQLite store with 500,000 expired sessions answers `hello` and `tokenRefresh` without a pause: first with
 * nothing else to do, then while it removes them itself, then, filled again, while `tokens flush-expired` does in a process
 * of its own. Prints Markdown: the longest answers. It ends by itself.
 */
import { once } from 'node:events';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { percentile } from './numbers.mjs';
import { addSessions, addUsers, tokenOf } from './population.mjs';
import { program, run, SETTINGS, temporaryFolder, whenListening } from './processes.mjs';
import { post } from './server.mjs';

const { values: options } = parseArgs({
  options: {
    expired: { type: 'string', default: '500000' },
    /** For how long answers are timed while nothing is removed. */
    seconds: { type: 'string', default: '10' },
    /** Starts a server that removes what has expired when it is sent SIGUSR2: used by this script. */
    serve: { type: 'boolean', default: false },
  },
});
const expired = Number(options.expired);
const FLUSH = ['tokens', 'flush-expired', '--json'];
const REFRESH = 'mutation Refresh($refresh: String!) { tokenRefresh(refresh: $refresh) { access refresh } }';

if (options.serve) await serve();
else await measure();

async function serve() {
  const { startServer } = await import('../dist/server/server.js');
  const { settingsFromEnvironment } = await import('../dist/contracts/settings/settings.js');
  const { url, auth } = await startServer({ settings: settingsFromEnvironment() });
  console.log(JSON.stringify({ url }));
  const flush = async () => {
    const { sessions } = await auth.flushExpired();
    console.log(JSON.stringify({ removed: sessions }));
  };
  process.on('SIGUSR2', () => void flush());
}

/** Asks one thing after another until told to stop; resolves to how long each answer took, in ms. */
function ask(url, bodyOf, take = () => {}) {
  const over = new AbortController();
  const agent = new Agent({ keepAlive: true });
  const times = [];
  const asking = (async () => {
    while (!over.signal.aborted) {
      const sentAt = performance.now();
      const answer = await post(url, { ...bodyOf(), agent });
      times.push(performance.now() - sentAt);
      if (answer.errors) throw new Error(JSON.stringify(answer.errors));
      take(answer);
      await sleep(1);
    }
  })();
  return async () => {
    over.abort();
    await asking;
    agent.destroy();
    return times;
  };
}

async function measure() {
  const folder = temporaryFolder();
  await addUsers(folder, 1000);
  await addSessions(folder, 1000);
  const environment = { ...SETTINGS, DATA_DIR: folder };
  const start = (...args) => run([process.execPath, ...args], environment, { isPinned: false });
  const child = start(import.meta.filename, '--serve');
  const url = `${await whenListening(child)}/graphql`;
  let last = tokenOf(0, 'refresh');

  /** Times answers while something is done. */
  const during = async (work) => {
    const hello = ask(url, () => ({ query: '{ hello }', token: tokenOf(1, 'access') }));
    const refresh = ask(
      url,
      () => ({ query: REFRESH, variables: { refresh: last } }),
      ({ data }) => (last = data.tokenRefresh.refresh),
    );
    const startedAt = performance.now();
    await work();
    return { seconds: (performance.now() - startedAt) / 1000, hello: await hello(), refresh: await refresh() };
  };
  const said = async (pattern) => {
    for (;;) {
      const [chunk] = await once(child.stdout, 'data');
      const found = pattern.exec(String(chunk));
      if (found) return found;
    }
  };
  const check = (removed) => {
    if (Number(removed) !== expired) throw new Error(`${removed} of ${expired} were removed`);
  };

  await during(() => sleep(2000)); // warms up
  const rows = [['nothing removed', await during(() => sleep(Number(options.seconds) * 1000))]];
  await addSessions(folder, expired, { isExpired: true, first: 1000 });
  const byServer = await during(async () => {
    child.kill('SIGUSR2');
    check((await said(/"removed":(\d+)/))[1]);
  });
  rows.push(['by the server', byServer]);
  await addSessions(folder, expired, { isExpired: true, first: 1000 });
  const byCommand = await during(async () => {
    const command = start(program(join(import.meta.dirname, '../dist')), ...FLUSH);
    let output = '';
    command.stdout.on('data', (chunk) => (output += chunk));
    await once(command, 'close');
    check(JSON.parse(output).sessions);
  });
  rows.push(['by the command', byCommand]);

  console.log(`${expired} expired sessions; the longest answers, in ms\n`);
  console.log('| | seconds | hello p50 | p99 | longest | refresh p50 | p99 | longest |');
  console.log('|---|---|---|---|---|---|---|---|');
  for (const [name, { seconds, hello, refresh }] of rows) {
    const cells = [hello, refresh].flatMap((times) =>
      [0.5, 0.99, 1].map((share) => percentile(times, share).toFixed(1)),
    );
    console.log(`| ${[name, seconds.toFixed(1), ...cells].join(' | ')} |`);
  }
  process.exit();
}
