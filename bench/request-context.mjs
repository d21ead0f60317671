// What it costs to hand something of a request, such as its deadline, down to the store by AsyncLocalStorage: the CPU time of
// authenticating by an access token, with and without, in processes of their own and in pairs.
import { spawnSync } from 'node:child_process';
import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from './numbers.mjs';

const PAIRS = 7;
const REQUESTS = 20_000;
const AT_ONCE = 10;

async function measure(isHandedDown) {
  const { createAuth } = await import('../dist/index.js');
  const dataDir = mkdtempSync(join(tmpdir(), 'request-context-'));
  const auth = await createAuth({ dataDir, signingKey: 'seed-test-key-0123456789abcdef0123456789abcdef' });
  const alice = await auth.users.create({ username: 'alice', password: 'wonderland123!' });
  const { access } = await auth.tokens.forUser(alice);
  const req = { headers: { authorization: `Bearer ${access.token}` } };
  const authenticate = async () => (await auth.context({ req })).auth.authenticate();
  const storage = new AsyncLocalStorage();
  const ask = isHandedDown ? () => storage.run({ until: performance.now() + 5000 }, authenticate) : authenticate;
  const askAll = async (count) => {
    for (let asked = 0; asked < count; asked += AT_ONCE) await Promise.all(Array.from({ length: AT_ONCE }, ask));
  };
  await askAll(REQUESTS / 4);
  const before = process.cpuUsage();
  await askAll(REQUESTS);
  const { user, system } = process.cpuUsage(before);
  await auth.close();
  rmSync(dataDir, { recursive: true });
  return (user + system) / REQUESTS;
}

if (process.argv[2] !== undefined) {
  console.log(await measure(process.argv[2] === 'handed down'));
} else {
  const run = (how) => Number(spawnSync(process.execPath, [import.meta.filename, how], { encoding: 'utf8' }).stdout);
  const pairs = Array.from({ length: PAIRS }, () => ({ plain: run('plain'), handedDown: run('handed down') }));
  const plain = median(pairs.map((pair) => pair.plain));
  const handedDown = median(pairs.map((pair) => pair.handedDown));
  const ratio = median(pairs.map((pair) => pair.handedDown / pair.plain));
  console.log(
    `plain ${plain.toFixed(1)} us, handed down ${handedDown.toFixed(1)} us of CPU; ratio ${ratio.toFixed(2)}`,
  );
}
