// How long refusing a forged token takes, the slowest first: `npm run build && node bench/forgery.mjs [runs]`.
// Not a test: times depend on the machine. What bounds the work is that lengths are checked before anything is parsed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as fc from 'fast-check';
import { build } from 'vite';
import { createAuth } from '../dist/graphql/auth.js';

const RUNS = Number(process.argv[2] ?? 5000);
const WARM_UP = 500;
const SEED = 20_261_124;
/** The fastest of these counts, as other processes only add time. */
const ATTEMPTS = 3;
const reasonOf = ({ reason }) => reason;
const root = fileURLToPath(new URL('..', import.meta.url));

/** The generator of the tests is TypeScript, and finds its packages from within this folder. */
async function loadGenerator() {
  const outDir = join(root, 'node_modules/.cache/bench-forgery');
  const entry = join(root, 'test/support/hostile-tokens.ts');
  await build({ root, configFile: false, publicDir: false, logLevel: 'error', build: { ssr: entry, outDir } });
  return import(pathToFileURL(join(outDir, 'hostile-tokens.js')).href);
}

const { hostileTokens, pairRing, secretRing } = await loadGenerator();
const dataDir = mkdtempSync(join(tmpdir(), 'bench-forgery-'));
const rings = {
  HS256: secretRing('x'.repeat(48)),
  RS256: pairRing('RS256'),
  PS256: pairRing('PS256'),
  ES256: pairRing('ES256'),
};

for (const [algorithm, ring] of Object.entries(rings)) {
  const place = join(dataDir, algorithm);
  const settings = {
    algorithm,
    signingKey: ring.setting,
    issuer: 'us',
    audience: 'app',
    dataDir: place,
    throttle: false,
  };
  const auth = await createAuth({ ...settings, passwordHashCost: 4 });
  const { id } = await auth.users.create({ username: 'alice', password: 'wonderland123!' });
  const exp = Math.floor(Date.now() / 1000) + 300;
  const claims = { token_type: 'access', exp, iat: exp - 1000, jti: 'a', user_id: id, iss: 'us', aud: 'app' };
  const tokens = fc.sample(hostileTokens({ ...ring, claims }), { numRuns: RUNS + WARM_UP, seed: SEED });

  const times = [];
  for (const { trick, token } of tokens) {
    const req = { headers: { authorization: `Bearer ${token}` } };
    let best = Infinity;
    let verdict;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const started = performance.now();
      const context = await auth.context({ req });
      verdict = await context.auth.authenticate().then(() => 'accepted', reasonOf);
      best = Math.min(best, performance.now() - started);
    }
    times.push({ trick, length: token.length, verdict, ms: best });
  }
  const sorted = times.slice(WARM_UP).toSorted((one, other) => other.ms - one.ms);
  const at = (share) => sorted[Math.floor((sorted.length - 1) * (1 - share))].ms.toFixed(3);
  console.log(`\n${algorithm}: ${RUNS} tokens, median ${at(0.5)} ms, 99 % ${at(0.99)} ms, slowest ${at(1)} ms`);
  for (const { trick, length, verdict, ms } of sorted.slice(0, 5)) {
    console.log(
      `  ${ms.toFixed(3).padStart(8)} ms  ${String(length).padStart(7)} characters  ${verdict}  ${trick.slice(0, 60)}`,
    );
  }
  if (times.some(({ verdict }) => verdict === 'accepted'))
    throw new Error(`accepted: ${times.find(({ verdict }) => verdict === 'accepted').trick}`);
  await auth.close();
}
rmSync(dataDir, { recursive: true });
