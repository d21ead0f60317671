/**
 * What a request costs as the store grows: `npm run build && node bench/growth.mjs`.
 *
 * Fills SQLite stores with so many users, each with a session, and asks a server on each in turns, for a session taken at
 * random each time: in rounds, so that what else the machine does hits all alike. Prints Markdown: medians, their ratio to
 * those of the smallest store, and bytes of a record. It ends by itself.
 */
import { randomInt } from 'node:crypto';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { median } from './numbers.mjs';
import { addSessions, addUsers, tokenOf } from './population.mjs';
import { program, run, SETTINGS, temporaryFolder, whenListening } from './processes.mjs';
import { post } from './server.mjs';

const { values: options } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,100000,1000000' },
    rounds: { type: 'string', default: '9' },
    /** Requests of each kind to each server in a round. */
    requests: { type: 'string', default: '300' },
  },
});
const sizes = options.sizes.split(',').map(Number);
const [rounds, requests] = [options.rounds, options.requests].map(Number);
const REFRESH = 'mutation Refresh($refresh: String!) { tokenRefresh(refresh: $refresh) { access refresh } }';
const REFRESHES = Math.floor(requests / 3);

const WORKS = {
  hello: {
    count: requests,
    ask: (index) => ({ query: 'query Hello { hello }', token: tokenOf(index, 'access') }),
    isGood: ({ data }) => data?.hello?.startsWith('Hello, user'),
  },
  tokenRefresh: {
    count: REFRESHES,
    ask: (index) => ({ query: REFRESH, variables: { refresh: tokenOf(index, 'refresh') } }),
    isGood: ({ data }) => data?.tokenRefresh?.refresh !== undefined,
  },
};

async function filled(size) {
  const folder = temporaryFolder();
  const bytes = { user: await addUsers(folder, size), session: await addSessions(folder, size) };
  const child = run([process.execPath, program(join(import.meta.dirname, '../dist')), 'start'], {
    ...SETTINGS,
    DATA_DIR: folder,
  });
  const url = `${await whenListening(child)}/graphql`;
  const medians = Object.fromEntries(Object.keys(WORKS).map((name) => [name, []]));
  return { size, bytes, url, agent: new Agent({ keepAlive: true }), used: new Set(), medians };
}

/** The number of a session that was not used yet, as each refresh token works once. */
function unused({ size, used }) {
  if (used.size >= size) throw new Error(`All ${size} sessions are used: fewer --rounds or --requests, please.`);
  for (;;) {
    const index = randomInt(size);
    if (used.has(index)) continue;
    used.add(index);
    return index;
  }
}

/** The median time of an answer, in ms. */
async function measure(server, name) {
  const { count, ask, isGood } = WORKS[name];
  const times = [];
  for (let sent = 0; sent < count; sent++) {
    const body = ask(name === 'tokenRefresh' ? unused(server) : randomInt(server.size));
    const sentAt = performance.now();
    const answer = await post(server.url, { ...body, agent: server.agent });
    times.push(performance.now() - sentAt);
    if (!isGood(answer)) throw new Error(`${name} on ${server.size}: ${JSON.stringify(answer)}`);
  }
  return median(times);
}

const servers = [];
for (const size of sizes) {
  const startedAt = performance.now();
  servers.push(await filled(size));
  console.error(`${size} users and sessions in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
}
for (let round = -1; round < rounds; round++) {
  for (const name of Object.keys(WORKS)) {
    for (const server of servers) {
      const time = await measure(server, name);
      if (round >= 0) server.medians[name].push(time); // the first warms up
    }
  }
}

const [smallest] = servers;
console.log('| users and sessions | hello p50 ms | ratio | refresh p50 ms | ratio | bytes a user | bytes a session |');
console.log('|---|---|---|---|---|---|---|');
for (const { size, medians, bytes } of servers) {
  const cells = Object.keys(WORKS).flatMap((name) => {
    const ratios = medians[name].map((time, round) => time / smallest.medians[name][round]);
    return [median(medians[name]).toFixed(2), median(ratios).toFixed(2)];
  });
  console.log(`| ${[size, ...cells, bytes.user.toFixed(0), bytes.session.toFixed(0)].join(' | ')} |`);
}
process.exit();
