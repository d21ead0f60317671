/**
 * What a DPoP proof costs: `npm run build && node bench/dpop.mjs [--rounds 7] [--requests 3000]`.
 *
 * Compares the CPU time of a server for `hello` with a bound token and a proof (ES256, of one key) with that for `hello` with a bearer
 * token, in pairs, one after the other: of the same server, and of one with JWT_DPOP=off. It fails where a proof more than doubles
 * the time.
 */
import { spawn } from 'node:child_process';
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { median } from './numbers.mjs';

const MOST = 2;
const CONNECTIONS = 8;
const ADDRESS = 'https://api.example.com';
const { values: options } = parseArgs({
  options: {
    build: { type: 'string', default: join(import.meta.dirname, '../dist') },
    rounds: { type: 'string', default: '7' },
    requests: { type: 'string', default: '3000' },
  },
});
const [rounds, requests] = [Number(options.rounds), Number(options.requests)];
const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
const { createAuth } = await import(join(options.build, 'index.js'));

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwk = publicKey.export({ format: 'jwk' });
const sha256 = (text) => createHash('sha256').update(text).digest('base64url');
const thumbprint = sha256(JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y }));
const encoded = (part) => Buffer.from(JSON.stringify(part)).toString('base64url');
const header = encoded({ typ: 'dpop+jwt', alg: 'ES256', jwk });
function proofFor(token) {
  const claims = {
    jti: randomUUID(),
    htm: 'POST',
    htu: `${ADDRESS}/graphql`,
    iat: Math.floor(Date.now() / 1000),
    ath: sha256(token),
  };
  const signed = `${header}.${encoded(claims)}`;
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

/** A server with a user who has one token that is bound, and one that is not. */
async function start(dpop, port) {
  const folder = mkdtempSync(join(tmpdir(), 'simplejwt-dpop-'));
  const signingKey = 'k'.repeat(64);
  const auth = await createAuth({ dataDir: folder, signingKey, accessTokenLifetime: '1d' });
  const user = await auth.users.create({ username: 'alice', password: 'tall amber kettles' });
  const bearer = (await auth.tokens.forUser(user)).access.token;
  const bound = (await auth.tokens.forUser(user, { boundTo: thumbprint })).access.token;
  await auth.close();
  const env = {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    PORT: String(port),
    LOG_LEVEL: 'error',
    DATA_DIR: folder,
    JWT_SIGNING_KEY: signingKey,
    JWT_DPOP: dpop,
    PUBLIC_URL: ADDRESS,
    JWT_ACCESS_TOKEN_LIFETIME: '1d',
  };
  const child = spawn(process.execPath, [join(options.build, 'main.js'), 'start'], { env, stdio: 'inherit' });
  const server = { port, bearer, bound, child, folder };
  for (;;) {
    try {
      await hello(server, { authorization: `Bearer ${bearer}` });
      return server;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

const BODY = JSON.stringify({ query: '{ hello }' });
const hello = ({ port }, headers) =>
  new Promise((resolve, reject) => {
    const own = { 'content-type': 'application/json', 'content-length': BODY.length };
    const sent = request(
      { port, path: '/graphql', method: 'POST', agent, headers: { ...own, ...headers } },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part) => (text += part));
        answer.on('end', () => (text.includes('Hello') ? resolve() : reject(new Error(text))));
      },
    );
    sent.on('error', reject).end(BODY);
  });

/** CPU time of all threads of a process so far, in microseconds. */
function cpuOf({ child: { pid } }) {
  const threads = readdirSync(`/proc/${pid}/task`);
  const times = threads.map((id) => Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'utf8').split(' ')[0]));
  return times.reduce((sum, time) => sum + time, 0) / 1000;
}

/** CPU time of one request, in microseconds. Proofs are made before that is looked at. */
async function measure(server, headersOf) {
  const all = Array.from({ length: requests }, headersOf);
  const before = cpuOf(server);
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      for (let headers = all.pop(); headers; headers = all.pop()) await hello(server, headers);
    }),
  );
  return (cpuOf(server) - before) / requests;
}

const servers = { on: await start('optional', 4771), off: await start('off', 4772) };
const asBearer = (server) => measure(server, () => ({ authorization: `Bearer ${server.bearer}` }));
const withProof = (server) =>
  measure(server, () => ({ authorization: `DPoP ${server.bound}`, dpop: proofFor(server.bound) }));
try {
  const ratios = [];
  const idle = [];
  for (let round = 0; round <= rounds; round++) {
    const off = await asBearer(servers.off);
    const bearer = await asBearer(servers.on);
    const proof = await withProof(servers.on);
    if (round === 0) continue; // it warms up
    ratios.push(proof / bearer);
    idle.push(bearer / off);
    const shown = [off, bearer, proof].map((time) => time.toFixed(0).padStart(5)).join('');
    console.log(`${shown} us: off, on without a proof, with one`);
  }
  const measured = median(ratios);
  console.log(`hello with a proof takes ${measured.toFixed(2)} times as long as without, at most ${MOST}`);
  console.log(`hello without a proof takes ${median(idle).toFixed(2)} times as long as with JWT_DPOP=off`);
  if (measured > MOST) process.exitCode = 1;
} finally {
  agent.destroy();
  for (const { child, folder } of Object.values(servers)) {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}
