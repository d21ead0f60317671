// Prints which of our files one request runs through, and which functions of each, as V8 counts them. Fails where there
// are more files than somebody new can read in an hour: `npm run check:touched`.
import { mkdtempSync, rmSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { settingsFromEnvironment } from '../dist/contracts/settings/settings.js';
import { createDemoUser } from '../dist/server/development.js';
import { startServer } from '../dist/server/server.js';

/** At most so many files. */
const LIMITS = { hello: 20, tokenRefresh: 26 };
const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'simplejwt-touched-'));
const settings = settingsFromEnvironment({
  NODE_ENV: 'production',
  PORT: '0',
  DATA_DIR: folder,
  JWT_SIGNING_KEY: 'k'.repeat(64),
});
const server = await startServer({ settings, log: pino({ level: 'silent' }) });
const session = new Session();
session.connect();

async function ask(query, { token, variables } = {}) {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await fetch(server.url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  const { data, errors } = await answer.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

/** Functions that ran while `work` did, by file. */
async function ranDuring(work) {
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  await session.post('Profiler.takePreciseCoverage'); // and forget what ran before
  await work();
  const { result } = await session.post('Profiler.takePreciseCoverage');
  await session.post('Profiler.stopPreciseCoverage');
  const ours = result.filter(({ url }) => url.startsWith(`file://${DIST}`));
  return ours
    .map(({ url, functions }) => ({
      file: relative(DIST, fileURLToPath(url)),
      functions: functions.filter(({ ranges: [range] }) => range.count > 0).map(({ functionName }) => functionName),
    }))
    .filter(({ functions }) => functions.length > 0);
}

try {
  await session.post('Profiler.enable');
  const { username, password } = await createDemoUser(server.auth);
  const signIn = `mutation { tokenObtainPair(username: "${username}", password: "${password}") { access refresh } }`;
  let { access, refresh } = (await ask(signIn)).tokenObtainPair;
  const hello = () => ask('{ hello }', { token: access });
  const tokenRefresh = async () => {
    const query = 'mutation ($refresh: String) { tokenRefresh(refresh: $refresh) { access refresh } }';
    ({ access, refresh } = (await ask(query, { variables: { refresh } })).tokenRefresh);
  };
  for (const work of [hello, tokenRefresh]) {
    for (let warmUp = 0; warmUp < 3; warmUp += 1) await work();
    // The shortest of three: a timer of the server may run meanwhile.
    const runs = [await ranDuring(work), await ranDuring(work), await ranDuring(work)];
    const [ran] = runs.toSorted((one, other) => one.length - other.length);
    const functions = ran.reduce((sum, { functions: { length } }) => sum + length, 0);
    const limit = LIMITS[work.name];
    console.log(`${work.name}: ${ran.length} files of at most ${limit}, ${functions} functions`);
    if (ran.length > limit) process.exitCode = 1;
    for (const { file, functions: names } of ran) console.log(`  ${file}: ${names.join(', ')}`);
  }
} finally {
  await server.close();
  rmSync(folder, { recursive: true });
}
