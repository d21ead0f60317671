/**
 * What a DPoP proof costs: `npm run build && node bench/dpop.mjs [--rounds 7]`. Needs wrk.
 *
 * Compares the CPU time of a server for `hello` with a bound token and a proof (ES256, of one key) with that for `hello` with a bearer
 * token, in pairs, one after the other: of the same server, and of one with JWT_DPOP=off. The signature is what no server can save: it
 * fails where a proof takes more than three times as long as its signature.
 */
import { execFile, spawn } from 'node:child_process';
import { createHash, generateKeyPairSync, randomUUID, sign, verify } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { median } from './numbers.mjs';

/** Of the time of a signature. */
const MOST = 3;
const CONNECTIONS = 8;
const SECONDS = 1;
/** More than a core answers in that time. */
const MOST_REQUESTS = 25_000;
const ADDRESS = 'https://api.example.com';
const { values: options } = parseArgs({
  options: {
    build: { type: 'string', default: join(import.meta.dirname, '../dist') },
    rounds: { type: 'string', default: '7' },
  },
});
const rounds = Number(options.rounds);
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
      await hello(server);
      return server;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

const BODY = JSON.stringify({ query: '{ hello }' });
async function hello({ port, bearer }) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${bearer}` };
  const answer = await fetch(`http://127.0.0.1:${port}/graphql`, { method: 'POST', headers, body: BODY });
  if (!(await answer.text()).includes('Hello')) throw new Error('nobody was greeted');
}

/** For wrk: a request has the next proof of the file, and each answer is a greeting. */
const SCRIPT = `
local proofs, used, refused = {}, 0, 0
if os.getenv("PROOFS") then for line in io.lines(os.getenv("PROOFS")) do proofs[#proofs + 1] = line end end
wrk.method, wrk.body = "POST", os.getenv("BODY")
wrk.headers["content-type"], wrk.headers["authorization"] = "application/json", os.getenv("AUTHORIZATION")
function request()
  used = used + 1
  if #proofs > 0 then wrk.headers["dpop"] = proofs[used] or "no more" end
  return wrk.format()
end
function response(status, headers, body)
  if not body:find("Hello") then wrk.thread:stop() print("REFUSED " .. body) end
end
function done(summary) print("REQUESTS " .. summary.requests) end
`;

/** CPU time of all threads of a process so far, in microseconds. */
function cpuOf({ child: { pid } }) {
  const threads = readdirSync(`/proc/${pid}/task`);
  const times = threads.map((id) => Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'utf8').split(' ')[0]));
  return times.reduce((sum, time) => sum + time, 0) / 1000;
}

/** CPU time of one request, in microseconds. Proofs are made before that is looked at. */
async function measure(server, token, proofs) {
  const [script, file] = ['script.lua', 'proofs'].map((name) => join(server.folder, name));
  writeFileSync(script, SCRIPT);
  if (proofs) writeFileSync(file, proofs.join('\n'));
  const own = { BODY, AUTHORIZATION: `${proofs ? 'DPoP' : 'Bearer'} ${token}`, ...(proofs && { PROOFS: file }) };
  const load = ['-t', '1', '-c', String(CONNECTIONS), '-d', `${SECONDS}s`, '-s', script];
  const before = cpuOf(server);
  const { stdout } = await promisify(execFile)('wrk', [...load, `http://127.0.0.1:${server.port}/graphql`], {
    env: { ...process.env, ...own },
  });
  const cpu = cpuOf(server) - before;
  if (stdout.includes('REFUSED')) throw new Error(stdout);
  return cpu / Number(/REQUESTS (\d+)/.exec(stdout)[1]);
}

/** CPU time of verifying one signature, in microseconds. */
function signatureTime() {
  const signed = Buffer.from('a'.repeat(500));
  const signature = sign('sha256', signed, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  const before = process.cpuUsage();
  for (let count = 0; count < 5000; count++) {
    verify('sha256', signed, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 5000;
}

const servers = { on: await start('optional', 4771), off: await start('off', 4772) };
const asBearer = (server) => measure(server, server.bearer);
const withProof = (server) => {
  const proofs = Array.from({ length: MOST_REQUESTS }, () => proofFor(server.bound));
  return measure(server, server.bound, proofs);
};
try {
  const ratios = [];
  const extras = [];
  const idle = [];
  for (let round = 0; round <= rounds; round++) {
    const off = await asBearer(servers.off);
    const bearer = await asBearer(servers.on);
    const proof = await withProof(servers.on);
    if (round === 0) continue; // it warms up
    ratios.push(proof / bearer);
    extras.push(proof - bearer);
    idle.push(bearer / off);
    const shown = [off, bearer, proof].map((time) => time.toFixed(0).padStart(5)).join('');
    console.log(`${shown} us: off, on without a proof, with one`);
  }
  const signature = signatureTime();
  const extra = median(extras);
  console.log(`hello with a proof takes ${median(ratios).toFixed(2)} times as long as without`);
  console.log(`a proof takes ${extra.toFixed(0)} us, of which its signature ${signature.toFixed(0)} us`);
  console.log(`hello without a proof takes ${median(idle).toFixed(2)} times as long as with JWT_DPOP=off`);
  if (extra > MOST * signature) process.exitCode = 1;
} finally {
  for (const { child, folder } of Object.values(servers)) {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}
